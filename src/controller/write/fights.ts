import type { Clock, Timer } from '../../base/clock.ts'
import { applyPlan, type SplitPlan } from '../../core/plan.ts'
import { weightsOf } from '../../core/split.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'

interface Contest {
  /** The weights that are to be written. */
  due: string
  /** The weights that were written last; absent before the first write. */
  written?: string
  writtenAt: number
  /** How often they were undone since they last stood. */
  undone: number
}

/** From so many times on it is no accident. */
const fightFrom = 3
const firstPauseMs = 5_000
const longestPauseMs = 300_000
/** Weights that stood for so long were not undone by somebody who applies the same again and again (ms). */
const standMs = 900_000

/**
 * Notices writers that undo what was written. A write that would only repeat the last one has been undone; from
 * the third time on it waits: 5 s after the last write, then doubling, up to 5 min. So two writers cost the API
 * server little, and whoever applies from git once in ten minutes is answered at once each time.
 *
 * A fight ends when other weights are wanted than those that were undone, or when these stood for 15 min.
 */
export class Fights {
  readonly #clock: Clock
  readonly #again: (key: RouteKey) => void
  readonly #timers = new Map<RouteKey, Timer>()
  readonly #contests = new Map<RouteKey, Contest>()

  /** `again` is called when a route must be looked at once more, since a pause or a fight may be over. */
  constructor(clock: Clock, again: (key: RouteKey) => void) {
    this.#clock = clock
    this.#again = again
  }

  /** Whether to wait before these weights are written to the route; `again` follows then. */
  mustWait(key: RouteKey, route: Route, plans: readonly SplitPlan[]): boolean {
    const contest = this.#contests.get(key) ?? { due: '', writtenAt: 0, undone: 0 }
    contest.due = textOf(route, plans)
    this.#contests.set(key, contest)
    if (contest.written !== contest.due || contest.undone + 1 < fightFrom) return false
    const pause = Math.min(firstPauseMs * 2 ** (contest.undone + 1 - fightFrom), longestPauseMs)
    const left = contest.writtenAt + pause - this.#clock.now()
    if (left > 0) this.#later(key, left)
    return left > 0
  }

  /** The weights that were last asked about went through; true where that makes a fight of it, once for each. */
  wrote(key: RouteKey): boolean {
    const contest = this.#contests.get(key)
    if (!contest) return false
    const now = this.#clock.now()
    const isAgain = contest.written === contest.due && now - contest.writtenAt < standMs
    contest.undone = isAgain ? contest.undone + 1 : 0
    contest.written = contest.due
    contest.writtenAt = now
    if (contest.undone >= fightFrom) this.#later(key, standMs)
    return contest.undone === fightFrom
  }

  /** Nothing is to be written to the route; true where that ends a fight. */
  rests(key: RouteKey, route: Route): boolean {
    const contest = this.#contests.get(key)
    if (!contest || contest.undone === 0) return false
    const left = contest.writtenAt + standMs - this.#clock.now()
    if (left > 0 && contest.written === textOf(route, [])) {
      // A timer may fire a little early; without another look nobody would learn of the end.
      if (contest.undone >= fightFrom) this.#later(key, left)
      return false
    }
    this.forget(key)
    return contest.undone >= fightFrom
  }

  forget(key: RouteKey): void {
    this.#contests.delete(key)
    this.#timers.get(key)?.cancel()
    this.#timers.delete(key)
  }

  forgetAll(): void {
    for (const key of [...this.#contests.keys()]) this.forget(key)
  }

  /** Routes that are fought over. */
  get size(): number {
    let count = 0
    for (const { undone } of this.#contests.values()) if (undone >= fightFrom) count += 1
    return count
  }

  #later(key: RouteKey, ms: number): void {
    this.#timers.get(key)?.cancel()
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(key)
      this.#again(key)
    })
    this.#timers.set(key, timer)
  }
}

/** The weights of a route once the plans are applied. */
const textOf = ({ splits }: Route, plans: readonly SplitPlan[]): string =>
  JSON.stringify(splits.map((split, index) => weightsOf(applyPlan(split, plans[index] ?? []))))
