import type { Clock } from '../../base/clock.ts'
import { decisionBy } from '../../core/decide.ts'
import { sentenceOf } from '../../core/explain.ts'
import type { Verdict } from '../../core/judge.ts'
import type { WeightChange } from '../../core/plan.ts'
import { tierServes } from '../../core/policy/rules/tier-serves.ts'
import { failOver, servePrimary } from '../../core/rule.ts'
import { primaryReady } from '../../core/rules/primary-ready.ts'
import { secondariesReady } from '../../core/rules/secondaries-ready.ts'
import { indexesOf, weightOf } from '../../core/split.ts'
import { directionOf } from '../../core/transition.ts'
import type { Split } from '../../core/types.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import { isNextState, isWantedAlike, movedBetween } from '../../routes/moved.ts'
import type { Route } from '../../routes/route.ts'
import { unreportedWindowMs } from '../platform.ts'
import type { Judge } from './reconcile.ts'
import type { LateWrite } from './unanswered-writes.ts'

export interface StandbyMovesOptions {
  readonly clock: Clock
  readonly judge: Judge
  /** Whether this replica is the one that reports. */
  readonly leads: () => boolean
}

/** So many moves of a route are kept, and for so long (ms), if no replica leads that could report them. */
const mostMoves = 16
const longestMs = 3_600_000

/**
 * Moves that standbys made while no leader did, as every replica sees them in its watch. Whoever leads
 * reports them: at once if it leads already, else when it begins to, unless an earlier leader has.
 */
export class StandbyMoves {
  readonly #options: StandbyMovesOptions
  readonly #seen = new Map<RouteKey, readonly LateWrite[]>()

  constructor(options: StandbyMovesOptions) {
    this.#options = options
  }

  /** Takes each state of a route that becomes known, and the one before it. */
  see(key: RouteKey, before: Route | undefined, after: Route | undefined): void {
    // More than one change at once says nothing of what each of them did.
    if (!before || !after || !isNextState(before, after) || !isWantedAlike(before, after)) return
    if (movedBetween(before, after) !== 'standby') return
    const { verdicts } = this.#options.judge(key, before)
    const moved = verdicts.map((verdict, place) => moveOf(verdict, after.splits[place]))
    this.#keep(key, { route: before, verdicts: moved }, after)
  }

  /**
   * Takes a move that this replica made as a standby, of a route as the API server had it; `see` may have had
   * it already. If its watch was late it does not know the state before, and the watch will skip what is
   * older.
   */
  made(key: RouteKey, judged: Judged, after: Route): void {
    const isKnown = this.#seen.get(key)?.some(({ after: one }) => isSameState(one, after))
    if (!isKnown) this.#keep(key, judged, after)
  }

  #keep(key: RouteKey, judged: Judged, after: Route): void {
    const { clock } = this.#options
    const known = (this.#seen.get(key) ?? []).filter(({ cause }) => clock.now() - cause.at < longestMs)
    const move = { ...judged, after, cause: { at: clock.now() } }
    this.#seen.set(key, [...known.slice(1 - mostMoves), move])
  }

  /** The moves of a route that this replica is to report. Each once. */
  take(key: RouteKey): readonly LateWrite[] {
    const moves = this.#seen.get(key)
    if (!moves || !this.#options.leads()) return []
    this.#seen.delete(key)
    return moves
  }

  /** Routes with moves that were not taken. */
  keys(): Iterable<RouteKey> {
    return this.#seen.keys()
  }

  /** From now on this replica reports; another did, up to shortly before `lastLed` (on the clock). */
  lead(lastLed: number): void {
    for (const [key, moves] of this.#seen) {
      const left = moves.filter(({ cause }) => cause.at >= lastLed - unreportedWindowMs)
      if (left.length > 0) this.#seen.set(key, left)
      else this.#seen.delete(key)
    }
  }
}

const isSameState = (a: Route, b: Route): boolean => a.uid === b.uid && a.generation === b.generation

/**
 * What became of a split, as a plan; with the reasons of this replica if it decides alike, else with the one
 * that every such move has.
 */
function moveOf(verdict: Verdict, after: Split | undefined): Verdict {
  const { split } = verdict
  const plan = changesOf(split, after)
  if (plan.length === 0 || !after) return { ...verdict, plan: [] }
  if (JSON.stringify(plan) === JSON.stringify(verdict.plan)) return verdict
  const active = indexesOf(after, (backend) => weightOf(after, backend) > 0)
  const isBack = directionOf(split, after) === 'failback'
  const rule = split.policy ? tierServes : isBack ? primaryReady : secondariesReady
  const decision = decisionBy(rule, isBack ? servePrimary(active) : failOver(active))
  return { ...verdict, plan, decision, reason, sentence: sentenceOf(decision, reason) }
}

const reason = 'a standby found that no backend with weight was ready'

function changesOf(before: Split, after: Split | undefined): WeightChange[] {
  return before.backends.flatMap((backend, index) => {
    const now = after?.backends[index]
    if (!after || !now || now.service !== backend.service) return []
    const to = weightOf(after, now)
    return to === weightOf(before, backend) ? [] : [{ index, from: backend.weight, to }]
  })
}
