import type { Verdict } from './judge.ts'

/** How a route stands, in one word; the label `state` of `linkerd_failover_routes`. */
export type RouteState = 'primary' | 'failover' | 'hold' | 'misconfigured'

/** The worst of a route's splits: misconfigured, then hold, then failover. */
export function stateOf(verdicts: readonly Verdict[]): RouteState {
  const decisions = verdicts.map(({ decision }) => decision)
  if (decisions.some(({ rule }) => rule === 'Misconfigured')) return 'misconfigured'
  if (decisions.some(({ kind }) => kind === 'hold')) return 'hold'
  return decisions.some(({ kind }) => kind === 'failover') ? 'failover' : 'primary'
}

/** What the owner must mend, or `undefined`; equal problems read equal. */
export function problemOf(verdicts: readonly Verdict[]): string | undefined {
  const problems = verdicts.flatMap(({ decision }) =>
    decision.kind === 'hold' && decision.rule === 'Misconfigured' ? [decision.why ?? 'unreadable'] : [],
  )
  return problems.length > 0 ? problems.join('; ') : undefined
}
