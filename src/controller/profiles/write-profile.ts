import { ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../../kube/errors.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { patchJson } from '../../kube/patch.ts'
import { type Resource, resourcePath } from '../../kube/resource.ts'
import { readHead } from '../../kube/watch/watch-event.ts'
import type { ProfileWrite } from '../../routes/profile/judge-profile.ts'
import { readProfile } from '../../routes/profile/profile.ts'
import type { ProfileWatch } from '../watch/profile-watch.ts'

export interface ProfileWriterOptions {
  readonly transport: Transport
  readonly profiles: Pick<ProfileWatch, 'cache'>
  /** The field manager in whose name it writes. */
  readonly manager: string
}

/**
 * Writes a ServiceProfile, within 10 s. The answer to a patch enters the cache at once. One that was created
 * enters it by the watch: if it has been deleted since, an answer that comes late must not bring it back.
 */
export async function writeProfile(
  { transport, profiles, manager }: ProfileWriterOptions,
  resource: Resource,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  write: ProfileWrite,
): Promise<Result<void, KubeError>> {
  if (write.kind === 'create') {
    const created = await transport.request({
      method: 'POST',
      path: resourcePath(resource, namespace),
      query: { fieldManager: manager },
      body: write.object,
      timeoutMs: 10_000,
    })
    return created.ok ? ok(undefined) : created
  }
  const answer = await patchJson(transport, resource, namespace, name, write.operations, manager)
  if (!answer.ok) return answer
  const version = readHead(answer.value)?.resourceVersion
  if (version !== undefined)
    profiles.cache.writer.offer(`${namespace}/${name}`, version, readProfile(answer.value))
  return ok(undefined)
}
