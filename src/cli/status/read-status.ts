import type { Reading } from '../listing.ts'
import type { Snapshot } from '../snapshot.ts'
import { type RouteStatus, statusOf } from './route-status.ts'
import { readTransitions, sinceOf, type Transition } from './since.ts'

export interface Statuses {
  readonly routes: readonly RouteStatus[]
  /** Why `since` is unknown for every route; absent if it could be read. */
  readonly unknownSince: string | undefined
}

/** The status of all routes of a snapshot, and since when they have it. */
export async function readStatuses(
  reading: Reading,
  snapshot: Snapshot,
  namespace: string | undefined,
): Promise<Statuses> {
  const transitions = await readTransitions(reading, namespace)
  const newest = transitions.ok ? transitions.value : new Map<string, Transition>()
  const routes = snapshot.judged.map((one) =>
    statusOf(one, snapshot, sinceOf(one.route, newest.get(one.route.uid))),
  )
  return { routes, unknownSince: transitions.ok ? undefined : transitions.error.message }
}
