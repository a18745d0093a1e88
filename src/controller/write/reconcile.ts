import type { Result } from '../../base/result.ts'
import type { SplitPlan } from '../../core/plan.ts'
import type { Past } from '../../core/policy/types.ts'
import type { ReadinessOf } from '../../core/types.ts'
import type { KubeError } from '../../kube/errors.ts'
import { type Judged, judgeRoute } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { Cause } from '../queue.ts'

/** What one reconcile may see and do. */
export interface ReconcileContext {
  readonly route: (key: RouteKey) => Route | undefined
  readonly readiness: ReadinessOf
  /** What is remembered of the time before, by split (its position). */
  readonly past: (key: RouteKey, route: Route) => (split: number) => Past | undefined
  /** Until when a write must wait (ms on the clock), because another client keeps undoing it. */
  readonly waitsUntil: (key: RouteKey, route: Route, plans: readonly SplitPlan[]) => number | undefined
  /** Moves the weights of a route in one atomic patch; answers with the route as the server has it then. */
  readonly write: (judged: Judged, cause: Cause) => Promise<Result<Route, KubeError>>
}

/** How one reconcile of a key ended. */
export type ReconcileOutcome =
  | { readonly kind: 'gone' }
  /**
   * Nothing was written. `lookAgainAt`: the route must be looked at then (ms on the clock) though nothing
   * changes.
   */
  | ({ readonly kind: 'steady'; readonly lookAgainAt?: number } & Judged)
  | ({ readonly kind: 'written'; readonly after: Route } & Judged)
  | ({ readonly kind: 'failed'; readonly error: KubeError } & Judged)

/**
 * The whole life of one key: observe, decide, plan, write. `cause` is what made it due. Says nothing to
 * anybody: that is `report`'s.
 */
export async function reconcile(
  key: RouteKey,
  cause: Cause,
  context: ReconcileContext,
): Promise<ReconcileOutcome> {
  const route = context.route(key)
  if (!route) return { kind: 'gone' }
  const judged = judgeRoute(route, context.readiness, context.past(key, route))
  const plans = judged.verdicts.map(({ plan }) => plan)
  if (plans.every((plan) => plan.length === 0)) return { kind: 'steady', ...judged, ...wakeOf(judged) }
  const lookAgainAt = context.waitsUntil(key, route, plans)
  if (lookAgainAt !== undefined) return { kind: 'steady', ...judged, lookAgainAt }
  const written = await context.write(judged, cause)
  return written.ok
    ? { kind: 'written', ...judged, after: written.value }
    : { kind: 'failed', ...judged, error: written.error }
}

/** When a wait of one of the splits is over. */
function wakeOf({ verdicts }: Judged): { readonly lookAgainAt?: number } {
  const times = verdicts.flatMap(({ wakeAt }) => wakeAt ?? [])
  return times.length > 0 ? { lookAgainAt: Math.min(...times) } : {}
}
