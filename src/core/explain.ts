import { type Decision, ruleOf } from './decide.ts'
import { inTiers } from './policy/drained.ts'
import type { Answer, Observation } from './types.ts'

/**
 * A decision as one sentence that a person understands, without the route's name: "fails over: shop/web has 0
 * of 3 endpoints ready; shop/web-east and shop/web-asia share".
 */
export const explain = (observation: Observation, decision: Decision): string =>
  sentenceOf(decision, reasonOf(observation, decision))

/** The same, given its reason. */
export function sentenceOf({ rule, kind }: Decision, reason: string): string {
  const opening = ruleOf(rule).openings?.[kind] ?? usualOpenings[kind]
  return `${opening}: ${reason}`
}

const usualOpenings: Readonly<Record<Answer['kind'], string>> = {
  hold: 'holds',
  primary: 'on its primary',
  failover: 'fails over',
}

/** The part of `explain` that says why: which Services are ready, and who serves. */
export function reasonOf(observation: Observation, decision: Decision): string {
  const { drains } = decision
  const seen = drains ? { ...observation, split: inTiers(observation.split), drains } : observation
  return ruleOf(decision.rule).because(seen, decision)
}

/** What the owner must fix, or `undefined`; equal problems read equal. */
export function problemOf(decisions: readonly Decision[]): string | undefined {
  const problems = decisions.flatMap((decision) =>
    decision.kind === 'hold' && decision.state === 'misconfigured' ? [decision.why ?? 'unreadable'] : [],
  )
  return problems.length > 0 ? problems.join('; ') : undefined
}
