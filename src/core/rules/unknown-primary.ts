import { hold, type Rule } from '../rule.ts'
import { knownPrimary } from '../split.ts'
import { primaryName } from '../words.ts'

/** What is not known of the primary must not be taken for down. */
export const unknownPrimary = {
  name: 'Unknown',
  when: 'the readiness of the primary is not known',
  decide: (observation) => (knownPrimary(observation).state === 'unknown' ? hold() : undefined),
  because: (observation) => {
    const known = knownPrimary(observation)
    const why = known.state === 'unknown' && known.why !== undefined ? `: ${known.why}` : ''
    return `the readiness of ${primaryName(observation.split)} is not known yet${why}`
  },
} as const satisfies Rule
