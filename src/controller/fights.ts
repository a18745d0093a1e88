import type { Clock, Timer } from '../clock.ts'
import { applyPlan, type SplitPlan } from '../core/plan.ts'
import { weightsOf } from '../core/split.ts'
import type { Route } from '../routes/route.ts'
import type { RouteKey } from './route-index.ts'

interface Contest {
  /** The weights that were written last. */
  written: string
  writtenAt: number
  /** How often they were undone since they last stood. */
  undone: number
}

/** From so many times on it is no accident. */
const fightFrom = 3
const firstPauseMs = 5_000
const longestPauseMs = 300_000
/** Weights that stood for so long were not undone by somebody who applies the same again and again (ms). */
const forgetAfterMs = 3_600_000

/**
 * Notices writers that undo what was written. A write that would only repeat the last one has been undone; from
 * the third time on it waits: 5 s after the last write, then doubling, up to 5 min. So two writers cost the API
 * server little, and whoever applies from git once in ten minutes is answered at once each time.
 */
export class Fights {
  readonly #clock: Clock
  readonly #timers = new Set<Timer>()
  readonly #contests = new Map<RouteKey, Contest>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How long to wait before these weights are written to the route (ms); 0 most often. */
  pauseBefore(key: RouteKey, route: Route, plans: readonly SplitPlan[]): number {
    const contest = this.#contests.get(key)
    if (!contest || contest.written !== targetOf(route, plans) || contest.undone + 1 < fightFrom) return 0
    const pause = Math.min(firstPauseMs * 2 ** (contest.undone + 1 - fightFrom), longestPauseMs)
    return Math.max(0, contest.writtenAt + pause - this.#clock.now())
  }

  /** Takes a write that went through; true where it makes a fight of it, once for each fight. */
  wrote(key: RouteKey, route: Route, plans: readonly SplitPlan[]): boolean {
    const weights = targetOf(route, plans)
    const now = this.#clock.now()
    const before = this.#contests.get(key)
    const isAgain = before?.written === weights && now - before.writtenAt < forgetAfterMs
    const undone = isAgain ? before.undone + 1 : 0
    this.#contests.set(key, { written: weights, writtenAt: now, undone })
    return undone === fightFrom
  }

  /** Calls `then` after the pause, unless this is stopped before. */
  later(ms: number, then: () => void): void {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer)
      then()
    })
    this.#timers.add(timer)
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel()
  }

  forget(key: RouteKey): void {
    this.#contests.delete(key)
  }

  /** Routes that are fought over. */
  get size(): number {
    let count = 0
    for (const { undone } of this.#contests.values()) if (undone >= fightFrom) count += 1
    return count
  }
}

/** The weights of a route once the plans are applied. */
const targetOf = ({ splits }: Route, plans: readonly SplitPlan[]): string =>
  JSON.stringify(splits.map((split, index) => weightsOf(applyPlan(split, plans[index] ?? []))))
