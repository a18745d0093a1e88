import { unapprovedOf } from '../core/policy/approval.ts'
import { firstLost, isTakenOut, lostAfter, type Made, type Recalled } from '../core/policy/lost.ts'
import { commitmentBy } from '../core/policy/standing.ts'
import type { Lost, Policy } from '../core/policy/types.ts'
import type { Split } from '../core/types.ts'

/** What is remembered of a split for which a person must say when traffic goes back. */
export interface Loss {
  /** `undefined`: nothing was lost. */
  readonly lost: Lost | undefined
  /** The tier (index) that served when that was known; before a move that nobody saw decided. */
  readonly tier: number
  /** It is taken for lost because nobody saw why traffic went away: if a drain asked for it, nothing was. */
  readonly isGuess?: true
  /** The last approval (epoch ms) that has come into effect: it is not for what is lost from now on. */
  readonly approvedAt?: number
}

/** The same once an approval has come into effect; `today`: epoch ms. */
export function withApproval(loss: Loss, { approvedAt }: Policy, today: number): Loss {
  const isNews = approvedAt !== undefined && approvedAt <= today && approvedAt > (loss.approvedAt ?? 0)
  return isNews ? { ...loss, approvedAt } : loss
}

/** When something is lost (epoch ms) that is lost now: not before an approval of before, though the clock was set back. */
export const lostNow = ({ approvedAt = 0 }: Loss, today: number): number => Math.max(today, approvedAt)

const approvalOf = ({ approvedAt }: Loss) => (approvedAt === undefined ? {} : { approvedAt })

/** What was lost before anybody looked, by what the status of the policy says, if it says anything; `today`: epoch ms. */
export function lossAtFirst(
  split: Split,
  policy: Policy,
  recalled: Recalled | undefined,
  today: number,
): Loss {
  const by = commitmentBy(split, policy)
  const lost = firstLost(by, recalled, policy, today)
  const isGuess = recalled?.tier === by.tier && recalled.lostAt === undefined
  const tier = by.tier < policy.tiers.length ? by.tier : (lost?.tier ?? by.tier)
  return { lost, tier, ...(isGuess ? { isGuess } : {}) }
}

/**
 * The same when a split has other backends or tiers than before: what the status says is about the old ones. `lostTo`: the
 * tier that has what was in the one that was lost to. An edit that gives an earlier tier its weight back approves nothing.
 */
export function lossInOthers(loss: Loss, lostTo: number, split: Split, policy: Policy, today: number): Loss {
  const { lost } = loss
  const isUndone = lost && lostTo < policy.tiers.length && commitmentBy(split, policy).tier < lostTo
  const before = isUndone ? { tier: lostTo, lostAt: lost.lostAt } : undefined
  return { ...lossAtFirst(split, policy, before, lostNow(loss, today)), ...approvalOf(loss) }
}

/** The last of several losses of which nobody knows which it is, so that none is forgotten. */
export const lastOf = (losses: readonly (Loss | undefined)[]): Loss | undefined =>
  losses.reduce((last, one) => ((one?.lost?.lostAt ?? 0) > (last?.lost?.lostAt ?? 0) ? one : last))

/** What the status says, unless this replica has seen a later loss: a status may be late. */
export function laterOf(said: Loss, seen: Loss | undefined): Loss {
  const later = seen ? { ...said, ...approvalOf(seen) } : said
  return said.lost && seen?.lost && seen.lost.lostAt > said.lost.lostAt
    ? { ...later, lost: { ...said.lost, lostAt: seen.lost.lostAt } }
    : later
}

/**
 * The same when only the weights say which tier serves: who moved traffic to a later one, and why, nobody saw. To an earlier
 * one it went as was approved, so that the next loss needs another approval.
 */
export function lossBy(loss: Loss, split: Split, policy: Policy, today: number): Loss {
  const { tier } = commitmentBy(split, policy)
  const { lost } = loss
  if (lost && tier < lost.tier && !unapprovedOf(policy, lost, today))
    return { lost: tier === 0 ? undefined : { ...lost, tier }, tier, ...approvalOf(loss) }
  return tier > Math.max(loss.tier, lost?.tier ?? 0) && (!lost || tier < policy.tiers.length)
    ? { ...loss, lost: { tier, lostAt: lostNow(loss, today) }, isGuess: true }
    : loss
}

/** What is lost after a decision that was carried out, or was so already. */
export function lossAfter(loss: Loss, made: Made): Loss {
  const { lost, tier, isGuess } = loss
  const now = { ...made, today: lostNow(loss, made.today) }
  const isAsked = tier < made.to.tier ? isTakenOut(made, tier) : made.verdict.decision.state === 'drained'
  const isOwn = isGuess === true && isAsked
  return { lost: lostAfter(isOwn ? undefined : lost, now), tier: made.to.tier, ...approvalOf(loss) }
}
