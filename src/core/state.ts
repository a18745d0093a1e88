/**
 * The state of a route, in one word; the worst first. `dark`: nothing behind it is ready. `drained`: the
 * primary could serve, and a drain takes it out.
 */
export const routeStates = [
  'dark',
  'misconfigured',
  'hold',
  'failover',
  'drained',
  'paused',
  'primary',
] as const

export type RouteState = (typeof routeStates)[number]

/** The worst of a route's splits counts; a route without splits has nothing that could be wrong. */
export function stateOf(splits: readonly { readonly state: RouteState }[]): RouteState {
  return routeStates.find((worst) => splits.some(({ state }) => state === worst)) ?? 'primary'
}
