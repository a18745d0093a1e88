import type { Rule } from '../../rule.ts'
import { becauseOf, serve, servingTier } from '../serving.ts'

/** Too few endpoints are better than none. */
export const tooFew = {
  name: 'TooFew',
  when: 'no backend has as many ready endpoints as its policy asks for',
  decide: ({ standing }) => {
    const tier = standing && servingTier(standing, standing.isReady)
    return standing && tier && serve(standing, tier, standing.isReady)
  },
  because: becauseOf,
} as const satisfies Rule
