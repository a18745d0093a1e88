import type { Rule } from '../../rule.ts'
import { becauseOf, serve } from '../serving.ts'

/** The first tier that has a usable backend serves, with all that are usable. */
export const tierServes = {
  name: 'TierServes',
  when: 'it is the first tier with a backend that can serve',
  decide: ({ standing }) => {
    const tier = standing?.policy.tiers[standing.target]
    return standing && tier && serve(standing, tier, standing.isUsable)
  },
  because: becauseOf,
} as const satisfies Rule
