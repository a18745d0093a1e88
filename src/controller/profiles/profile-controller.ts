import { programName, standbyName } from '../../base/names.ts'
import type { ServiceKey } from '../../core/types.ts'
import { type KubeError, waitAskedBy } from '../../kube/errors.ts'
import { kindOf, type RouteKey } from '../../routes/key.ts'
import { movedBetween } from '../../routes/moved.ts'
import { judgeProfile } from '../../routes/profile/judge-profile.ts'
import { authorityOf, type Profile } from '../../routes/profile/profile.ts'
import type { Route } from '../../routes/route.ts'
import { RouteIndex } from '../../routes/route-index.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { RouteMemory } from '../memory.ts'
import type { Controller, Platform } from '../platform.ts'
import { type Cause, type Handled, logBugs, Queue } from '../queue.ts'
import type { ProfileWatch } from '../watch/profile-watch.ts'
import { Fights } from '../write/fights.ts'
import { copyAsStandby } from './copy-as-standby.ts'
import { ProfileReporter } from './profile-reporter.ts'
import { writeProfile } from './write-profile.ts'

export interface ProfileOptions {
  /** The cluster's domain, with which the names of ServiceProfiles end: `cluster.local`. */
  readonly clusterDomain: string
}

/** What it looks at; another controller keeps it. */
export interface Followed {
  readonly profiles: ProfileWatch
  /** Whether all controlled TrafficSplits are known. */
  readonly splitsSynced: () => boolean
  /** Calls back with each state of a controlled route; `undefined` once it is gone, or not controlled. */
  readonly follow: (listener: (key: RouteKey, route: Route | undefined) => void) => void
}

/** Writes under way at once. */
const concurrency = 16
/** linkerd-smi's adaptor, or who moves a TrafficSplit, has so long before an orphan is reported (ms). */
const settleMs = 5_000

/**
 * Keeps the overrides of ServiceProfiles as the controlled TrafficSplits have their weights, so that
 * linkerd-smi's adaptor finds nothing to do. Level-triggered: each change of a TrafficSplit or of a
 * ServiceProfile makes a Service due, and then its ServiceProfile is compared with what it should be.
 *
 * It follows what the API server has of a TrafficSplit, never what is only meant to be written: the answer to
 * a write of weights is a change of the TrafficSplit like any other.
 */
export class ProfileController implements Controller {
  readonly #platform: Platform
  readonly #followed: Followed
  readonly #domain: string
  readonly #splits = new Map<RouteKey, Route>()
  readonly #byApex = new RouteIndex(({ apexes }) => apexes)
  readonly #memory = new RouteMemory()
  readonly #fights: Fights
  /** Since when a ServiceProfile of ours is known to have no TrafficSplit (ms on the clock). */
  readonly #orphans = new Map<ServiceKey, { readonly since: number; readonly isReported: boolean }>()
  /** Services whose TrafficSplit a standby has moved, until this standby has looked at it. */
  readonly #moved = new Set<ServiceKey>()
  readonly #reporter: ProfileReporter
  readonly #queue: Queue

  constructor(platform: Platform, followed: Followed, { clusterDomain }: ProfileOptions) {
    const { clock, log } = platform
    this.#platform = platform
    this.#followed = followed
    this.#domain = clusterDomain
    this.#fights = new Fights(clock, this.#memory)
    this.#reporter = new ProfileReporter(platform, {
      fights: () => this.#fights.size,
      orphans: () => this.#orphans.size,
    })
    const onBug = logBugs(log, 'service', (apex) => `looking at the ServiceProfile of ${apex}`)
    const handle = (apex: ServiceKey, cause: Cause) => this.#handle(apex, cause)
    this.#queue = new Queue({ clock, concurrency, handle, onBug })
    followed.follow((key, route) => this.#see(key, route))
    followed.profiles.onProfile((service) => this.#makeDue(service))
    followed.profiles.onState(() => this.#onState())
  }

  /** A replica may lead before it knows the ServiceProfiles: weights come first. */
  start(): void {
    this.#followed.profiles.start()
    this.#platform.onSynced()
  }

  live(): string[] {
    return this.#queue.stuck('a ServiceProfile')
  }

  ready(): string[] {
    const { synced, cache } = this.#followed.profiles
    return synced ? [] : [`waiting for the first complete list of ${cache.name} (${cache.state()})`]
  }

  get workload(): number {
    return this.#queue.depth + this.#queue.inFlight
  }

  lead(): void {
    this.#makeAllDue()
    for (const [, { service }] of this.#followed.profiles.cache.reader.entries())
      if (service !== undefined) this.#makeDue(service)
  }

  rest(): void {
    this.#fights.forgetAll()
    this.#orphans.clear()
  }

  /** What another wrote is seen as a change of the ServiceProfile. */
  onOtherLeader(): void {}

  drain(): Promise<void> {
    return this.#queue.drain()
  }

  /** The caches are stopped by who keeps them. */
  async stop(): Promise<void> {}

  #see(key: RouteKey, route: Route | undefined): void {
    if (kindOf(key) !== trafficSplit.kind) return
    const before = this.#splits.get(key)
    if (route) this.#splits.set(key, route)
    else this.#splits.delete(key)
    if (before && !route) this.#reporter.forget(before)
    const isStandbys = movedBetween(before, route) === 'standby'
    if (isStandbys) for (const apex of route?.apexes ?? []) this.#moved.add(apex)
    this.#byApex.change(key, before, route)
    for (const apex of new Set([...(before?.apexes ?? []), ...(route?.apexes ?? [])])) this.#makeDue(apex)
  }

  #makeDue(apex: ServiceKey): void {
    this.#queue.add(apex, { at: this.#platform.clock.now() })
  }

  #makeAllDue(): void {
    for (const apex of this.#byApex.services()) this.#makeDue(apex)
  }

  #onState(): void {
    const { synced, resource } = this.#followed.profiles
    if (!synced) return
    this.#queue.start()
    // If the kind was missing until now, there are ServiceProfiles to create.
    if (this.#reporter.served(resource !== undefined)) this.#makeAllDue()
  }

  /** One look at the ServiceProfile of a Service. */
  async #handle(apex: ServiceKey, cause: Cause): Promise<Handled> {
    const { leads } = this.#platform
    if (!leads()) return this.#standBy(apex, cause)
    this.#moved.delete(apex)
    const profile = this.#followed.profiles.of(apex, this.#domain)
    const split = this.#splitOf(apex)
    if (!split) return this.#withoutSplit(apex, profile)
    this.#orphans.delete(apex)
    return this.#follow(apex, split, profile, cause)
  }

  async #follow(
    apex: ServiceKey,
    split: Route,
    profile: Profile | undefined,
    cause: Cause,
  ): Promise<Handled> {
    const { profiles } = this.#followed
    const { resource } = profiles
    const name = authorityOf(apex, this.#domain)
    const { write, target } = judgeProfile(split, profile, this.#domain)
    if (!write || !resource) {
      const { change, lookAgainAt } = this.#fights.rests(apex, target)
      if (change === 'ends') this.#reporter.unfought(split, name)
      return this.#lookAgain(lookAgainAt)
    }
    const waitsUntil = this.#fights.waitsUntil(apex, target)
    if (waitsUntil !== undefined) return this.#lookAgain(waitsUntil)
    const { transport } = this.#platform
    const place = { namespace: split.namespace, name }
    const answer = await writeProfile({ transport, profiles, manager: programName }, resource, place, write)
    if (!answer.ok) return this.#failed(split, name, answer.error)
    this.#reporter.wrote(split, name, write, cause)
    const { change, lookAgainAt } = this.#fights.wrote(apex)
    if (change === 'begins') this.#reporter.fought(split, name)
    return this.#lookAgain(lookAgainAt)
  }

  /** All that a standby does: it copies a move that a standby has made, once, while nothing has changed. */
  async #standBy(apex: ServiceKey, cause: Cause): Promise<Handled> {
    const { profiles } = this.#followed
    const split = this.#moved.delete(apex) ? this.#splitOf(apex) : undefined
    const { resource } = profiles
    if (!split || !resource) return 'done'
    const { write } = judgeProfile(split, profiles.of(apex, this.#domain), this.#domain)
    if (!write) return 'done'
    const name = authorityOf(apex, this.#domain)
    const place = { namespace: split.namespace, name }
    const answer = await copyAsStandby(this.#platform, split, (transport) =>
      writeProfile({ transport, profiles, manager: standbyName }, resource, place, write),
    )
    if (answer?.ok) this.#reporter.wrote(split, name, write, cause)
    return 'done'
  }

  #failed(split: Route, name: string, error: KubeError): Handled {
    // Another replica leads, and looks at all of them.
    if (error.kind === 'notLeader') return 'done'
    // It is there already, and the watch is about to show it: created by us a moment ago, or by the adaptor.
    if (error.kind !== 'conflict') this.#reporter.failed(split, name, error)
    const retryAfterMs = waitAskedBy(error)
    return retryAfterMs === undefined ? 'retry' : { retryAfterMs }
  }

  /** What the operator wrote stays, since it may not remove it; that is reported once. */
  #withoutSplit(apex: ServiceKey, profile: Profile | undefined): Handled {
    this.#memory.forget(apex)
    if (!profile || !isWrittenByUs(profile)) {
      this.#orphans.delete(apex)
      return 'done'
    }
    if (!this.#followed.splitsSynced()) return { lookAgainMs: settleMs }
    const now = this.#platform.clock.now()
    const { since, isReported } = this.#orphans.get(apex) ?? { since: now, isReported: false }
    const isDue = now - since >= settleMs
    if (isDue && !isReported) this.#reporter.orphaned(profile)
    this.#orphans.set(apex, { since, isReported: isDue })
    return isDue ? 'done' : { lookAgainMs: since + settleMs - now }
  }

  #lookAgain(at: number | undefined): Handled {
    return at === undefined ? 'done' : { lookAgainMs: at - this.#platform.clock.now() }
  }

  /** Of several TrafficSplits with one apex the one whose name comes first; `SharedParent` reports them. */
  #splitOf(apex: ServiceKey): Route | undefined {
    const [key] = [...this.#byApex.using(apex)].sort()
    return key === undefined ? undefined : this.#splits.get(key)
  }
}

const isWrittenByUs = ({ list, writers }: Profile): boolean =>
  list === 'filled' && (writers.includes(programName) || writers.includes(standbyName))
