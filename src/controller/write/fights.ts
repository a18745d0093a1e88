import type { Clock } from '../../base/clock.ts'
import { applyPlan, type SplitPlan } from '../../core/plan.ts'
import { weightsOf } from '../../core/split.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteMemory } from '../memory.ts'

interface Contest {
  /** The weights that are to be written. */
  due: string
  /** The weights that were written last; absent before the first write. */
  written?: string
  writtenAt: number
  /** How often they were undone, each time before `undisputedMs` had passed. */
  undone: number
}

/** What a write, or a look at a route at rest, says about a fight. */
export interface FightNews {
  /** Whether a fight begins or ends with it; each is said once. */
  readonly change?: 'begins' | 'ends'
  /** When to look again (ms on the clock), since the fight may be over then. */
  readonly lookAgainAt?: number
}

/** From so many times on it is no accident. */
const fightFrom = 3
const firstPauseMs = 5_000
const longestPauseMs = 300_000
/** Weights that were not undone for so long (ms) are not fought over. */
const undisputedMs = 900_000

/**
 * Notices writers that undo what was written. A write that would only repeat the last one has been undone;
 * from the third time on it waits: 5 s after the last write, then doubling, up to 5 min. So two writers cost
 * the API server little, and whoever applies from git once in ten minutes is answered at once each time.
 *
 * A fight ends when other weights are wanted than those that were undone, or when these lasted for 15 min.
 */
export class Fights {
  readonly #clock: Clock
  readonly #contests: Map<string, Contest>

  constructor(clock: Clock, memory: RouteMemory) {
    this.#clock = clock
    this.#contests = memory.part()
  }

  /**
   * Until when these weights, as text, must not be written (ms on the clock); `undefined` if they may be now.
   */
  waitsUntil(key: string, due: string): number | undefined {
    const contest = this.#contests.get(key) ?? { due, writtenAt: 0, undone: 0 }
    contest.due = due
    this.#contests.set(key, contest)
    if (contest.written !== contest.due || contest.undone + 1 < fightFrom) return undefined
    const pause = Math.min(firstPauseMs * 2 ** (contest.undone + 1 - fightFrom), longestPauseMs)
    const until = contest.writtenAt + pause
    return until > this.#clock.now() ? until : undefined
  }

  /** The weights that were last asked about went through. */
  wrote(key: string): FightNews {
    const contest = this.#contests.get(key)
    if (!contest) return {}
    const now = this.#clock.now()
    const isAgain = contest.written === contest.due && now - contest.writtenAt < undisputedMs
    contest.undone = isAgain ? contest.undone + 1 : 0
    contest.written = contest.due
    contest.writtenAt = now
    if (contest.undone < fightFrom) return {}
    const lookAgainAt = now + undisputedMs
    return contest.undone === fightFrom ? { change: 'begins', lookAgainAt } : { lookAgainAt }
  }

  /** Nothing is to be written: the weights, as text, are as they should be. */
  rests(key: string, weights: string): FightNews {
    const contest = this.#contests.get(key)
    if (!contest || contest.undone === 0) return {}
    const isFight = contest.undone >= fightFrom
    const overAt = contest.writtenAt + undisputedMs
    if (overAt > this.#clock.now() && contest.written === weights)
      return isFight ? { lookAgainAt: overAt } : {}
    this.#contests.delete(key)
    return isFight ? { change: 'ends' } : {}
  }

  /** This replica leads no more: what others write is no fight with it. */
  forgetAll(): void {
    this.#contests.clear()
  }

  /** Objects that are fought over. */
  get size(): number {
    let count = 0
    for (const { undone } of this.#contests.values()) if (undone >= fightFrom) count += 1
    return count
  }
}

/** The weights of a route once the plans are applied. */
export const weightsText = ({ splits }: Route, plans: readonly SplitPlan[] = []): string =>
  JSON.stringify(splits.map((split, index) => weightsOf(applyPlan(split, plans[index] ?? []))))
