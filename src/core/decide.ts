import type { Rule } from './rule.ts'
import { misconfigured } from './rules/misconfigured.ts'
import { nothingReady } from './rules/nothing-ready.ts'
import { paused } from './rules/paused.ts'
import { primaryReady } from './rules/primary-ready.ts'
import { secondariesReady } from './rules/secondaries-ready.ts'
import { unknownPrimary } from './rules/unknown-primary.ts'
import type { Decision, Observation } from './types.ts'

/** The decision table, in order: the first rule that answers wins. `nothingReady` answers what they leave. */
const rules: readonly Rule[] = [paused, misconfigured, unknownPrimary, primaryReady, secondariesReady]

/** Decides one split. Pure and total: equal observation, equal decision, and there always is one. */
export function decide(observation: Observation): Decision {
  for (const rule of rules) {
    const decision = rule(observation)
    if (decision) return decision
  }
  return nothingReady(observation)
}
