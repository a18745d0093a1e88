import type { Rule } from '../../rule.ts'
import { becauseOf, serve } from '../serving.ts'

/**
 * The first tier that has a usable backend serves, with all that are usable. While those are down, and only not left yet,
 * what serves with them is not left for them, however few endpoints it has, or as the last resort.
 */
export const tierServes = {
  name: 'TierServes',
  when: 'it is the first tier with a backend that can serve',
  decide: ({ split, standing }) => {
    const tier = standing?.policy.tiers[standing.target]
    if (!standing || !tier) return undefined
    const { isUsable, isDown, isServing, isReady, isLastResort, hasWeight } = standing
    const isAnyUp = tier.members.some((backend) => isUsable(backend) && !isDown(backend))
    // Another client may have given traffic to what can serve: that is not undone for what cannot.
    const isElsewhere = split.backends.some((_, backend) => hasWeight(backend) && isReady(backend))
    if (!isAnyUp && isElsewhere && !tier.members.some(isServing)) return undefined
    const goesOn = (backend: number) => isServing(backend) || (isLastResort(backend) && hasWeight(backend))
    return serve(standing, tier, (backend) => isUsable(backend) || (!isAnyUp && goesOn(backend)))
  },
  because: becauseOf,
} as const satisfies Rule
