import type { Rule } from '../../rule.ts'
import { becauseOf, serve } from '../serving.ts'

/** The first tier that has a usable backend serves, with all that are usable. */
export const tierServes = {
  name: 'TierServes',
  when: 'it is the first tier with a backend that can serve',
  decide: ({ standing }) => {
    const target = standing?.policy.tiers.find(({ members }) => members.some(standing.isUsable))
    return standing && target && serve(standing, target, standing.isUsable)
  },
  because: becauseOf,
} as const satisfies Rule
