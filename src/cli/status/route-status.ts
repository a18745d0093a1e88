import { type Decided, routeFacts, type Services } from '../../api/items.ts'
import type { FindingItem, RouteFacts } from '../../api/schema.ts'
import type { Judged } from '../../routes/judge.ts'
import { beganBefore, type RouteEvent, sinceOf } from '../../routes/since.ts'

/** The status of a route. */
export interface RouteStatus {
  /** As `-o json` shows it. */
  readonly facts: RouteFacts
  /** By split: the part of its sentence that says why, for tables. */
  readonly reasons: readonly string[]
}

/** Since when a route is in its state, or before when at least. */
export type Began = Pick<Decided, 'since' | 'sinceBefore'>

/** By the operator's Events about the route, the oldest first, and by the route itself; `now` is epoch ms. */
export function beganOf(judged: Judged, events: readonly RouteEvent[], now: number): Began {
  const since = sinceOf(judged, events)
  const before = Math.min(now, beganBefore(judged, events) ?? now)
  return { since: since === undefined ? undefined : new Date(since), sinceBefore: new Date(before) }
}

/** The status of a route. */
export function statusOf({ route, verdicts }: Judged, services: Services, began: Began): RouteStatus {
  const decisions = verdicts.map(({ decision }) => decision)
  // How long a backend has been ready only the operator knows.
  const waits = verdicts.map(({ wait }) => {
    if (!wait) return undefined
    const { what, backend } = wait
    const lostAt = wait.what === 'approval' ? { lostAt: new Date(wait.lostAt) } : {}
    return { what, backend, until: undefined, ...lostAt }
  })
  const decided = { route, decisions, waits, ...began }
  return { facts: routeFacts(decided, services), reasons: verdicts.map(({ reason }) => reason) }
}

/** The status of a route, with what is wrong around it. */
export interface FoundStatus extends RouteStatus {
  readonly findings: readonly FindingItem[]
}

/** As `-o json` shows a route. */
export const routeData = ({ facts, findings }: FoundStatus) => ({ ...facts, findings })
