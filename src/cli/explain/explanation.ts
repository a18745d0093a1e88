import type { RouteStatus } from '../status/route-status.ts'
import type { Counterfactual } from './counterfactuals.ts'
import type { Diagnosis } from './findings.ts'

/** All that `explain` has to say about a route. */
export interface Explanation extends Diagnosis {
  readonly route: RouteStatus
  /** Whether the selector selects it; the operator leaves other routes alone. */
  readonly controlled: boolean
  readonly splits: readonly SplitExplanation[]
}

export interface SplitExplanation {
  readonly decision: string
  /** The weights as decided, in the order of the backends. */
  readonly decided: readonly number[]
  readonly changes: readonly Counterfactual[]
}
