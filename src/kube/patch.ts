import type { PatchOperation } from '../base/json-patch.ts'
import type { Result } from '../base/result.ts'
import type { KubeError } from './errors.ts'
import type { Transport } from './http/transport.ts'
import { type Resource, resourcePath } from './resource.ts'

/**
 * Applies all `operations` or none, within 10 s; answers with the object as it is afterwards. The API
 * server books the fields in `metadata.managedFields` under the name of `fieldManager`.
 */
export function patchJson(
  transport: Transport,
  resource: Resource,
  namespace: string,
  name: string,
  operations: readonly PatchOperation[],
  fieldManager: string,
): Promise<Result<unknown, KubeError>> {
  return transport.request({
    method: 'PATCH',
    path: resourcePath(resource, namespace, name),
    query: { fieldManager },
    contentType: 'application/json-patch+json',
    body: operations,
    timeoutMs: 10_000,
  })
}
