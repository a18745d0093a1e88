import type { Readiness, ServiceKey } from '../core/types.ts'
import { always, type Cache, type CacheTools, createCache } from './caches.ts'
import { mirroredServiceLabel, projectEndpoints, projectIsRemote, projectSlice } from './projections.ts'
import type { Cause } from './queue.ts'
import { ReadinessIndex } from './readiness.ts'

/** Readiness of every Service, and the caches that it comes from. */
export interface ReadinessWatch {
  readonly caches: readonly Cache<unknown>[]
  readonly of: (service: ServiceKey) => Readiness
}

const mirrored = `${mirroredServiceLabel}=true`

/**
 * Watches what tells of readiness: EndpointSlices of all Services; for mirrored ones their Endpoints, which are
 * written seconds before the slices follow, and the Services themselves, which tell whether only another
 * cluster can know. `onService` is called with each Service that may have turned ready or down.
 */
export function watchReadiness(
  tools: CacheTools,
  onService: (service: ServiceKey, cause: Cause) => void,
): ReadinessWatch {
  const changed = (service: ServiceKey, changedAt?: number) =>
    onService(service, { at: tools.clock.now(), changedAt })
  const onChange = ({ key }: { key: string }) => changed(key)
  const labelSelector = mirrored

  const endpointsOf = always({ group: '', version: 'v1', plural: 'endpoints' })
  const endpoints = createCache(
    { name: 'endpoints', resource: endpointsOf, labelSelector, project: projectEndpoints, onChange },
    tools,
  )
  const servicesOf = always({ group: '', version: 'v1', plural: 'services' })
  const services = createCache(
    { name: 'services', resource: servicesOf, labelSelector, project: projectIsRemote, onChange },
    tools,
  )
  const slices = createCache(
    {
      name: 'endpointslices',
      resource: always({ group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' }),
      project: projectSlice,
      onChange: (change) => {
        for (const service of index.change(change)) changed(service, change.after?.changedAt)
      },
    },
    tools,
  )
  const caches: readonly Cache<unknown>[] = [slices, endpoints, services]
  const synced = () => caches.every(({ reader }) => reader.synced)
  const index = new ReadinessIndex({ endpoints: endpoints.reader, remote: services.reader, synced })
  return { caches, of: (service) => index.of(service) }
}
