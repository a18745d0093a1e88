import type { Rule } from '../../rule.ts'
import { becauseOf, serve, servingTier } from '../serving.ts'

/** What is drained serves rather than nothing, unless its drain says otherwise. */
export const lastResort = {
  name: 'LastResort',
  when: 'only drained backends are ready',
  decide: ({ standing }) => {
    const tier = standing && servingTier(standing, standing.isLastResort)
    return standing && tier && serve(standing, tier, standing.isLastResort)
  },
  because: (observation, answer) => `nothing else is ready; ${becauseOf(observation, answer)}`,
} as const satisfies Rule
