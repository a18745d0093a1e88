import { routeFacts, type Services } from '../../api/items.ts'
import type { FindingItem, RouteFacts } from '../../api/schema.ts'
import type { Judged } from '../../routes/judge.ts'

/** The status of a route. */
export interface RouteStatus {
  /** As `-o json` shows it. */
  readonly facts: RouteFacts
  /** By split: the part of its sentence that says why, for tables. */
  readonly reasons: readonly string[]
}

/** The status of a route; `since` is epoch ms. */
export function statusOf(
  { route, verdicts }: Judged,
  services: Services,
  since: number | undefined,
): RouteStatus {
  const decisions = verdicts.map(({ decision }) => decision)
  // How long a backend has been ready only the operator knows.
  const waits = verdicts.map(({ wait }) => wait && { ...wait, until: undefined })
  const decided = { route, decisions, waits, since: since === undefined ? undefined : new Date(since) }
  return { facts: routeFacts(decided, services), reasons: verdicts.map(({ reason }) => reason) }
}

/** The status of a route, with what is wrong around it. */
export interface FoundStatus extends RouteStatus {
  readonly findings: readonly FindingItem[]
}

/** As `-o json` shows a route. */
export const routeData = ({ facts, findings }: FoundStatus) => ({ ...facts, findings })
