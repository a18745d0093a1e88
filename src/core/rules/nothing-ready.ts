import { firstServing } from '../policy/tiers.ts'
import { hold, type Rule, servePrimary } from '../rule.ts'
import { isAllZero, primaryIndexes } from '../split.ts'
import type { Answer, Observation, Split } from '../types.ts'
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
  decide: ({ split }: Observation): Answer => (isAllZero(split) ? servePrimary(firstOf(split)) : hold()),
  because: (observation, { kind }) =>
    observation.split.policy
      ? 'no backend of its tiers is ready'
      : kind === 'hold'
        ? `${primaryReadiness(observation)}, and no secondary is ready`
        : `no backend is ready; ${primaryName(observation.split)} gets the traffic back`,
} as const satisfies Rule

/** The primary; by a policy, the members of the first tier that may serve. */
const firstOf = (split: Split): number[] =>
  split.policy ? firstServing(split.policy) : primaryIndexes(split)
