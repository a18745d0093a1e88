import { programName } from '../base/names.ts'
import { err, ok, type Result } from '../base/result.ts'
import { resourcePath } from '../kube/resource.ts'
import { type Failure, refused } from './failure.ts'
import type { Reading } from './listing.ts'
import type { FoundRoute } from './route-ref.ts'

/** The field manager that the API server records for the writes of commands. */
const fieldManager = `${programName}-cli`

/** Writes annotations to a route; null takes one away. */
export async function annotateRoute(
  { transport, signal }: Reading,
  { route, resource }: Pick<FoundRoute, 'route' | 'resource'>,
  annotations: Readonly<Record<string, string | null>>,
): Promise<Result<void, Failure>> {
  const answer = await transport.request({
    method: 'PATCH',
    path: resourcePath(resource, route.namespace, route.name),
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations } },
    signal,
  })
  return answer.ok ? ok(undefined) : err(refused(answer.error))
}
