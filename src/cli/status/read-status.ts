import type { DrainItem } from '../drains/list.ts'
import { downGatewayIn, type GatewaysRead } from '../explain/gateways.ts'
import type { Reading } from '../listing.ts'
import { noProgress, type Progress } from '../progress.ts'
import { namespacesOf, type Snapshot } from '../snapshot.ts'
import { type EventsByRoute, readEvents } from './events.ts'
import { Finder, readSurroundings, servicesIn } from './findings.ts'
import { beganOf, type FoundStatus, routeData, statusOf } from './route-status.ts'

export interface Statuses {
  readonly routes: readonly FoundStatus[]
  /** Why Events do not show since when; absent if they could be read. */
  readonly unknownSince: string | undefined
  /** What of the findings could not be looked for, and why. */
  readonly unseen: readonly string[]
}

/**
 * The status of all routes of a snapshot, since when they have it, and what is wrong around them. Gateways are those that the
 * operator reports down; without them none is known to be.
 */
export async function readStatuses(
  reading: Reading,
  snapshot: Snapshot,
  namespace: string | undefined,
  { progress = noProgress, gateways }: { progress?: Progress; gateways?: GatewaysRead } = {},
): Promise<Statuses> {
  const events = await readEvents(reading, namespace)
  const byRoute: EventsByRoute = events.ok ? events.value : new Map()
  const { routes: all, facts, readiness } = snapshot
  const kinds = all.map(({ kind }) => kind)
  const around = await readSurroundings(reading, kinds, namespace, byRoute, progress)
  const places = namespace === undefined ? undefined : namespacesOf(all)
  const service = servicesIn((name) => facts.get(name), places)
  const down = gateways ? { downGateway: downGatewayIn(gateways, snapshot) } : {}
  const findingsOf = new Finder().among(all, around, { service, readiness, ...down })
  const routes = snapshot.judged.map((judged) => {
    const { route } = judged
    const began = beganOf(judged, byRoute.get(route.uid) ?? [], snapshot.today)
    const status = statusOf(judged, snapshot, began)
    return { ...status, findings: findingsOf(judged) }
  })
  const unseen = [...around.unseen, ...(gateways?.unseen ?? [])]
  return { routes, unknownSince: events.ok ? undefined : events.error.message, unseen }
}

/** As `-o json` shows them. */
export const statusData = (routes: readonly FoundStatus[], drains: readonly DrainItem[]) => ({
  routes: routes.map(routeData),
  drains,
})
