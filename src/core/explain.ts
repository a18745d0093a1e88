import { type Decision, ruleOf } from './decide.ts'
import type { Answer, Observation } from './types.ts'

/**
 * A decision as one sentence that a person understands, without the route's name: "fails over: shop/web has 0
 * of 3 endpoints ready; shop/web-east and shop/web-asia share".
 */
export function explain(observation: Observation, decision: Decision): string {
  const opening = ruleOf(decision.rule).openings?.[decision.kind] ?? usualOpenings[decision.kind]
  return `${opening}: ${reasonOf(observation, decision)}`
}

const usualOpenings: Readonly<Record<Answer['kind'], string>> = {
  hold: 'holds',
  primary: 'on its primary',
  failover: 'fails over',
}

/** The part of `explain` that says why: which Services are ready, and who serves. */
export const reasonOf = (observation: Observation, decision: Decision): string =>
  ruleOf(decision.rule).because(observation, decision)

/** What the owner must fix, or `undefined`; equal problems read equal. */
export function problemOf(decisions: readonly Decision[]): string | undefined {
  const problems = decisions.flatMap((decision) =>
    decision.kind === 'hold' && decision.state === 'misconfigured' ? [decision.why ?? 'unreadable'] : [],
  )
  return problems.length > 0 ? problems.join('; ') : undefined
}
