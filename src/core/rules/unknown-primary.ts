import { hold, type Rule } from '../rule.ts'
import { knownPrimary } from '../split.ts'
import { primaryName, unknownText } from '../words.ts'

/** What is not known of the primary must not be taken for down. */
export const unknownPrimary = {
  name: 'Unknown',
  when: 'the readiness of the primary is not known',
  decide: (observation) => (knownPrimary(observation).state === 'unknown' ? hold() : undefined),
  because: (observation) => unknownText(primaryName(observation.split), knownPrimary(observation)),
} as const satisfies Rule
