import type { Decision } from './types.ts'

/** How a route stands, in one word; the worst first. `dark`: nothing behind it is ready. */
export const routeStates = ['dark', 'misconfigured', 'hold', 'failover', 'paused', 'primary'] as const

export type RouteState = (typeof routeStates)[number]

/** The worst of a route's splits counts; a route without splits has nothing that could be wrong. */
export function stateOf(decisions: readonly Decision[]): RouteState {
  const states = new Set(decisions.map(stateOfSplit))
  return routeStates.find((state) => states.has(state)) ?? 'primary'
}

function stateOfSplit({ kind, rule }: Decision): RouteState {
  if (rule === 'NothingReady') return 'dark'
  if (rule === 'Misconfigured') return 'misconfigured'
  if (rule === 'Paused') return 'paused'
  return kind
}

/** What the owner must mend, or `undefined`; equal problems read equal. */
export function problemOf(decisions: readonly Decision[]): string | undefined {
  const problems = decisions.flatMap((decision) =>
    decision.kind === 'hold' && decision.rule === 'Misconfigured' ? [decision.why ?? 'unreadable'] : [],
  )
  return problems.length > 0 ? problems.join('; ') : undefined
}
