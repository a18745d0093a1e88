import type { ReadinessOf } from '../../core/types.ts'
import { judgeRoute } from '../../routes/judge.ts'
import type { Route } from '../../routes/route.ts'
import { circumstancesWith, type Planned } from '../drains/foresee.ts'
import { lossesOf } from '../policies/past.ts'
import type { Snapshot } from '../snapshot.ts'
import { effectOn, type Fate, type RouteEffect, type Totals, totalsOf } from './effects.ts'
import type { World } from './world.ts'

/** In what a cluster is assumed to differ from a snapshot of it. */
export interface Assumption {
  readonly services?: World['services']
  /** More Drains in effect. */
  readonly drains?: readonly Planned[]
  /** The routes of the snapshot, in their order, with other policies. */
  readonly routes?: readonly Route[]
}

/** What would become of every route of a snapshot. */
export interface Foreseen {
  readonly fates: readonly Fate[]
  readonly routes: readonly RouteEffect[]
  readonly totals: Totals
}

/** Judges all routes as they are, and as they would be if this were so. */
export function foresee(snapshot: Snapshot, { services, drains = [], routes }: Assumption): Foreseen {
  const { routes: before, readiness } = snapshot
  const circumstances = drains.length > 0 ? circumstancesWith(drains, snapshot) : snapshot.circumstances
  const then: ReadinessOf = (backend) => {
    const now = readiness(backend)
    return services?.get(backend.service)?.(now) ?? now
  }
  // Of the time before only what was lost: what matters is where traffic goes, not when.
  const past = (route: Route) => lossesOf(route, snapshot.policies, snapshot.today)
  const fates = before.map((route, index) => {
    const after = routes?.[index] ?? route
    const judged = judgeRoute(route, readiness, { ...snapshot.circumstances(route), past: past(route) })
    const would = judgeRoute(after, then, { ...circumstances(after), past: past(after) })
    return effectOn(judged, readiness, would, then)
  })
  const effects = fates.map(({ route }) => route)
  return { fates, routes: effects, totals: totalsOf(effects) }
}
