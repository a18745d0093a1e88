import { equal } from '../../../sandbox/json.ts'
import type { Access, KubeObject } from '../../../sandbox/server.ts'
import type { Random } from '../engine/random.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import { put } from '../story/objects.ts'
import { placeOf } from '../story/route-owners.ts'
import type { Export } from '../story/step.ts'
import { federatedOf, federatedService, type Mirrors, mirrorNames, mirrorsOf } from './mirror-objects.ts'
import { farName } from './place.ts'

/** What the service mirror is told of the other cluster. */
export interface Exports {
  /** How a Service there is exported. */
  readonly as: (service: string) => Export
  /** How many Pods of it are ready. */
  readonly ready: (service: string) => number
  readonly all: () => Iterable<string>
  readonly gatewayIsAlive: () => boolean
  /** The API server there answers the service mirror. */
  readonly isReachable: () => boolean
}

/** Does something now, or after so long (ms) unless there is something newer by then. */
type Then = (ms: number, work: () => void) => void

/** Between two writes that belong together (ms), as seen with Linkerd's own. */
const labelsAfterDeletion = 17
const labelsAfterEndpoints = 30
const endpointsAfterService = 10
const endpointsAfterUnexport = 100
/** An edit comes after what it has read of the Pods before (ms). */
const editMs = 100
/** It writes all Endpoints once a minute, as they should be. */
const repairMs = 60_000
/** The Lease of the one that died has to run out (ms). */
const leaseMs = 31_000

/**
 * A small model of Linkerd's service mirror and its timing: it writes into this cluster what the other one exports.
 * Where the real one and this may differ the objects are what counts: the checker judges by them alone.
 */
export class ServiceMirror {
  readonly #store: Access
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly #exports: Exports
  #isLinked = false
  #isUp = true
  /** What it takes the gateway to be. It starts with `true`, and notices only changes. */
  #gatewayIsAlive = true
  /** Services that it writes to have a Pod that is ready, though they have none. */
  readonly #wrong = new Set<string>()
  /** By Service: counts its changes, so that what an older one had still to write is left to the newest. */
  readonly #rounds = new Map<string, number>()

  constructor(store: Access, scheduler: Scheduler, random: Random, exports: Exports) {
    this.#store = store
    this.#scheduler = scheduler
    this.#random = random
    this.#exports = exports
  }

  /** Something of a Service there has changed. */
  touch(service: string): void {
    this.#after(this.#random.between(3, 40), () => this.#sync(service))
  }

  /** The metadata of a Service there was edited: until its next repair it takes a gateway mirror for ready. */
  misread(service: string): void {
    this.#after(editMs, () => {
      this.#wrong.add(service)
      this.touch(service)
    })
    this.#after(this.#random.between(1_000, repairMs), () => this.correct(service))
  }

  /** What it wrote of a Service is put right: the Pods there have changed, or it repairs all. */
  correct(service: string): void {
    this.#wrong.delete(service)
    this.touch(service)
  }

  /** The gateway died or lives: three probes must fail, one must succeed. */
  probe(isAlive: boolean): void {
    const ms = isAlive ? this.#random.between(600, 15_000) : this.#random.between(6_400, 18_600)
    this.#after(ms, () => {
      if (this.#exports.gatewayIsAlive() !== isAlive || this.#gatewayIsAlive === isAlive) return
      this.#gatewayIsAlive = isAlive
      this.#syncAll()
    })
  }

  /** Without a Link it leaves everything as it is. */
  link(on: boolean): void {
    if (this.#isLinked === on) return
    this.#isLinked = on
    if (on) this.#start()
  }

  die(ms: number): void {
    if (!this.#isUp) return
    this.#isUp = false
    this.#scheduler.after(ms + leaseMs, () => {
      this.#isUp = true
      this.#start()
    })
  }

  /** The local service mirror, which neither a Link nor the other cluster concerns: it has seen a Service of this one. */
  touchLocal(service: string): void {
    this.#scheduler.after(this.#random.between(3, 40), () => {
      const remote = this.#annotation(service, 'remote-discovery')
      if (remote !== undefined) this.#putFederated(service, remote)
    })
  }

  #start(): void {
    this.#gatewayIsAlive = true
    this.#wrong.clear()
    this.#syncAll()
  }

  #syncAll(): void {
    for (const service of this.#exports.all()) this.touch(service)
  }

  /** Does something later, if it still runs then. */
  #after(ms: number, work: () => void): void {
    this.#scheduler.after(ms, () => {
      if (this.#isLinked && this.#isUp) work()
    })
  }

  #sync(service: string): void {
    if (!this.#exports.isReachable()) {
      this.#after(this.#random.between(1_000, 10_000), () => this.#sync(service))
      return
    }
    const round = (this.#rounds.get(service) ?? 0) + 1
    this.#rounds.set(service, round)
    const then: Then = (ms, work) => {
      if (ms === 0) work()
      else this.#after(ms, () => this.#rounds.get(service) === round && work())
    }
    const as = this.#exports.as(service)
    const [, name] = placeOf(service)
    if (as === 'federated') this.#putFederated(service, `${name}@${farName}`)
    else if (this.#annotation(service, 'remote-discovery')) this.#putFederated(service, '')
    this.#putMirrors(service, as, then)
  }

  #putMirrors(service: string, as: Export, then: Then): void {
    const [namespace, name] = placeOf(service)
    const gatewayIsAlive = this.#gatewayIsAlive
    const seen = this.#exports.ready(service)
    const ready = as === 'gateway' && this.#wrong.has(service) ? Math.max(1, seen) : seen
    const wanted = mirrorsOf({ service, as, ready, gatewayIsAlive })
    for (const mirror of mirrorNames(name)) {
      const object = wanted.services.get(mirror)
      const wait = this.#putEndpoints(namespace, mirror, wanted, then)
      if (!object) this.#store.delete('services', namespace, mirror)
      else if (this.#has('services', namespace, mirror)) then(wait, () => this.#put('services', object))
      else this.#put('services', object)
    }
  }

  /** Answers with how long the labels of the Service follow the Endpoints (ms). */
  #putEndpoints(namespace: string, mirror: string, { services, endpoints }: Mirrors, then: Then): number {
    const next = endpoints.get(mirror)
    const isThere = this.#has('endpoints', namespace, mirror)
    if (next) {
      const hasService = this.#has('services', namespace, mirror)
      then(hasService ? 0 : endpointsAfterService, () => this.#put('endpoints', next))
      return isThere ? 0 : labelsAfterEndpoints
    }
    if (!isThere) return 0
    const remove = () => this.#store.delete('endpoints', namespace, mirror)
    then(services.has(mirror) ? 0 : endpointsAfterUnexport, remove)
    return labelsAfterDeletion
  }

  #has(resource: string, namespace: string, name: string): boolean {
    return this.#store.get(resource, namespace, name) !== undefined
  }

  /** A federated Service without members is deleted; without remote ones an empty list of them stays. */
  #putFederated(service: string, remote: string): void {
    const [namespace, name] = placeOf(service)
    const isMember = this.#store.get('services', namespace, name) !== undefined
    if (isMember || remote !== '')
      this.#put('services', federatedService(service, isMember ? name : undefined, remote))
    else this.#store.delete('services', namespace, federatedOf(name))
  }

  #annotation(service: string, name: string): string | undefined {
    const [namespace, plain] = placeOf(service)
    const federated = this.#store.get('services', namespace, federatedOf(plain))
    return federated?.metadata.annotations?.[`multicluster.linkerd.io/${name}`]
  }

  /** Writes only what changes something. */
  #put(resource: string, object: KubeObject): void {
    const { namespace = '', name, labels, annotations = {} } = object.metadata
    const known = this.#store.get(resource, namespace, name)
    const isSame =
      equal(known?.metadata.labels, labels) &&
      equal(known?.metadata.annotations ?? {}, annotations) &&
      equal(known?.spec, object.spec) &&
      equal(known?.subsets, object.subsets)
    if (!isSame) put(this.#store, resource, object)
  }
}
