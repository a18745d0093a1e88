import { judgeSplit, type Verdict } from '../core/judge.ts'
import type { DrainedOf } from '../core/policy/drained.ts'
import type { Past } from '../core/policy/types.ts'
import type { ReadinessOf } from '../core/types.ts'
import type { Route } from './route.ts'

/** A route with the verdicts on its splits, in their order. */
export interface Judged {
  readonly route: Route
  readonly verdicts: readonly Verdict[]
}

/** What is known of a route besides the readiness of its Services. */
export interface RouteCircumstances {
  /** The time before, by split (its position); the command line knows nothing of it. */
  readonly past?: (split: number) => Past | undefined
  /** What is drained for this route; nothing without it, for all that is known. */
  readonly drained?: DrainedOf | undefined
  /** There may be Drains or policies that are not known, so only an outage is ended. */
  readonly isUnsure?: boolean | undefined
  /** The time of day (epoch ms); without it a pause does not end. */
  readonly today?: number | undefined
}

/** What the operator makes of a route, given what is known of its Services; asked by the command line too. */
export function judgeRoute(
  route: Route,
  readiness: ReadinessOf,
  { past, ...known }: RouteCircumstances = {},
): Judged {
  const verdicts = route.splits.map((split, index) =>
    judgeSplit(split, readiness, { past: past?.(index), ...known }),
  )
  return { route, verdicts }
}
