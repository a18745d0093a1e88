import type { Finding } from '../../routes/finding.ts'
import { sinceOf } from '../../routes/since.ts'
import type { DrainItem } from '../drains/list.ts'
import type { Reported } from '../explain/reported.ts'
import type { Reading } from '../listing.ts'
import { noProgress, type Progress } from '../progress.ts'
import type { Snapshot } from '../snapshot.ts'
import { type EventsByRoute, readEvents } from './events.ts'
import { findAround } from './findings.ts'
import { type RouteStatus, statusOf } from './route-status.ts'

export interface Statuses {
  readonly routes: readonly FoundStatus[]
  /** Why Events do not show since when; absent if they could be read. */
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
  const events = await readEvents(reading, namespace)
  const byRoute: EventsByRoute = events.ok ? events.value : new Map()
  const found = await findAround(reading, snapshot, namespace, byRoute, progress)
  const routes = snapshot.judged.map((judged) => {
    const { route } = judged
    const since = sinceOf(judged, byRoute.get(route.uid) ?? [])
    const status = statusOf(judged, snapshot, since)
    return { ...status, findings: found.of(route).map(({ reason, message }) => ({ reason, message })) }
  })
  return { routes, unknownSince: events.ok ? undefined : events.error.message, unseen: found.unseen }
}

/** As `-o json` shows them. */
export const statusData = (routes: readonly FoundStatus[], drains: readonly DrainItem[]) => ({
  routes: routes.map(({ facts, findings }) => ({ ...facts, findings })),
  drains,
})
