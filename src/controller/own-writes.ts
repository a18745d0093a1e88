import type { Clock } from '../clock.ts'
import { applyPlan, type SplitPlan } from '../core/plan.ts'
import { weightOf } from '../core/split.ts'
import type { Split } from '../core/types.ts'
import { type KubeError, mayBeApplied } from '../kube/errors.ts'
import type { Route } from '../routes/route.ts'

interface OwnWrite {
  readonly route: Route
  /** The splits as they are if it is applied. */
  readonly expected: readonly Split[]
  at: number
  /** It was tried without an answer, whatever further tries are answered. */
  unanswered: boolean
  landed: Route | undefined
}

/** After this nothing is applied any more: longer than an API server works on a request (a minute). */
const longestMs = 75_000

/**
 * Writes that are under way or were never answered. One whose answer was lost may have been applied: the watch
 * shows it, and only then is it known. Keyed by `namespace/name`; of each route the last write counts, with all of
 * its tries: that a second one is refused tells nothing of the first, which may be what it is refused for.
 */
export class OwnWrites {
  readonly #clock: Clock
  readonly #open = new Map<string, OwnWrite>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(key: string, route: Route, plans: readonly SplitPlan[]): void {
    const expected = route.splits.map((split, index) => applyPlan(split, plans[index] ?? []))
    const at = this.#clock.now()
    const open = this.#open.get(key)
    if (open?.unanswered && isAgain(open, route, expected)) open.at = at
    else this.#open.set(key, { route, expected, at, unanswered: false, landed: undefined })
  }

  /** The server has answered, or has not: `undefined` for yes. */
  end(key: string, error: KubeError | undefined): void {
    const open = this.#open.get(key)
    if (open && error && mayBeApplied(error)) open.unanswered = true
    else if (!error || !open?.unanswered) this.#open.delete(key)
  }

  /** Takes each state of the route that becomes known; `undefined` when it is gone. */
  see(key: string, now: Route | undefined): void {
    const write = this.#open.get(key)
    if (!write || write.landed) return
    if (!now || this.#clock.now() - write.at > longestMs) this.#open.delete(key)
    else if (isResultOf(write, now)) write.landed = now
  }

  /** The route as it was once our unanswered write had been applied; `undefined` where that was not seen. Once. */
  takeLanded(key: string): Route | undefined {
    const landed = this.#open.get(key)?.landed
    if (landed) this.#open.delete(key)
    return landed
  }

  /** From now on somebody else may make the same writes. */
  clear(): void {
    this.#open.clear()
  }
}

/** The same write to the same state of the same object. */
function isAgain(open: OwnWrite, { uid, generation }: Route, expected: readonly Split[]): boolean {
  const isUnchanged = open.route.uid === uid && open.route.generation === generation
  return isUnchanged && areSame(open.expected, expected)
}

/** Exactly one change of the spec lies between them, and it is the one that was asked for. */
function isResultOf({ route, expected }: OwnWrite, now: Route): boolean {
  const isNext = route.generation === undefined || now.generation === route.generation + 1
  return isNext && now.uid === route.uid && areSame(expected, now.splits)
}

const areSame = (expected: readonly Split[], splits: readonly Split[]): boolean =>
  expected.every((split, index) => isSame(split, splits[index]))

function isSame(a: Split, b: Split | undefined): boolean {
  const parts = (split: Split) =>
    split.backends.map((backend) => [backend.service, weightOf(split, backend)].join(' '))
  return b !== undefined && parts(a).join() === parts(b).join()
}
