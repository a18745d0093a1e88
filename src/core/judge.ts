import { type Decision, decide, decisionBy } from './decide.ts'
import { reasonOf, sentenceOf } from './explain.ts'
import { endsOutage } from './need.ts'
import { pausedAt } from './pause.ts'
import { makePlan, type SplitPlan } from './plan.ts'
import { type DrainedOf, drainsOf, inTiers } from './policy/drained.ts'
import { awaitsApproval, returnTier } from './policy/rules/awaits-approval.ts'
import { drainsUnknown } from './policy/rules/drains-unknown.ts'
import { isHeldBefore } from './policy/serving.ts'
import { standingOf } from './policy/standing.ts'
import { tierOf } from './policy/tiers.ts'
import type { Past, Standing, TimedWait, Wait } from './policy/types.ts'
import { unknownBecause } from './readiness.ts'
import { knownOf } from './split.ts'
import type { Observation, Readiness, ReadinessOf, Split } from './types.ts'

/** A decision with its plan and its sentence, all from the same readiness. */
export interface Verdict {
  /** As it was judged: by tiers if something of it is drained, and not paused if its pause has ended. */
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
  /**
   * What will move its traffic once a time has come, the first of these, or once a person has approved it; `undefined` if
   * nothing waits, or what waits would be held.
   */
  readonly wait: Wait | undefined
  /** How long a lost backend must be good before traffic goes back to it (ms). */
  readonly returnAfterMs: number
}

/** What a decision may depend on besides the split and its readiness. */
export interface Circumstances {
  /** Without it, backends that are ready have just become so, for all that is known. */
  readonly past?: Past | undefined
  /** Without it nothing is drained, for all that is known. */
  readonly drained?: DrainedOf | undefined
  /** There may be drains or policies that are not known, so only an outage is ended. */
  readonly isUnsure?: boolean | undefined
  /** The time of day (epoch ms); without it a pause does not end. */
  readonly today?: number | undefined
}

/** What the rules make of a split, given what is known of its Services; each backend is asked about once. */
export function judgeSplit(
  given: Split,
  readiness: ReadinessOf,
  { past, drained, isUnsure, today }: Circumstances = {},
): Verdict {
  const split = today === undefined ? given : pausedAt(given, today)
  const known = split.backends.map((backend) => knownOf(backend, readiness))
  const drains = drainsOf(split, drained)
  const judged = drains ? inTiers(split) : split
  const seen = lookUpIn(judged, known)
  const standing = judged.policy && standingOf(judged, judged.policy, seen, { past, drains, today })
  const observation: Observation = { split: judged, readiness: seen, standing, drains }
  const decision = decide(observation)
  const plan = makePlan(judged, decision)
  if (!isUnsure) return verdictOf(observation, known, decision, plan)
  const isHeld = plan.length > 0 && !endsOutage({ split, readiness: known, decision, plan })
  const [held, kept] = isHeld ? [decisionBy(drainsUnknown, drainsUnknown.decide()), []] : [decision, plan]
  // What a wait is for will be held too.
  return { ...verdictOf(observation, known, held, kept), wait: undefined }
}

function verdictOf(
  observation: Observation,
  readiness: readonly Readiness[],
  decision: Decision,
  plan: SplitPlan,
): Verdict {
  const { split, standing } = observation
  const reason = reasonOf(observation, decision)
  const waits = decision.state === 'paused' ? undefined : standing?.waits
  return {
    split,
    readiness,
    decision,
    plan,
    sentence: sentenceOf(decision, reason),
    reason,
    wakeAt: waits?.[0]?.at,
    wait:
      approvalIn(observation, decision) ??
      waits?.find((wait) => standing && movesTraffic(wait, standing, decision)),
    returnAfterMs: standing?.returnAfterMs ?? 0,
  }
}

/** The first backend that could serve again, if that waits for approval. */
function approvalIn({ standing }: Observation, { rule }: Decision): Wait | undefined {
  const tier = standing && rule === awaitsApproval.name ? returnTier(standing) : undefined
  if (!standing?.unapproved || tier === undefined) return undefined
  const { members = [] } = standing.policy.tiers[tier] ?? {}
  const backend = members.find(standing.isUsable) ?? members.find(standing.isReady)
  if (backend === undefined) return undefined
  return { what: 'approval', backend, at: undefined, lostAt: standing.unapproved.lostAt }
}

/** Whether traffic moves when a wait ends, if nothing changes until then. */
function movesTraffic({ what, backend }: TimedWait, standing: Standing, decision: Decision): boolean {
  const { policy, isGood } = standing
  const serves = decision.kind !== 'hold' && decision.active.includes(backend)
  const canOthers = policy.tiers.some(({ members }) =>
    members.some((other) => other !== backend && isGood(other)),
  )
  if (what === 'failover') return serves && canOthers
  const tier = tierOf(policy, backend)
  return !serves && !(standing.unapproved && tier < standing.unapproved.tier) && !isHeldBefore(standing, tier)
}

const lookUpIn =
  ({ backends }: Split, known: readonly Readiness[]): ReadinessOf =>
  (backend) =>
    known[backends.indexOf(backend)] ?? unknownBecause(`${backend.service} is not a backend of this split`)
