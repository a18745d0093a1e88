import { hold, type Rule } from '../rule.ts'

/** What is not known of the primary must not be taken for down. */
export const unknownPrimary: Rule = ({ split, readiness }) =>
  split.primary === undefined || readiness(split.primary).state === 'unknown' ? hold('Unknown') : undefined
