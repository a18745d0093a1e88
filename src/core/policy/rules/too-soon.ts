import type { Rule } from '../../rule.ts'
import { becauseOf, serve, servingTier } from '../serving.ts'

/** Only backends that came back a moment ago can serve. A move that is needed waits for nothing. */
export const tooSoon = {
  name: 'TooSoon',
  when: 'only backends that have not been ready for long can serve',
  decide: ({ standing }) => {
    const tier = standing && servingTier(standing, standing.isGood)
    return standing && tier && serve(standing, tier, standing.isGood)
  },
  because: becauseOf,
} as const satisfies Rule
