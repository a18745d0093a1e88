import { judgeSplit, type Verdict } from '../core/judge.ts'
import type { ReadinessOf } from '../core/types.ts'
import type { Route } from './route.ts'

/** A route with the verdicts on its splits, in their order. */
export interface Judged {
  readonly route: Route
  readonly verdicts: readonly Verdict[]
}

/** What the operator makes of a route, given what is known of its Services; asked by the command line too. */
export function judgeRoute(route: Route, readiness: ReadinessOf): Judged {
  return { route, verdicts: route.splits.map((split) => judgeSplit(split, readiness)) }
}
