import { err, ok, type Result } from '../../base/result.ts'
import type { ClusterWatchOptions } from '../../controller/watch/cluster-watch.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { resourcePath } from '../../kube/resource.ts'
import { readinessObjects } from '../../readiness/sources.ts'
import { findOwnToWatch } from '../drains/root.ts'
import { type Failure, refused } from '../failure.ts'
import type { Io } from '../io.ts'
import { readLinks } from '../links.ts'
import type { Reading } from '../listing.ts'
import { createProgress } from '../progress.ts'
import { namespacesOf, readListable, type Scope } from '../snapshot.ts'

export type WatchScope = Pick<
  ClusterWatchOptions,
  'codecs' | 'namespace' | 'selector' | 'serviceNamespaces' | 'policies' | 'ownNamespaces' | 'readsLinks'
>

/**
 * What to watch, as far as the user may list it; what is left out is on standard error. A reflector retries
 * for ever, but a person needs to see at once which permission is missing.
 */
export async function findWatchScope(
  reading: Reading,
  { namespace, selector }: Scope,
  io: Pick<Io, 'stderr' | 'clock'>,
): Promise<Result<WatchScope, Failure>> {
  const progress = createProgress(io)
  const routes = await readListable(
    reading,
    new DiscoverySnapshot(reading),
    { namespace, selector },
    progress,
  )
  progress.clear()
  if (!routes.ok) return routes
  const { found, codecs, leftOut } = routes.value
  // Of routes that name other namespaces later the Services there are unknown.
  const serviceNamespaces =
    namespace === undefined ? undefined : [...new Set([namespace, ...namespacesOf(found)])]
  const permitted = await mayListReadiness(reading, serviceNamespaces ?? [undefined])
  if (!permitted.ok) return permitted
  const readsLinks = (await readLinks(reading)) !== undefined
  const { unseen, ...own } = await findOwnToWatch(reading, namespace)
  for (const line of [...(leftOut === undefined ? [] : [leftOut]), ...unseen]) io.stderr.write(`${line}\n`)
  return ok({ codecs, namespace, selector, serviceNamespaces, readsLinks, ...own })
}

async function mayListReadiness(
  { transport, signal }: Reading,
  namespaces: readonly (string | undefined)[],
): Promise<Result<void, Failure>> {
  for (const namespace of namespaces)
    for (const { resource } of readinessObjects()) {
      const path = resourcePath(resource, namespace)
      const answer = await transport.request({ method: 'GET', path, query: { limit: '1' }, signal })
      if (!answer.ok) return err(refused(answer.error))
    }
  return ok(undefined)
}
