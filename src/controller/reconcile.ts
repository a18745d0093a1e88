import type { SplitPlan } from '../core/plan.ts'
import type { Readiness, ServiceKey } from '../core/types.ts'
import type { KubeError } from '../kube/errors.ts'
import type { Result } from '../result.ts'
import type { Route } from '../routes/route.ts'
import { type Judged, judgeRoute } from './judge.ts'
import type { RouteKey } from './route-index.ts'

/** What one reconcile may see and do. */
export interface World {
  readonly route: (key: RouteKey) => Route | undefined
  readonly readiness: (service: ServiceKey) => Readiness
  /** Whether a write must wait, because somebody undoes it again and again; the key is due again then. */
  readonly mustWait: (key: RouteKey, route: Route, plans: readonly SplitPlan[]) => boolean
  /** Moves the weights of a route in one atomic patch; answers with the route as the server has it then. */
  readonly write: (route: Route, plans: readonly SplitPlan[]) => Promise<Result<Route, KubeError>>
}

/** How one reconcile of a key ended, or what became of an earlier one. */
export type Outcome =
  | { readonly kind: 'gone' }
  /** Nothing was written. */
  | ({ readonly kind: 'steady' } & Judged)
  | ({ readonly kind: 'written'; readonly after: Route } & Judged)
  /** A write that had failed without an answer: the watch shows that it was applied. */
  | ({ readonly kind: 'landed'; readonly after: Route } & Judged)
  | ({ readonly kind: 'failed'; readonly error: KubeError } & Judged)

/** The whole life of one key: observe, decide, plan, write. Says nothing to anybody: that is `report`'s. */
export async function reconcile(key: RouteKey, world: World): Promise<Outcome> {
  const route = world.route(key)
  if (!route) return { kind: 'gone' }
  const { verdicts } = judgeRoute(route, world.readiness)
  if (verdicts.every(({ plan }) => plan.length === 0)) return { kind: 'steady', route, verdicts }
  const plans = verdicts.map(({ plan }) => plan)
  if (world.mustWait(key, route, plans)) return { kind: 'steady', route, verdicts }
  const written = await world.write(route, plans)
  return written.ok
    ? { kind: 'written', route, verdicts, after: written.value }
    : { kind: 'failed', route, verdicts, error: written.error }
}
