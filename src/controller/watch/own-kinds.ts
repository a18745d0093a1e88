import type { Result } from '../../base/result.ts'
import type { Limits } from '../../core/policy/types.ts'
import type { KubeError } from '../../kube/errors.ts'
import type { ReadCache } from '../../kube/watch/joined-cache.ts'
import type { ReadNow } from '../../readiness/read-now.ts'
import type { RouteCircumstances } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import { type DrainWatch, watchDrains } from './drain-watch.ts'
import type { KnownRoutes, OwnKindsOptions } from './own-kind.ts'
import { isOwnCurrent } from './own-now.ts'
import { type PolicyWatch, watchPolicies } from './policy-watch.ts'

/** The objects of our own kinds: what they ask for beyond the routes. */
export interface OwnKinds {
  /** The Drains, if they are followed. */
  readonly drains: DrainWatch | undefined
  /** The FailoverPolicies, if they are followed. */
  readonly policies: PolicyWatch | undefined
  readonly caches: readonly ReadCache<unknown>[]
  /** Nothing of them has to be waited for. */
  readonly isSettled: () => boolean
  /** What Drains ask for a route, and whether there may be Drains or policies that are not known yet. */
  readonly circumstances: (route: Route) => Pick<RouteCircumstances, 'drained' | 'isUnsure'>
  /** A route that is ours, with what policies ask for. */
  readonly route: (key: RouteKey) => Route | undefined
  /** A route with what policies ask for, however it was read. */
  readonly applied: (route: Route) => Route
  /** Whether all of them that are for the routes of a namespace are known as the API server has them now. */
  readonly isOwnCurrent: (namespace: string, reading: ReadNow) => Promise<Result<boolean, KubeError>>
  /** What limits moves that are not needed, the same object until it is another. */
  readonly limits: () => Limits | undefined
  readonly stop: () => void
}

/** Watches them if they are asked for. */
export function watchOwnKinds(
  tools: Parameters<typeof watchDrains>[0],
  options: OwnKindsOptions,
  routes: KnownRoutes,
): OwnKinds {
  const drains = watchDrains(tools, options, routes)
  const policies = watchPolicies(tools, options, routes)
  const applied = (route: Route) => policies?.applied(route) ?? route
  const own = [drains, policies].flatMap((one) => one?.kind ?? [])
  return {
    isOwnCurrent: (namespace, reading) => isOwnCurrent(own, namespace, reading),
    drains,
    policies,
    caches: own.map(({ cache }) => cache),
    isSettled: () => own.every(({ isSettled }) => isSettled),
    circumstances: ({ namespace }) => ({
      drained: drains?.of(namespace),
      isUnsure: own.some(({ isKnown }) => !isKnown),
    }),
    applied,
    route: (key) => {
      const kept = routes.get(key)
      return kept && applied(kept)
    },
    limits: () => policies?.book.index.ofMesh?.spec?.limits,
    stop: () => {
      for (const kind of own) kind.stop()
    },
  }
}
