import { commitmentBy } from './policy/standing.ts'
import type { Policy } from './policy/types.ts'
import { primaryIndexes, weightOf } from './split.ts'
import type { Split } from './types.ts'

/**
 * Which way an applied plan moved traffic: away from the primary, to it, or among secondaries. By tiers: to a
 * later one, to an earlier one, or within one.
 */
export const directions = ['failover', 'failback', 'redistribute'] as const

export type Direction = (typeof directions)[number]

/** Whether a word for what happened is that of a move of traffic. */
export const isMove = (what: string): what is Direction => directions.some((direction) => direction === what)

/** Names what the write from `before` to `after` did; both are the same split with other weights. */
export function directionOf(before: Split, after: Split): Direction {
  if (before.policy) return directionByTiers(before.policy, before, after)
  const served = primaryServes(before)
  const serves = primaryServes(after)
  if (serves) return 'failback'
  return served ? 'failover' : 'redistribute'
}

function directionByTiers(policy: Policy, before: Split, after: Split): Direction {
  const [from, to] = [commitmentBy(before, policy).tier, commitmentBy(after, policy).tier]
  if (from === to) return 'redistribute'
  return to > from ? 'failover' : 'failback'
}

/** True if no later tier has weight; without a policy, if the primary gets traffic. */
export const isOnFirstTier = (split: Split): boolean =>
  split.policy ? commitmentBy(split, split.policy).tier === 0 : primaryServes(split)

/** True when the primary gets traffic: a split in which it has a positive weight. */
export function primaryServes(split: Split): boolean {
  return primaryIndexes(split).some((index) => {
    const backend = split.backends[index]
    return backend !== undefined && weightOf(split, backend) > 0
  })
}
