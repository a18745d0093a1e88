import type { Readiness, ServiceKey } from '../../core/types.ts'
import {
  always,
  type Cache,
  type CacheOptions,
  type CacheTools,
  createCache,
} from '../../kube/watch/cache.ts'
import type { StoreChange } from '../../kube/watch/store.ts'
import { ReadinessIndex } from '../../readiness/readiness-index.ts'
import { readinessSources, type Source } from '../../readiness/sources.ts'
import type { Cause } from '../queue.ts'

/** Readiness of every Service, and the caches that it comes from. */
export interface ReadinessWatch {
  readonly caches: readonly Cache<unknown>[]
  readonly of: (service: ServiceKey) => Readiness
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
}

export interface ReadinessListeners {
  /** Called with each Service that may have turned ready or down. */
  readonly onService: (service: ServiceKey, cause: Cause) => void
  /** Called with each Service that only has another number of endpoints than before. */
  readonly onCounts: (service: ServiceKey) => void
}

/**
 * Watches what tells of readiness: EndpointSlices of all Services; for mirrored ones their Endpoints, which are
 * written seconds before the slices follow, and the Services themselves, which tell whether only another
 * cluster can know.
 */
export function watchReadiness(
  tools: CacheTools,
  { onService, onCounts }: ReadinessListeners,
): ReadinessWatch {
  const changed = (service: ServiceKey, changedAt?: number) =>
    onService(service, { at: tools.clock.now(), changedAt })
  const onChange = ({ key }: { key: string }) => changed(key)
  const sources = readinessSources
  const endpoints = createCache(watched(sources.endpoints, onChange), tools)
  const services = createCache(watched(sources.services, onChange), tools)
  const slices = createCache(
    watched(sources.slices, (change) => {
      for (const { service, turned } of index.change(change)) {
        if (turned) changed(service, change.after?.changedAt)
        else onCounts(service)
      }
    }),
    tools,
  )
  const caches: readonly Cache<unknown>[] = [slices, endpoints, services]
  const synced = () => caches.every(({ reader }) => reader.synced)
  const index = new ReadinessIndex({ endpoints: endpoints.reader, mirrors: services.reader, synced })
  return {
    caches,
    of: (service) => index.of(service),
    clusterOf: (service) => services.reader.get(service)?.cluster,
  }
}

const watched = <T>(source: Source<T>, onChange: (change: StoreChange<T>) => void): CacheOptions<T> => ({
  ...source,
  resource: always(source.resource),
  onChange,
})
