import { hold, type Rule, servePrimary } from '../rule.ts'
import { isAllZero, primaryIndexes } from '../split.ts'
import type { Answer, Observation } from '../types.ts'
import { primaryName, primaryReadiness } from '../words.ts'

/**
 * Nobody can serve: no weight helps, so none is moved, and whoever comes back first finds its weight. Only a
 * split whose weights are all zero is repaired, because no proxy can route by them. The last rule, so it
 * always answers.
 */
export const nothingReady = {
  name: 'NothingReady',
  when: 'the primary is down, and no secondary is ready',
  state: 'dark',
  openings: { primary: 'repairs weights that were all zero' },
  decide: ({ split }: Observation): Answer =>
    isAllZero(split) ? servePrimary(primaryIndexes(split)) : hold(),
  because: (observation, { kind }) =>
    kind === 'hold'
      ? `${primaryReadiness(observation)}, and no secondary is ready`
      : `no backend is ready; ${primaryName(observation.split)} gets the traffic back`,
} as const satisfies Rule
