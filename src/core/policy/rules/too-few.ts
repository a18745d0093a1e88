import type { Rule } from '../../rule.ts'
import { becauseOf, serve, servingTier } from '../serving.ts'

/**
 * Too few endpoints are better than none. While those that serve have any, they go on alone: what must wait
 * has no part in it.
 */
export const tooFew = {
  name: 'TooFew',
  when: 'only backends with fewer ready endpoints than their policy asks for may serve',
  decide: ({ standing }) => {
    if (!standing) return undefined
    const { isReady, isServing, mustWait } = standing
    const serving = servingTier(standing, isServing)
    if (serving) return serve(standing, serving, (backend) => isReady(backend) && !mustWait(backend))
    const tier = servingTier(standing, isReady)
    return tier && serve(standing, tier, isReady)
  },
  because: becauseOf,
} as const satisfies Rule
