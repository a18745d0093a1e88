import { type Decision, decide } from './decide.ts'
import { reasonOf, sentenceOf } from './explain.ts'
import { makePlan, type SplitPlan } from './plan.ts'
import { standingOf } from './policy/standing.ts'
import type { Past, Wait } from './policy/types.ts'
import { unknownBecause } from './readiness.ts'
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
  /** When it must be looked at again though nothing changes (ms on the clock): a wait is over then. */
  readonly wakeAt: number | undefined
  /** What will move its traffic once a time has come, the first of these; `undefined` if nothing waits. */
  readonly wait: Wait | undefined
}

/**
 * What the rules make of a split, given what is known of its Services; each backend is asked about once.
 * Without a `past`, backends that are ready have just become so, for all that anybody knows.
 */
export function judgeSplit(split: Split, readiness: ReadinessOf, past?: Past): Verdict {
  const known = split.backends.map((backend) => knownOf(backend, readiness))
  const seen = lookUpIn(split, known)
  const standing = split.policy && standingOf(split, split.policy, seen, past)
  const observation = { split, readiness: seen, standing }
  const decision = decide(observation)
  const reason = reasonOf(observation, decision)
  const waits = decision.state === 'paused' ? undefined : standing?.waits
  return {
    split,
    readiness: known,
    decision,
    plan: makePlan(split, decision),
    sentence: sentenceOf(decision, reason),
    reason,
    wakeAt: waits?.[0]?.at,
    wait: waits?.find(({ backend }) => decision.kind === 'hold' || !decision.active.includes(backend)),
  }
}

const lookUpIn =
  ({ backends }: Split, known: readonly Readiness[]): ReadinessOf =>
  (backend) =>
    known[backends.indexOf(backend)] ?? unknownBecause(`${backend.service} is not a backend of this split`)
