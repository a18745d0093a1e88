import type { Decision, Observation, RuleName } from './types.ts'

/** A rule answers with a decision where it applies, else with `undefined`, and the next rule is asked. */
export type Rule = (observation: Observation) => Decision | undefined

/** Leave the weights as they are. `why` is for the owner of the route, where the rule alone does not say it. */
export const hold = (rule: RuleName, why?: string): Decision => ({ kind: 'hold', rule, why })

/** The primary serves. `active` holds indexes into the split's backends. */
export const servePrimary = (rule: RuleName, active: readonly number[]): Decision => ({
  kind: 'primary',
  rule,
  active,
})

/** Secondaries serve. `active` holds indexes into the split's backends, at least one. */
export const failOver = (rule: RuleName, active: readonly number[]): Decision => ({
  kind: 'failover',
  rule,
  active,
})
