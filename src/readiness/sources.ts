import { type Readiness, type ServiceKey, unknown } from '../core/types.ts'
import { createStore } from '../kube/watch/store.ts'
import { localSlices } from './local-slices.ts'
import { mirroredEndpoints } from './mirrored-endpoints.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import { otherClusters } from './other-clusters.ts'
import { serviceObjects } from './services.ts'
import type { ReadinessSource } from './source.ts'

/** What is known of every Service. */
export interface ServiceReadiness {
  readonly of: (service: ServiceKey) => Readiness
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
}

/** Opens everything that tells of readiness. The sources are asked in order; the first that answers is believed. */
export function openReadiness(open: Open, listeners: ReadinessListeners): ServiceReadiness {
  const services = open(serviceObjects, ({ key }) => listeners.onService(key))
  const sources: readonly ReadinessSource[] = [
    mirroredEndpoints(open, services, listeners),
    otherClusters(services),
    localSlices(open, listeners),
  ]
  return {
    of: (service) => {
      // Which source knows a Service is not known before all Services are.
      if (!services.synced) return unknown
      for (const source of sources) {
        const readiness = source.of(service)
        if (readiness) return readiness
      }
      return unknown
    },
    clusterOf: (service) => services.get(service)?.cluster,
  }
}

/** Every kind of object that `openReadiness` opens: what somebody must be allowed to list. */
export function readinessObjects(): readonly Objects<unknown>[] {
  const all: Objects<unknown>[] = []
  const note: Open = (objects, onChange) => {
    all.push(objects)
    return createStore(onChange).reader
  }
  openReadiness(note, { onService: () => {}, onCounts: () => {} })
  return all
}
