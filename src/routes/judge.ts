import { judgeSplit, type Verdict } from '../core/judge.ts'
import type { Past } from '../core/policy/types.ts'
import type { ReadinessOf } from '../core/types.ts'
import type { Route } from './route.ts'

/** A route with the verdicts on its splits, in their order. */
export interface Judged {
  readonly route: Route
  readonly verdicts: readonly Verdict[]
}

/**
 * What the operator makes of a route, given what is known of its Services, and of the time before by split (its
 * position); asked by the command line too, which knows nothing of that time.
 */
export function judgeRoute(
  route: Route,
  readiness: ReadinessOf,
  past: (split: number) => Past | undefined = () => undefined,
): Judged {
  return { route, verdicts: route.splits.map((split, index) => judgeSplit(split, readiness, past(index))) }
}
