import { type Rule, servePrimary } from '../rule.ts'
import { primaryIndexes } from '../split.ts'
import { primaryReadiness } from '../words.ts'

/** The primary can serve, so it serves alone. */
export const primaryReady = {
  name: 'PrimaryReady',
  when: 'the primary has a ready endpoint',
  decide: ({ split, readiness }) =>
    split.primary !== undefined && readiness(split.primary).state === 'ready'
      ? servePrimary(primaryIndexes(split))
      : undefined,
  because: primaryReadiness,
} as const satisfies Rule
