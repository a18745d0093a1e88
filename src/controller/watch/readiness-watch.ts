import type { ServiceKey } from '../../core/types.ts'
import type { Discovery } from '../../kube/discovery.ts'
import { always, type Cache, type CacheTools, createCache } from '../../kube/watch/cache.ts'
import { Gateways } from '../../readiness/gateways/gateways.ts'
import { mirroredFrom } from '../../readiness/gateways/mirrors.ts'
import type { Open, ReadinessListeners } from '../../readiness/objects.ts'
import { LinkedClusters, type Links } from '../../readiness/remote/linked-clusters.ts'
import { type Beside, openReadiness, type ServiceReadiness } from '../../readiness/sources.ts'
import type { Cause } from '../queue.ts'

/** Readiness of every Service, and the caches that it comes from. */
export interface ReadinessWatch extends ServiceReadiness {
  readonly caches: readonly Cache<unknown>[]
  /** What it comes from besides these. */
  readonly beside: Beside
  /** The gateways of other clusters, once a Service is mirrored through one. */
  readonly gateways: Gateways
  /** Other clusters, as far as routes need them; nothing waits for them. */
  readonly linked: LinkedClusters
}

export interface Listeners {
  /** Called with each Service that may have turned ready or down. */
  readonly onService: (service: ServiceKey, cause: Cause) => void
  /** Called with each Service that is itself not as before: its ports, its type. */
  readonly onFacts: (service: ServiceKey) => void
  /** Called with each Service that only has another number of endpoints than before. */
  readonly onCounts: (service: ServiceKey) => void
  /** The Services that routes use now. */
  readonly used: () => Iterable<ServiceKey>
}

/**
 * Watches the objects that readiness comes from. Nothing is asked of the server before the caches are
 * started.
 */
export function watchReadiness(
  tools: CacheTools & { readonly discovery: Discovery },
  { links, readsLinks = true }: { readonly links?: Links | undefined; readonly readsLinks?: boolean },
  { onService, onFacts, onCounts, used }: Listeners,
): ReadinessWatch {
  const caches: Cache<unknown>[] = []
  const open: Open = ({ resource, ...objects }, onChange) => {
    const cache = createCache({ ...objects, resource: always(resource), onChange }, tools)
    caches.push(cache)
    return cache.reader
  }
  const changed = (service: ServiceKey, changedAt?: number) =>
    onService(service, { at: tools.clock.now(), changedAt })
  const linked: LinkedClusters = new LinkedClusters(
    links,
    { ...tools, onMember: (...member) => readiness.onMember(...member) },
    function* () {
      for (const service of used()) {
        // What is mirrored through a gateway is known without its cluster as well.
        const isNeeded = readiness.services.get(service)?.discovery !== undefined
        for (const remote of readiness.remotesOf(service))
          if (isNeeded || linked.reads(remote.cluster)) yield remote
      }
    },
  )
  const gateways = new Gateways({
    ...tools,
    onService: changed,
    mirrorsOf: function* (cluster) {
      for (const service of used()) {
        const from = mirroredFrom(readiness.services.get(service))
        if (from !== undefined && from === (cluster ?? from)) yield service
      }
    },
  })
  const listeners: ReadinessListeners = {
    onService: changed,
    onFacts: (service) => {
      linked.touch()
      if (readsLinks && mirroredFrom(readiness.services.get(service)) !== undefined) gateways.need()
      changed(service)
      onFacts(service)
    },
    onCounts,
  }
  const beside: Beside = { others: linked, ...(readsLinks ? { ways: gateways } : {}) }
  const readiness: ServiceReadiness = openReadiness(open, listeners, { ...beside, clock: tools.clock })
  return { ...readiness, beside, caches, linked, gateways }
}
