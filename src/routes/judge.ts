import { type Decision, decide } from '../core/decide.ts'
import { explain, reasonOf } from '../core/explain.ts'
import { makePlan, type SplitPlan } from '../core/plan.ts'
import { knownOf } from '../core/split.ts'
import type { Readiness, ServiceKey, Split } from '../core/types.ts'
import type { Route } from './route.ts'

/** A decision with its plan and its sentence, all from the same readiness. */
export interface Verdict {
  readonly split: Split
  /** By backend. */
  readonly readiness: readonly Readiness[]
  readonly decision: Decision
  readonly plan: SplitPlan
  readonly sentence: string
  /** The part of the sentence that says why. */
  readonly reason: string
}

/** A route with the verdicts on its splits, in their order. */
export interface Judged {
  readonly route: Route
  readonly verdicts: readonly Verdict[]
}

/** What the operator makes of a route, given what is known of its Services; asked by the command line too. */
export function judgeRoute(route: Route, readiness: (service: ServiceKey) => Readiness): Judged {
  return { route, verdicts: route.splits.map((split) => judgeSplit(split, readiness)) }
}

/** The same for one split. */
export function judgeSplit(split: Split, readiness: (service: ServiceKey) => Readiness): Verdict {
  const observation = { split, readiness }
  const decision = decide(observation)
  return {
    split,
    readiness: split.backends.map((backend) => knownOf(backend, readiness)),
    decision,
    plan: makePlan(split, decision),
    sentence: explain(observation, decision),
    reason: reasonOf(observation, decision),
  }
}
