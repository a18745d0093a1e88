import { type Rule, servePrimary } from '../rule.ts'
import { indexesOf, isPrimary, knownPrimary } from '../split.ts'
import type { Observation } from '../types.ts'
import { primaryReadiness } from '../words.ts'

/** The primary can serve, so it serves alone; of several entries those that are not down. */
export const primaryReady = {
  name: 'PrimaryReady',
  when: 'the primary has a ready endpoint',
  decide: (observation) =>
    knownPrimary(observation).state === 'ready' ? servePrimary(usable(observation)) : undefined,
  because: primaryReadiness,
} as const satisfies Rule

const usable = ({ split, readiness }: Observation): number[] =>
  indexesOf(split, (backend) => isPrimary(split, backend) && readiness(backend).state !== 'down')
