import { bestOf } from '../core/readiness.ts'
import { type Backend, type Readiness, type ServiceKey, unknown } from '../core/types.ts'
import { createStore, type StoreReader } from '../kube/watch/store.ts'
import { localSlices } from './local-slices.ts'
import { mirroredEndpoints } from './mirrored-endpoints.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import { otherClusters } from './other-clusters.ts'
import type { Target } from './reach.ts'
import { type ServiceFacts, serviceObjects } from './service-facts.ts'
import type { ReadinessSource } from './source.ts'

/** What is known of every Service. */
export interface ServiceReadiness {
  /** Whether requests to a backend find an endpoint. */
  readonly of: (backend: Pick<Backend, 'service' | 'port' | 'apex'>) => Readiness
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
  readonly services: StoreReader<ServiceFacts>
}

/** Opens everything that tells of readiness. The sources are asked in order; the first that answers is believed. */
export function openReadiness(open: Open, listeners: ReadinessListeners): ServiceReadiness {
  const services = open(serviceObjects, ({ key, before, after }) => {
    if (before !== after) listeners.onFacts(key)
  })
  const sources: readonly ReadinessSource[] = [
    mirroredEndpoints(open, listeners),
    otherClusters(),
    localSlices(open, listeners),
  ]
  const ofTarget = (target: Target): Readiness => {
    for (const source of sources) {
      const readiness = source.of(target)
      if (readiness) return readiness
    }
    return unknown
  }
  const of: ServiceReadiness['of'] = ({ service, port, apex }) => {
    // Which source knows a Service, and which port of it is called, is not known before all Services are.
    if (!services.synced) return notComplete
    const facts = services.get(service)
    if (!facts) return cannotServe(`there is no Service ${service}`)
    if (facts.isExternal)
      return cannotServe(`${service} is of type ExternalName, which Linkerd cannot send to`)
    // Called by several ports it serves at least one, if that is ready.
    const called = port === undefined ? portsOf(apex, services) : [port]
    return bestOf(called.map((one) => ofTarget({ service, facts, port: one })))
  }
  return { of, clusterOf: (service) => services.get(service)?.cluster, services }
}

const notComplete: Readiness = { state: 'unknown', why: 'not all Services are known yet' }

const cannotServe = (why: string): Readiness => ({ state: 'down', ready: 0, total: 0, why })

/** The ports by which a backend is called that has none of its own: those of the apex. `undefined`: any. */
function portsOf(
  apex: ServiceKey | undefined,
  services: StoreReader<ServiceFacts>,
): readonly (number | undefined)[] {
  const ports = apex === undefined ? [] : (services.get(apex)?.ports ?? [])
  return ports.length === 0 ? [undefined] : ports.map(({ port }) => port)
}

/** For those who ask once. */
export const silent: ReadinessListeners = { onService: () => {}, onFacts: () => {}, onCounts: () => {} }

/** Every kind of object that `openReadiness` opens: what somebody must be allowed to list. */
export function readinessObjects(): readonly Objects<unknown>[] {
  const all: Objects<unknown>[] = []
  const note: Open = (objects, onChange) => {
    all.push(objects)
    return createStore(onChange).reader
  }
  openReadiness(note, silent)
  return all
}
