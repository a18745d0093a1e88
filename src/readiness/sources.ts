import type { Clock } from '../base/clock.ts'
import type { ServiceKey } from '../core/types.ts'
import { createStore, type StoreReader } from '../kube/watch/store.ts'
import { type Backends, judgeBackends } from './backends.ts'
import { doubted, undoubted, type Ways } from './gateways/mirrors.ts'
import { Grace } from './grace.ts'
import { localSlices } from './local-slices.ts'
import { mirroredEndpoints } from './mirrored-endpoints.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import {
  beside,
  discoveredServices,
  type OtherClusters,
  type RemoteService,
  unreadClusters,
} from './remote/discovered.ts'
import { Followers } from './remote/followers.ts'
import { confirmed, remotesOf } from './remote/origin.ts'
import { type ServiceFacts, serviceObjects } from './service-facts.ts'

/** What is known of every Service. */
export interface ServiceReadiness extends Backends {
  /** The cluster that a Service is mirrored from; `undefined` for a Service of this cluster. */
  readonly clusterOf: (service: ServiceKey) => string | undefined
  readonly services: StoreReader<ServiceFacts>
  /** The Services of other clusters that the readiness of a Service depends on. */
  readonly remotesOf: (service: ServiceKey) => readonly RemoteService[]
  /** Hears of a Service of another cluster what `ReadinessListeners` hear of those here. */
  readonly onMember: (cluster: string, service: ServiceKey, turned: boolean) => void
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
 * Opens everything that readiness is read from. The sources are asked in order, which is that of Linkerd's
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
    followers.change(key, before, after)
    listeners.onFacts(key)
  })
  const mirrored = doubted(confirmed(mirroredEndpoints(open, listeners, grace), others, grace), ways)
  const here = localSlices(open, listeners)
  const before = [discoveredServices(services, here, others), mirrored]
  return {
    ...judgeBackends(services, before, here),
    clusterOf: (service) => services.get(service)?.cluster,
    services,
    stop: () => grace?.stop(),
    remotesOf: (service) => {
      const facts = services.get(service)
      const all = facts ? remotesOf(facts) : []
      return all.map(({ cluster, name }) => ({ cluster, service: beside(service, name) }))
    },
    onMember: (cluster, service, turned) => {
      for (const follower of followers.of(cluster, service)) {
        if (turned) all.onService(follower)
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
