import { hold, type Rule } from '../rule.ts'
import { primaryName } from '../words.ts'

/** What is not known of the primary must not be taken for down. */
export const unknownPrimary = {
  name: 'Unknown',
  when: 'the readiness of the primary is not known',
  decide: ({ split, readiness }) =>
    split.primary === undefined || readiness(split.primary).state === 'unknown' ? hold() : undefined,
  because: ({ split }) => `the readiness of ${primaryName(split)} is not known yet`,
} as const satisfies Rule
