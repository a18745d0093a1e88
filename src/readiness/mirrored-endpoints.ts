import { readinessOf, unknown } from '../core/types.ts'
import type { StoreReader } from '../kube/watch/store.ts'
import { readHead } from '../kube/watch/watch-event.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import { type EndpointCounts, type Mirror, mirroredServiceLabel, projectEndpoints } from './projections.ts'
import type { ReadinessSource } from './source.ts'

const endpointObjects: Objects<EndpointCounts> = {
  name: 'endpoints',
  resource: { group: '', version: 'v1', plural: 'endpoints' },
  labelSelector: `${mirroredServiceLabel}=true`,
  project: projectEndpoints,
  serviceOf: (object) => readHead(object)?.key,
}

/**
 * The Endpoints of Services that are mirrored through a gateway. They are written seconds before the slices that
 * repeat them.
 */
export function mirroredEndpoints(
  open: Open,
  services: StoreReader<Mirror>,
  { onService }: ReadinessListeners,
): ReadinessSource {
  const endpoints = open(endpointObjects, ({ key }) => onService(key))
  return {
    name: 'the Endpoints of mirrored services',
    synced: () => endpoints.synced,
    of: (service) => {
      const counts = endpoints.get(service)
      if (counts) return readinessOf(counts.ready, counts.total)
      const mirror = services.get(service)
      return mirror && !mirror.remote && !endpoints.synced ? unknown : undefined
    },
  }
}
