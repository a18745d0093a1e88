import type { Clock, Timer } from '../../base/clock.ts'
import { diagnose, diagnoseZeros, type Finding, type FindingReason } from '../../routes/diagnosis.ts'
import { kindOf, type RouteKey } from '../../routes/key.ts'
import { backendServices, type Route } from '../../routes/route.ts'
import { RouteIndex } from '../../routes/route-index.ts'
import { hastyMs } from '../leadership.ts'
import type { Surroundings } from '../watch/surroundings.ts'

export interface DiagnoserOptions {
  readonly clock: Clock
  readonly surroundings: Pick<Surroundings, 'ports' | 'hasProfile' | 'start'>
  /** Tells the owner of a route what is wrong with it; false where another replica leads, and speaks for all. */
  readonly say: (route: Route, finding: Finding) => boolean
}

interface Found {
  readonly finding: Finding
  /** On the clock. */
  readonly at: number
  readonly isTold: boolean
}

/**
 * Things must be wrong for so long before they are told (ms): a route is often applied before its Services, and
 * Linkerd needs a moment to accept it.
 */
const settleMs = 5_000

/** Looks for what is wrong with routes that are well formed, off the way of the weights; says each thing once. */
export class Diagnoser {
  readonly #options: DiagnoserOptions
  readonly #routes = new Map<RouteKey, Route>()
  readonly #byParent = new RouteIndex(({ apexes }) => apexes)
  readonly #byService = new RouteIndex((route) => [...route.apexes, ...backendServices(route)])
  readonly #due = new Map<RouteKey, Timer>()
  /** By route, and by message. */
  readonly #found = new Map<RouteKey, Map<string, Found>>()
  #stopped = false

  constructor(options: DiagnoserOptions) {
    this.#options = options
  }

  /** A route was looked at, as it is (before any repair), or is gone. */
  see(key: RouteKey, route: Route | undefined): void {
    const before = this.#routes.get(key)
    if (before === route) return
    if (route) this.#routes.set(key, route)
    else this.#routes.delete(key)
    this.#byService.change(key, before, route)
    if (claimOf(before) !== claimOf(route)) this.#moveParents(key, before, route)
    if (!route) {
      this.#forget(key)
      return
    }
    if (route.accepted !== undefined) this.#options.surroundings.start()
    // Zeros are repaired at once, and harm the proxies for longer than they stand.
    for (const finding of diagnoseZeros(route)) this.#tell(key, route, finding)
    this.#schedule(key)
  }

  /** Something is known anew of a Service that routes name. */
  touch(service: string): void {
    for (const key of this.#byService.using(service)) this.#schedule(key)
  }

  touchAll(): void {
    for (const key of this.#routes.keys()) this.#schedule(key)
  }

  /**
   * From now on this replica speaks. What it found while another led has been told by that one, up to shortly before
   * `lastLed`, when it was last known to be there (on the clock).
   */
  lead(lastLed: number): void {
    for (const [key, findings] of this.#found) {
      const route = this.#routes.get(key)
      if (!route) continue
      for (const [message, { finding, at, isTold }] of findings)
        if (!isTold && at >= lastLed - hastyMs)
          findings.set(message, { finding, at, isTold: this.#options.say(route, finding) })
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
  }

  #schedule(key: RouteKey): void {
    if (this.#stopped || this.#due.has(key)) return
    this.#due.set(
      key,
      this.#options.clock.after(settleMs, () => {
        this.#due.delete(key)
        this.#check(key)
      }),
    )
  }

  #check(key: RouteKey): void {
    const route = this.#routes.get(key)
    if (!route) return
    const findings = this.#diagnose(key, route)
    const still = new Set(findings.map(({ message }) => message))
    const known = this.#found.get(key) ?? new Map<string, Found>()
    for (const message of known.keys()) if (!still.has(message)) known.delete(message)
    if (known.size === 0) this.#found.delete(key)
    for (const finding of findings) this.#tell(key, route, finding)
  }

  #tell(key: RouteKey, route: Route, finding: Finding): void {
    const { say, clock } = this.#options
    const known = this.#found.get(key) ?? new Map<string, Found>()
    if (known.has(finding.message)) return
    known.set(finding.message, { finding, at: clock.now(), isTold: say(route, finding) })
    this.#found.set(key, known)
  }

  #diagnose(key: RouteKey, route: Route): Finding[] {
    const { ports, hasProfile } = this.#options.surroundings
    const rivals = (service: string) =>
      [...this.#byParent.using(service)]
        .map((other) => (other === key ? undefined : this.#routes.get(other)))
        .filter((other) => other !== undefined)
    return diagnose(route, { ports, hasProfile, rivals })
  }

  #moveParents(key: RouteKey, before: Route | undefined, after: Route | undefined): void {
    this.#byParent.change(key, before, after)
    const concerned = [...(before?.apexes ?? []), ...(after?.apexes ?? [])]
    for (const apex of concerned) for (const other of this.#byParent.using(apex)) this.#schedule(other)
  }

  #forget(key: RouteKey): void {
    this.#found.delete(key)
    this.#due.get(key)?.cancel()
    this.#due.delete(key)
  }
}

/** All of a route that other routes of its parents may meet. */
const claimOf = (route: Route | undefined): string =>
  JSON.stringify([route?.apexes, route?.apexPorts, route?.matches])
