import type { ServiceKey } from '../../core/types.ts'
import { always, type CacheTools } from '../../kube/watch/cache.ts'
import { createJoinedCache, type ReadCache } from '../../kube/watch/joined-cache.ts'
import { type GatewayProbing, Gateways, type GatewayTools } from '../../readiness/gateways/gateways.ts'
import { mirroredFrom } from '../../readiness/gateways/mirrors.ts'
import type { Open, ReadinessListeners } from '../../readiness/objects.ts'
import type { BesideNow } from '../../readiness/read-now.ts'
import { LinkedClusters, type Links } from '../../readiness/remote/linked-clusters.ts'
import { openReadiness, type ServiceReadiness } from '../../readiness/sources.ts'
import { watchedOnly } from '../../readiness/watched-only.ts'
import type { Cause } from '../queue.ts'

/** Readiness of every Service, and the caches that it comes from. */
export interface ReadinessWatch extends ServiceReadiness {
  readonly caches: readonly ReadCache<unknown>[]
  /** What it comes from besides these. */
  readonly beside: BesideNow
  /** The gateways of other clusters, once a Service is mirrored through one. */
  readonly gateways: Gateways
  /** Other clusters, as far as routes need them; nothing waits for them. */
  readonly linked: LinkedClusters
  /** Routes may use other Services than before. */
  readonly touch: () => void
}

export interface Listeners {
  /** Called with each Service that may have turned ready or down. */
  readonly onService: (service: ServiceKey, cause: Cause) => void
  /**
   * Called with each Service that is itself not as before (its ports, its type), or the gateway that it is
   * mirrored through.
   */
  readonly onFacts: (service: ServiceKey) => void
  /** Called with each Service that only has another number of endpoints than before. */
  readonly onCounts: (service: ServiceKey) => void
  /** The Services that routes use now. */
  readonly used: () => Iterable<ServiceKey>
}

/** Of which Services readiness is known. */
export interface ServiceScope {
  /** Services of these namespaces only, all others are unknown; of all without it. */
  readonly serviceNamespaces?: readonly string[] | undefined
}

/** What is read of other clusters, and asked of them. */
export interface OtherClusterOptions {
  /** The clusters that Linkerd is linked with and that may be read; none without it. */
  readonly links?: Links | undefined
  /** False for a user who may not list Links: then mirrored Services are judged by their Endpoints alone. */
  readonly readsLinks?: boolean
  /** How the gateways of other clusters are probed; they are not without it. */
  readonly probing?: GatewayProbing | undefined
}

/**
 * Watches the objects that readiness comes from. Nothing is asked of the server before the caches are
 * started.
 */
export function watchReadiness(
  tools: CacheTools & Pick<GatewayTools, 'discovery' | 'onProbe'>,
  { links, readsLinks = true, probing, serviceNamespaces: namespaces }: OtherClusterOptions & ServiceScope,
  { onService, onFacts, onCounts, used }: Listeners,
): ReadinessWatch {
  const caches: ReadCache<unknown>[] = []
  const open: Open = ({ resource, ...objects }, onChange) => {
    const options = { ...objects, resource: always(resource), onChange }
    const cache = createJoinedCache(options, tools, namespaces)
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
    onService: (service) => {
      changed(service)
      onFacts(service)
    },
    probing,
    mirrors: function* () {
      for (const service of used()) {
        const cluster = mirroredFrom(readiness.services.get(service))
        if (cluster !== undefined) yield [service, cluster]
      }
    },
  })
  const touch = () => {
    linked.touch()
    gateways.touch()
  }
  const listeners: ReadinessListeners = {
    onService: changed,
    onFacts: (service) => {
      touch()
      if (readsLinks && mirroredFrom(readiness.services.get(service)) !== undefined) gateways.need()
      // Before its routes are due: by what it is, they may have other tiers.
      onFacts(service)
      changed(service)
    },
    onCounts,
  }
  const beside: BesideNow = { others: linked, ...(readsLinks ? { ways: gateways } : {}) }
  const readiness: ServiceReadiness = openReadiness(open, listeners, { ...beside, clock: tools.clock })
  return { ...readiness, ...watchedOnly(readiness, namespaces), beside, caches, linked, gateways, touch }
}
