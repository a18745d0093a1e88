import type { Result } from '../base/result.ts'
import type { KubeError } from './errors.ts'
import type { Transport } from './http/transport.ts'
import { type Resource, resourcePath } from './resource.ts'

/** One step of a JSON Patch (RFC 6902). A `test` that fails makes the server refuse the whole with 422. */
export type JsonPatchOperation = {
  readonly op: 'test' | 'add' | 'replace'
  readonly path: string
  readonly value: unknown
}

/** Under this name the API server books our fields in `metadata.managedFields`. */
export const fieldManager = 'linkerd-failover'

/** Applies all `operations` or none, within 10 s; answers with the object as it is afterwards. */
export function patchJson(
  transport: Transport,
  resource: Resource,
  namespace: string,
  name: string,
  operations: readonly JsonPatchOperation[],
  signal?: AbortSignal,
): Promise<Result<unknown, KubeError>> {
  return transport.request({
    method: 'PATCH',
    path: resourcePath(resource, namespace, name),
    query: { fieldManager },
    contentType: 'application/json-patch+json',
    body: operations,
    timeoutMs: 10_000,
    signal,
  })
}
