import type { Rule } from '../../rule.ts'
import { becauseOf, serve, servingTier } from '../serving.ts'

/**
 * Only backends that came back a moment ago can serve. A move that is needed waits for nothing; any other
 * does.
 */
export const tooSoon = {
  name: 'TooSoon',
  when: 'what serves has no ready endpoint, and others have not been ready for long',
  decide: ({ split, standing }) => {
    if (!standing || split.backends.some((_, backend) => standing.isServing(backend))) return undefined
    const tier = servingTier(standing, standing.isGood)
    return tier && serve(standing, tier, standing.isGood)
  },
  because: becauseOf,
} as const satisfies Rule
