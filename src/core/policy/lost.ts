import type { Verdict } from '../judge.ts'
import { hasEnough } from './threshold.ts'
import { mayServe, tierOf } from './tiers.ts'
import type { Commitment, Lost, Policy } from './types.ts'

/** A decision that is carried out, or was so already. */
export interface Made {
  readonly verdict: Pick<Verdict, 'split' | 'readiness' | 'decision'>
  /** The tier (index) that served before, and what serves now. */
  readonly from: number
  readonly to: Commitment
  /** Epoch ms. */
  readonly today: number
}

/**
 * What is lost after a decision. Leaving a tier for a later one is a loss, unless a drain asked for that: one of a tier that
 * is passed over did not, and that tier is not lost. To be away though no drain asks for it any more, and no earlier tier
 * can serve, is a loss, too.
 */
export function lostAfter(before: Lost | undefined, made: Made): Lost | undefined {
  const { from, to, today } = made
  const { tier } = to
  if (tier === 0) return undefined
  if (tier > from && !isTakenOut(made, from)) {
    const passed = [...Array(tier).keys()].find((one) => one > from && isTakenOut(made, one))
    return { tier: passed ?? tier, lostAt: today }
  }
  if (!before) return tier === from && isAwayByLoss(made) ? { tier, lostAt: today } : undefined
  // It was needed, or approved: what is before that is still lost.
  return tier < before.tier ? { tier, lostAt: before.lostAt } : before
}

/** A tier (index) could serve if no drain took it out. */
export function isTakenOut({ verdict }: Pick<Made, 'verdict'>, tier: number): boolean {
  const { split, readiness, decision } = verdict
  const { policy } = split
  return split.backends.some(
    (_, backend) =>
      policy !== undefined &&
      decision.drains?.[backend] !== undefined &&
      tierOf(policy, backend) === tier &&
      mayServe(policy, backend) &&
      hasEnough(policy.minReady, readiness[backend]),
  )
}

function isAwayByLoss({ verdict, to }: Made): boolean {
  const { split, readiness, decision } = verdict
  const { policy } = split
  if (!policy) return false
  return split.backends.every(
    (_, backend) =>
      tierOf(policy, backend) >= to.tier ||
      (!decision.drains?.[backend] && !hasEnough(policy.minReady, readiness[backend])),
  )
}

/** What the status of a policy says of a split: the tier (index) that served, and when what is before it was lost. */
export interface Recalled {
  readonly tier: number
  /** Epoch ms; `undefined`: nothing was lost, or it was not asked then. */
  readonly lostAt: number | undefined
  /** An earlier tier could serve again, and waited for approval. */
  readonly isAwaiting?: boolean
}

/** What is lost of a split that an operator has watched, which has written the status. */
export const watchedLost = (
  by: Commitment,
  recalled: Recalled | undefined,
  policy: Policy,
  today: number,
): Lost | undefined =>
  recalled?.tier === by.tier && recalled.lostAt === undefined
    ? undefined
    : firstLost(by, recalled, policy, today)

/**
 * What is lost of a split that is seen for the first time. Where nothing is known of it, it was lost now, so that approval
 * is asked for again. If it was moved to an earlier tier or to backends in no tier while nobody watched, what is recalled
 * counts.
 */
export function firstLost(
  by: Commitment,
  recalled: Recalled | undefined,
  { tiers }: Policy,
  today: number,
): Lost | undefined {
  if (recalled?.lostAt !== undefined && (recalled.tier >= by.tier || by.tier === tiers.length))
    return { tier: recalled.tier, lostAt: recalled.lostAt }
  return by.tier > 0 ? { tier: by.tier, lostAt: today } : undefined
}
