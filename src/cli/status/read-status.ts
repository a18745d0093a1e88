import type { Reading } from '../listing.ts'
import type { Snapshot } from '../snapshot.ts'
import { type RouteStatus, statusOf } from './route-status.ts'
import { readTransitions, sinceOf, type Transition } from './since.ts'

export interface Statuses {
  readonly routes: readonly RouteStatus[]
  /** Why it is not known of any route since when it stands as it does; absent where it can be known. */
  readonly unknownSince: string | undefined
}

/** How all routes of a snapshot stand, and since when. */
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
