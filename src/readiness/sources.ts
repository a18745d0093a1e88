import type { Clock } from '../base/clock.ts'
import { bestOf, downBecause } from '../core/readiness.ts'
import { type Backend, type Readiness, type ServiceKey, unknown } from '../core/types.ts'
import { createStore, type StoreReader } from '../kube/watch/store.ts'
import { doubted, undoubted, type Ways } from './gateways/mirrors.ts'
import { Grace } from './grace.ts'
import { localSlices } from './local-slices.ts'
import { mirroredEndpoints } from './mirrored-endpoints.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import type { Target } from './reach.ts'
import {
  beside,
  discoveredServices,
  type OtherClusters,
  type RemoteService,
  unreadClusters,
} from './remote/discovered.ts'
import { Followers } from './remote/followers.ts'
import { type ServiceFacts, serviceObjects } from './service-facts.ts'

/** What is known of every Service. */
export interface ServiceReadiness {
  /** Whether requests to a backend find an endpoint. */
  readonly of: (backend: Pick<Backend, 'service' | 'port' | 'apex'>) => Readiness
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
  readonly services: StoreReader<ServiceFacts>
  /** The Services of other clusters that a Service takes its endpoints from. */
  readonly membersOf: (service: ServiceKey) => readonly RemoteService[]
  /** Hears of a Service of another cluster what `ReadinessListeners` hear of those here. */
  readonly onMember: (cluster: string, service: ServiceKey, turned: boolean, changedAt?: number) => void
  /** Calls no listener any more because time has passed. */
  readonly stop: () => void
}

/** What readiness comes from besides the objects that are opened. */
export interface Beside {
  readonly others?: OtherClusters
  readonly ways?: Ways
  /** Without it, for those who ask once, nothing is waited for. */
  readonly clock?: Clock | undefined
}

/**
 * Opens everything that tells of readiness. The sources are asked in order, which is that of Linkerd's
 * destination controller; the first that answers is believed.
 */
export function openReadiness(
  open: Open,
  all: ReadinessListeners,
  { others = unreadClusters, ways = undoubted, clock }: Beside = {},
): ServiceReadiness {
  const followers = new Followers()
  const listeners = withFollowers(all, followers)
  const grace = clock && new Grace(clock, (service) => listeners.onService(service))
  const services = open(serviceObjects, ({ key, before, after }) => {
    if (before === after) return
    grace?.restart(key)
    followers.change(key, before?.discovery, after?.discovery)
    listeners.onFacts(key)
  })
  const mirrored = doubted(mirroredEndpoints(open, listeners, grace), ways)
  const here = localSlices(open, listeners)
  const sources = [discoveredServices(services, here, others), mirrored, here]
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
    if (!facts) return downBecause(`there is no Service ${service}`)
    if (facts.isExternal)
      return downBecause(`${service} is of type ExternalName, which Linkerd cannot send to`)
    // Called by several ports it serves at least one, if that is ready.
    const called = port === undefined ? portsOf(apex, services) : [port]
    return bestOf(called.map((one) => ofTarget({ service, facts, port: one })))
  }
  return {
    of,
    clusterOf: (service) => services.get(service)?.cluster,
    services,
    stop: () => grace?.stop(),
    membersOf: (service) =>
      (services.get(service)?.discovery?.members ?? []).map(({ cluster, name }) => ({
        cluster,
        service: beside(service, name),
      })),
    onMember: (cluster, service, turned, changedAt) => {
      for (const follower of followers.of(cluster, service)) {
        if (turned) all.onService(follower, changedAt)
        else all.onCounts(follower)
      }
    },
  }
}

/** What happens to a Service of this cluster happens to those that take their endpoints from it too. */
function withFollowers(listeners: ReadinessListeners, followers: Followers): ReadinessListeners {
  const spread = (listener: ReadinessListeners['onService']): ReadinessListeners['onService'] => {
    return (service, changedAt) => {
      listener(service, changedAt)
      for (const follower of followers.of('', service)) listener(follower, changedAt)
    }
  }
  return {
    onService: spread(listeners.onService),
    onFacts: spread(listeners.onFacts),
    onCounts: spread(listeners.onCounts),
  }
}

const notComplete: Readiness = { state: 'unknown', why: 'not all Services are known yet' }

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
