import type { Clock, Timer } from '../../base/clock.ts'
import { type Steps, Turns } from '../../base/turns.ts'
import type { ServiceKey } from '../../core/types.ts'
import { diagnose, diagnoseZeros } from '../../routes/diagnosis.ts'
import { type Finding, type FindingReason, identityOf } from '../../routes/finding.ts'
import { kindOf, type RouteKey } from '../../routes/key.ts'
import { backendServices, type Route } from '../../routes/route.ts'
import { RouteIndex } from '../../routes/route-index.ts'
import type { RouteMemory } from '../memory.ts'
import { unreportedWindowMs } from '../platform.ts'
import type { Surroundings } from '../watch/surroundings.ts'
import type { LongHolds } from './long-holds.ts'
import { SharedParents } from './shared-parents.ts'

export interface DiagnoserOptions {
  readonly memory: RouteMemory
  readonly clock: Clock
  readonly surroundings: Omit<Surroundings, 'stop' | 'profiles'>
  readonly longHolds: Pick<LongHolds, 'of'>
  /** Whether there are weights to write; looks for findings wait for that. */
  readonly busy: () => boolean
  /** Reports what is wrong with a route; false if another replica leads, and reports for all. */
  readonly report: (route: Route, finding: Finding) => boolean
  /** Shows all that is wrong with a route by now; called after each look at what is around it. */
  readonly show: (key: RouteKey, findings: readonly Finding[]) => void
  /** Reports that something is not wrong with a route any more; not called for a route that has gone. */
  readonly reportOver: (route: Route, finding: Finding) => void
}

interface Found {
  readonly finding: Finding
  /** On the clock. */
  readonly at: number
  readonly isReported: boolean
}

/**
 * How long a finding must persist before it is reported (ms): a route is often applied before its Services,
 * and Linkerd needs a moment to accept it.
 */
const settleMs = 5_000

/** What can wait does not keep weights waiting for longer than this (ms). */
const turnMs = 10

/**
 * Looks for what is wrong with routes that are well formed, off the way of the weights; reports each thing
 * once.
 */
export class Diagnoser {
  readonly #options: DiagnoserOptions
  readonly #routes: Map<RouteKey, Route>
  readonly #parents = new SharedParents()
  readonly #byService = new RouteIndex((route) => [...route.apexes, ...backendServices(route)])
  /** Of routes and of parents that will be looked at. */
  readonly #due = new Map<RouteKey | ServiceKey, Timer>()
  readonly #turns: Turns
  /** By route, and by identity. */
  readonly #found: Map<RouteKey, Map<string, Found>>
  #stopped = false

  constructor(options: DiagnoserOptions) {
    const { memory } = options
    this.#options = options
    this.#turns = new Turns(options.clock, turnMs, options.busy)
    this.#routes = memory.part((key, route) => this.#forget(key, route))
    this.#found = memory.part()
  }

  /** A route was looked at, as it is before any repair. That it has gone is learnt from the memory. */
  see(key: RouteKey, route: Route): void {
    const before = this.#routes.get(key)
    if (before === route) return
    this.#routes.set(key, route)
    this.#move(key, before, route)
    if (route.accepted !== undefined) this.#options.surroundings.start()
    // The operator repairs zeros at once, and clients may need a restart all the same.
    const zeros = diagnoseZeros(route)
    for (const finding of zeros) this.#record(key, route, finding)
    if (zeros.length > 0) this.#show(key)
    this.#scheduleCheck(key)
  }

  /** Something has changed about a Service that routes name. */
  touch(service: string): void {
    for (const key of this.#byService.using(service)) this.#scheduleCheck(key)
  }

  /** Something has changed about a route that its object does not show. */
  recheck(key: RouteKey): void {
    if (this.#routes.has(key)) this.#scheduleCheck(key)
  }

  touchAll(): void {
    for (const key of this.#routes.keys()) this.#scheduleCheck(key)
  }

  /**
   * From now on this replica reports. What it found while another led, that one has reported, up to shortly
   * before `lastLed`, when it was last known to lead (on the clock).
   */
  lead(lastLed: number): void {
    for (const [key, findings] of this.#found) {
      const route = this.#routes.get(key)
      if (!route) continue
      for (const [identity, { finding, at, isReported }] of findings)
        if (!isReported && at >= lastLed - unreportedWindowMs)
          findings.set(identity, { finding, at, isReported: this.#options.report(route, finding) })
    }
  }

  /** How many routes of a kind have what finding. */
  *counts(): Iterable<{ kind: string; reason: FindingReason; count: number }> {
    const counts = new Map<string, { kind: string; reason: FindingReason; count: number }>()
    for (const [key, findings] of this.#found) {
      const kind = kindOf(key)
      for (const reason of new Set([...findings.values()].map(({ finding }) => finding.reason))) {
        const entry = counts.get(`${kind} ${reason}`) ?? { kind, reason, count: 0 }
        counts.set(`${kind} ${reason}`, { ...entry, count: entry.count + 1 })
      }
    }
    yield* counts.values()
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#due.values()) timer.cancel()
    this.#turns.stop()
  }

  #scheduleCheck(key: RouteKey): void {
    this.#schedule(key, () => this.#checks([key]))
  }

  #schedule(key: RouteKey | ServiceKey, steps: () => Steps): void {
    if (this.#stopped || this.#due.has(key)) return
    this.#due.set(
      key,
      this.#options.clock.after(settleMs, () => {
        this.#due.delete(key)
        this.#turns.add(steps())
      }),
    )
  }

  *#lookAt(parent: ServiceKey): Generator {
    yield* this.#checks(yield* this.#parents.look(parent))
  }

  *#checks(keys: Iterable<RouteKey>): Generator {
    for (const key of keys) {
      this.#check(key)
      yield
    }
  }

  #check(key: RouteKey): void {
    const route = this.#routes.get(key)
    if (!route) return
    const findings = this.#diagnose(key, route)
    const still = new Set(findings.map(identityOf))
    const known = this.#found.get(key) ?? new Map<string, Found>()
    for (const [identity, { finding }] of known) {
      if (still.has(identity)) continue
      known.delete(identity)
      this.#options.reportOver(route, finding)
    }
    if (known.size === 0) this.#found.delete(key)
    for (const finding of findings) this.#record(key, route, finding)
    this.#show(key)
  }

  #show(key: RouteKey): void {
    const found = this.#found.get(key)?.values() ?? []
    this.#options.show(
      key,
      [...found].map(({ finding }) => finding),
    )
  }

  #record(key: RouteKey, route: Route, finding: Finding): void {
    const { report, clock } = this.#options
    const known = this.#found.get(key) ?? new Map<string, Found>()
    const identity = identityOf(finding)
    const before = known.get(identity)
    const record = before ?? { at: clock.now(), isReported: report(route, finding) }
    known.set(identity, { ...record, finding })
    this.#found.set(key, known)
  }

  #diagnose(key: RouteKey, route: Route): Finding[] {
    const { surroundings } = this.#options
    const conflicts = (parent: ServiceKey) => this.#parents.conflicts(key, parent)
    const longHolds = this.#options.longHolds.of(key)
    return diagnose(route, { ...surroundings, conflicts, longHolds })
  }

  #move(key: RouteKey, before: Route | undefined, after: Route | undefined): void {
    this.#byService.change(key, before, after)
    for (const parent of this.#parents.change(key, before, after))
      this.#schedule(parent, () => this.#lookAt(parent))
  }

  #forget(key: RouteKey, route: Route): void {
    this.#move(key, route, undefined)
    this.#due.get(key)?.cancel()
    this.#due.delete(key)
  }
}
