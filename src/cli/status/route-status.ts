import { routeFacts, type Services } from '../../api/items.ts'
import type { RouteFacts } from '../../api/schema.ts'
import type { Judged } from '../../routes/judge.ts'

/** How a route stands. */
export interface RouteStatus {
  /** As `-o json` shows it. */
  readonly facts: RouteFacts
  /** By split: the part of its sentence that says why, for tables. */
  readonly reasons: readonly string[]
}

/** How a route stands; `since` is epoch ms. */
export function statusOf(
  { route, verdicts }: Judged,
  services: Services,
  since: number | undefined,
): RouteStatus {
  const decisions = verdicts.map(({ decision }) => decision)
  const decided = { route, decisions, since: since === undefined ? undefined : new Date(since) }
  return { facts: routeFacts(decided, services), reasons: verdicts.map(({ reason }) => reason) }
}
