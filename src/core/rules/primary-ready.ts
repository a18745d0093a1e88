import { type Rule, servePrimary } from '../rule.ts'
import { primaryIndexes } from '../split.ts'

/** The primary can serve, so it serves alone. */
export const primaryReady: Rule = ({ split, readiness }) =>
  split.primary !== undefined && readiness(split.primary).state === 'ready'
    ? servePrimary('PrimaryReady', primaryIndexes(split))
    : undefined
