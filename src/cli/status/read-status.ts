import type { Finding } from '../../routes/finding.ts'
import type { DrainItem } from '../drains/list.ts'
import type { Reported } from '../explain/reported.ts'
import type { Reading } from '../listing.ts'
import { noProgress, type Progress } from '../progress.ts'
import type { Snapshot } from '../snapshot.ts'
import { type OperatorEvent, readAllNewest } from './events.ts'
import { findAround } from './findings.ts'
import { type RouteStatus, statusOf } from './route-status.ts'
import { sinceOf, transitionOf } from './since.ts'

export interface Statuses {
  readonly routes: readonly FoundStatus[]
  /** Why `since` is unknown for every route; absent if it could be read. */
  readonly unknownSince: string | undefined
  /** What of the findings could not be looked for, and why. */
  readonly unseen: readonly string[]
}

/** The status of a route, with what is wrong around it. */
export interface FoundStatus extends RouteStatus {
  readonly findings: readonly (Finding | Reported)[]
}

/** The status of all routes of a snapshot, since when they have it, and what is wrong around them. */
export async function readStatuses(
  reading: Reading,
  snapshot: Snapshot,
  namespace: string | undefined,
  progress: Progress = noProgress,
): Promise<Statuses> {
  const events = await readAllNewest(reading, namespace)
  const newest = events.ok ? events.value : new Map<string, ReadonlyMap<string, OperatorEvent>>()
  const found = await findAround(reading, snapshot, namespace, newest, progress)
  const routes = snapshot.judged.map((judged) => {
    const { route } = judged
    const moved = newest.get(route.uid)?.get('Failover')
    const status = statusOf(judged, snapshot, sinceOf(route, moved && transitionOf(moved)))
    return { ...status, findings: found.of(route).map(({ reason, message }) => ({ reason, message })) }
  })
  return { routes, unknownSince: events.ok ? undefined : events.error.message, unseen: found.unseen }
}

/** As `-o json` shows them. */
export const statusData = (routes: readonly FoundStatus[], drains: readonly DrainItem[]) => ({
  routes: routes.map(({ facts, findings }) => ({ ...facts, findings })),
  drains,
})
