import { type Decision, decide } from './decide.ts'
import { explain, reasonOf } from './explain.ts'
import { makePlan, type SplitPlan } from './plan.ts'
import { knownOf } from './split.ts'
import type { Readiness, ReadinessOf, Split } from './types.ts'

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

/** What the rules make of a split, given what is known of its Services. */
export function judgeSplit(split: Split, readiness: ReadinessOf): Verdict {
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
