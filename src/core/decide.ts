import { isByDrain } from './policy/drained.ts'
import { awaitsApproval } from './policy/rules/awaits-approval.ts'
import { drainsUnknown } from './policy/rules/drains-unknown.ts'
import { lastResort } from './policy/rules/last-resort.ts'
import { limited, massEvent } from './policy/rules/limited.ts'
import { ratherDark } from './policy/rules/rather-dark.ts'
import { tierServes } from './policy/rules/tier-serves.ts'
import { tierUnknown } from './policy/rules/tier-unknown.ts'
import { tooFew } from './policy/rules/too-few.ts'
import { tooSoon } from './policy/rules/too-soon.ts'
import type { Drains } from './policy/types.ts'
import type { Rule } from './rule.ts'
import { misconfigured } from './rules/misconfigured.ts'
import { nothingReady } from './rules/nothing-ready.ts'
import { paused } from './rules/paused.ts'
import { primaryReady } from './rules/primary-ready.ts'
import { secondariesReady } from './rules/secondaries-ready.ts'
import { unknownPrimary } from './rules/unknown-primary.ts'
import type { RouteState } from './state.ts'
import type { Answer, Observation } from './types.ts'

/** The decision table, in order: the first rule that answers wins. `nothingReady` answers what they leave. */
const usual = [paused, misconfigured, unknownPrimary, primaryReady, secondariesReady] as const
/** The same for a split whose owner has a policy, or of which something is drained. */
const byTiers = [
  paused,
  misconfigured,
  tierUnknown,
  awaitsApproval,
  tierServes,
  tooSoon,
  tooFew,
  lastResort,
  ratherDark,
] as const
const rules = [...new Set([...usual, ...byTiers, nothingReady, drainsUnknown, limited, massEvent])] as const

export type RuleName = (typeof rules)[number]['name']

/** The names of all rules, in the order in which they are asked. */
export const ruleNames: readonly RuleName[] = rules.map(({ name }) => name)

/**
 * What the weights should be, the rule that says so, and the state that the split is in by it; with what was drained,
 * if anything was.
 */
export type Decision = Answer & {
  readonly rule: RuleName
  readonly state: RouteState
  readonly drains?: Drains
}

/** Decides one split. Pure and total: equal observation, equal decision, and there always is one. */
export function decide(observation: Observation): Decision {
  for (const rule of observation.standing ? byTiers : usual) {
    const answer = rule.decide(observation)
    if (answer) {
      const decision = decisionBy(rule, answer, observation.drains)
      return isByDrain(observation, decision) ? { ...decision, state: 'drained' } : decision
    }
  }
  return decisionBy(nothingReady, nothingReady.decide(observation), observation.drains)
}

/** The decision that an answer of a rule is. */
export function decisionBy({ name: rule, state: own }: NamedRule, answer: Answer, drains?: Drains): Decision {
  const state = own ?? answer.kind
  const decision =
    answer.kind === 'hold'
      ? { kind: answer.kind, rule, state, why: answer.why }
      : { kind: answer.kind, rule, state, active: answer.active }
  return drains ? { ...decision, drains } : decision
}

type NamedRule = Pick<Rule, 'state'> & { readonly name: RuleName }

/** The rule of a name. */
export const ruleOf = (name: RuleName): Rule => rules.find((rule) => rule.name === name) ?? nothingReady
