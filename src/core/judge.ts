import { type Decision, decide } from './decide.ts'
import { reasonOf, sentenceOf } from './explain.ts'
import { makePlan, type SplitPlan } from './plan.ts'
import { knownOf } from './split.ts'
import { type Readiness, type ReadinessOf, type Split, unknown } from './types.ts'

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

/** What the rules make of a split, given what is known of its Services; each backend is asked about once. */
export function judgeSplit(split: Split, readiness: ReadinessOf): Verdict {
  const known = split.backends.map((backend) => knownOf(backend, readiness))
  const observation = { split, readiness: lookUpIn(split, known) }
  const decision = decide(observation)
  const reason = reasonOf(observation, decision)
  return {
    split,
    readiness: known,
    decision,
    plan: makePlan(split, decision),
    sentence: sentenceOf(decision, reason),
    reason,
  }
}

const lookUpIn =
  ({ backends }: Split, known: readonly Readiness[]): ReadinessOf =>
  (backend) =>
    known[backends.indexOf(backend)] ?? unknown
