import type { Result } from '../../base/result.ts'
import type { SplitPlan } from '../../core/plan.ts'
import type { ReadinessOf } from '../../core/types.ts'
import type { KubeError } from '../../kube/errors.ts'
import { type Judged, judgeRoute } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { Cause } from '../queue.ts'

/** What one reconcile may see and do. */
export interface World {
  readonly route: (key: RouteKey) => Route | undefined
  readonly readiness: ReadinessOf
  /** Whether a write must wait, because somebody undoes it again and again; the key is due again then. */
  readonly mustWait: (key: RouteKey, route: Route, plans: readonly SplitPlan[]) => boolean
  /** Moves the weights of a route in one atomic patch; answers with the route as the server has it then. */
  readonly write: (judged: Judged, cause: Cause) => Promise<Result<Route, KubeError>>
}

/** How one reconcile of a key ended. */
export type Outcome =
  | { readonly kind: 'gone' }
  /** Nothing was written. */
  | ({ readonly kind: 'steady' } & Judged)
  | ({ readonly kind: 'written'; readonly after: Route } & Judged)
  | ({ readonly kind: 'failed'; readonly error: KubeError } & Judged)

/**
 * The whole life of one key: observe, decide, plan, write. `cause` is what made it due. Says nothing to anybody: that
 * is `report`'s.
 */
export async function reconcile(key: RouteKey, cause: Cause, world: World): Promise<Outcome> {
  const route = world.route(key)
  if (!route) return { kind: 'gone' }
  const judged = judgeRoute(route, world.readiness)
  const plans = judged.verdicts.map(({ plan }) => plan)
  if (plans.every((plan) => plan.length === 0)) return { kind: 'steady', ...judged }
  if (world.mustWait(key, route, plans)) return { kind: 'steady', ...judged }
  const written = await world.write(judged, cause)
  return written.ok
    ? { kind: 'written', ...judged, after: written.value }
    : { kind: 'failed', ...judged, error: written.error }
}
