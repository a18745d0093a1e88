import { z } from 'zod'
import type { KubeError } from '../kube/errors.ts'
import type { Resource } from '../kube/resource.ts'
import type { Transport } from '../kube/transport.ts'
import { ok, type Result } from '../result.ts'
import type { RouteCodec } from '../routes/route.ts'

const resourceList = z.object({ resources: z.array(z.object({ name: z.string() })).catch([]) })

/**
 * Finds the best version of a kind that the cluster serves now; `undefined` where it serves none. Asks the
 * discovery document of each version (`/apis/GROUP/VERSION`), which answers 404 until a CRD is established.
 */
export async function discover(
  transport: Transport,
  { group, versions, plural }: RouteCodec,
): Promise<Result<Resource | undefined, KubeError>> {
  for (const version of versions) {
    const answer = await transport.request({
      method: 'GET',
      path: `/apis/${group}/${version}`,
      timeoutMs: 10_000,
    })
    if (!answer.ok && answer.error.kind !== 'notFound') return answer
    const served = answer.ok ? resourceList.catch({ resources: [] }).parse(answer.value).resources : []
    if (served.some(({ name }) => name === plural)) return ok({ group, version, plural })
  }
  return ok(undefined)
}
