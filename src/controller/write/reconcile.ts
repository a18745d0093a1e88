import type { Clock } from '../../base/clock.ts'
import type { Result } from '../../base/result.ts'
import type { KubeError } from '../../kube/errors.ts'
import type { BesideNow } from '../../readiness/read-now.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { Cause } from '../queue.ts'
import type { Brake } from './brake.ts'
import type { Confirm } from './confirm.ts'
import { type Fights, weightsText } from './fights.ts'

/** What one reconcile may see and do. */
export interface ReconcileContext {
  readonly route: (key: RouteKey) => Route | undefined
  /** What is made of a route, by its readiness and by what is remembered of the time before. */
  readonly judge: Judge
  /** What this replica does about weights that are due. */
  readonly act: Act
}

/** What the rules make of a route. */
export type Judge = (key: RouteKey, route: Route) => Judged

/** Acts on a route of which at least one weight is due; `cause` is what made it so. */
export type Act = (key: RouteKey, judged: Judged, cause: Cause) => Promise<ReconcileOutcome>

/** How one reconcile of a key ended. */
export type ReconcileOutcome =
  | { readonly kind: 'gone' }
  /**
   * Nothing was written. `lookAgainAt`: the route must be looked at then (ms on the clock) though nothing
   * changes.
   */
  | ({ readonly kind: 'steady'; readonly lookAgainAt?: number } & Judged)
  | ({ readonly kind: 'written'; readonly after: Route } & Judged)
  /** What is due is not written: it is left to the leader, or was not confirmed. */
  | ({ readonly kind: 'left'; readonly lookAgainAt?: number } & Judged)
  /** Written by a standby: the leader reports it. */
  | ({ readonly kind: 'hedged'; readonly after: Route } & Judged)
  | ({ readonly kind: 'failed'; readonly error: KubeError } & Judged)

/**
 * The whole life of one key: observe, decide, plan, act. `cause` is what made it due. Says nothing to anybody:
 * that is `report`'s.
 */
export async function reconcile(
  key: RouteKey,
  cause: Cause,
  context: ReconcileContext,
): Promise<ReconcileOutcome> {
  const route = context.route(key)
  if (!route) return { kind: 'gone' }
  const judged = context.judge(key, route)
  return isAtRest(judged) ? { kind: 'steady', ...judged } : context.act(key, judged, cause)
}

/** Nothing is due. */
export const isAtRest = ({ verdicts }: Judged): boolean => verdicts.every(({ plan }) => plan.length === 0)

export interface LeaderOptions {
  readonly clock: Clock
  readonly fights: Pick<Fights, 'waitsUntil'>
  readonly brake: Pick<Brake, 'take'>
  readonly confirm: Confirm
  /** What readiness comes from besides the API server. */
  readonly beside: BesideNow
  /** Moves the weights of a route in one atomic patch; answers with the route as the server has it then. */
  readonly write: (judged: Judged, cause: Cause) => Promise<Result<Route, KubeError>>
}

/** When to look again (ms) if the API server says something else than the caches. */
const catchUpMs = 500

/**
 * The leader writes at once, unless another client keeps undoing it, or limits hold it up. What a standby has written was confirmed:
 * a leader that wants something else may be the one whose watch is late, so it confirms that first.
 */
export const actAsLeader =
  ({ clock, fights, brake, confirm, beside, write }: LeaderOptions): Act =>
  async (key, judged, cause) => {
    const plans = judged.verdicts.map(({ plan }) => plan)
    const lookAgainAt = fights.waitsUntil(key, weightsText(judged.route, plans))
    if (lookAgainAt !== undefined) return { kind: 'steady', ...judged, lookAgainAt }
    if (judged.route.movedBy === 'standby') {
      const confirmed = await confirm(judged, beside, (now) => now)
      if (!confirmed.ok) return { kind: 'failed', ...judged, error: confirmed.error }
      if (!confirmed.value) return { kind: 'left', ...judged, lookAgainAt: clock.now() + catchUpMs }
    }
    const { judged: allowed, ...later } = brake.take(key, judged)
    if (isAtRest(allowed)) return { kind: 'steady', ...allowed, ...later }
    const written = await write(allowed, cause)
    return written.ok
      ? { kind: 'written', ...allowed, after: written.value }
      : { kind: 'failed', ...allowed, error: written.error }
  }
