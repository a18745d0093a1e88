import { err, ok, type Result } from '../../base/result.ts'
import { listOwnEvents, type OwnEvent } from '../../kube/events/own-events.ts'
import { kindOfObject } from '../../routes/codecs.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteEvent } from '../../routes/since.ts'
import { type Failure, refused } from '../failure.ts'
import type { Reading } from '../listing.ts'

/** One Event of the operator, with the names of its route and of what it reports. */
export interface Report extends RouteEvent {
  /** Of the route. */
  readonly uid: string
  readonly route: { readonly kind: string; readonly namespace: string; readonly name: string }
  /** Of the Event itself. */
  readonly eventUid: string
  /** The same in the timeline; `undefined` if it is not in there. */
  readonly id: string | undefined
}

/** Events by the uid of their route, the oldest first. */
export type EventsByRoute = ReadonlyMap<string, readonly RouteEvent[]>

/** The operator's Events that the cluster still remembers. */
export async function readEvents(
  reading: Reading,
  namespace: string | undefined,
): Promise<Result<EventsByRoute, Failure>> {
  const listed = await readReports(reading, namespace)
  if (!listed.ok) return listed
  return ok(Map.groupBy(listed.value.sort(byTime), ({ uid }) => uid))
}

/** The operator's Events about one route that the cluster still remembers, the oldest first. */
export async function readEventsOf(
  reading: Reading,
  { namespace, uid }: Route,
): Promise<Result<readonly RouteEvent[], Failure>> {
  const listed = await readReports(reading, namespace, uid)
  return listed.ok ? ok(listed.value.sort(byTime)) : listed
}

/** The operator's Events that the cluster still remembers, also of routes that do not exist any more. */
export async function readReports(
  reading: Reading,
  namespace: string | undefined,
  aboutUid?: string,
): Promise<Result<Report[], Failure>> {
  const listed = await listOwnEvents({ ...reading, namespace, aboutUid })
  return listed.ok ? ok(listed.value.map(reportOf)) : err(refused(listed.error))
}

const byTime = (one: RouteEvent, other: RouteEvent): number => one.at - other.at

function reportOf({ uid: eventUid, about, reason, at, message, id }: OwnEvent): Report {
  const { uid, namespace, name } = about
  return { uid, eventUid, reason, at, message, route: { kind: kindOfObject(about), namespace, name }, id }
}
