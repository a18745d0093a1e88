import type { ReadinessOf } from '../../core/types.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { circumstancesWith, type Planned } from '../drains/foresee.ts'
import type { Snapshot } from '../snapshot.ts'
import { effectOn, type Fate, type RouteEffect, type Totals, totalsOf } from './effects.ts'
import type { World } from './world.ts'

/** What would become of every route of a snapshot. */
export interface Foreseen {
  readonly fates: readonly Fate[]
  readonly routes: readonly RouteEffect[]
  readonly totals: Totals
}

/** Judges all routes as if these Services were so, and as if one more Drain were in effect. */
export function foresee(snapshot: Snapshot, services: World['services'], planned?: Planned): Foreseen {
  const { routes: all, readiness } = snapshot
  const circumstances = planned ? circumstancesWith(planned, snapshot) : snapshot.circumstances
  const then: ReadinessOf = (backend) => {
    const now = readiness(backend)
    return services.get(backend.service)?.(now) ?? now
  }
  // Both without the time before: what matters is where traffic goes, not when.
  const judged = all.map((route) => judgeRoute(route, readiness, snapshot.circumstances(route)))
  const fates = judged.map((route) => effectOn(route, readiness, then, circumstances))
  const routes = fates.map(({ route }) => route)
  return { fates, routes, totals: totalsOf(routes) }
}
