import * as z from 'zod'
import { programName } from '../../base/names.ts'
import { ok, type Result } from '../../base/result.ts'
import type { Resource } from '../../kube/resource.ts'
import type { Route } from '../../routes/route.ts'
import type { Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'

/** Of the core group, whose field selectors every version of Kubernetes knows. */
const events: Resource = { group: '', version: 'v1', plural: 'events' }

const time = z.iso.datetime({ offset: true }).nullish().catch(undefined)
const schema = z.object({
  metadata: z.object({ creationTimestamp: time }),
  involvedObject: z.object({ uid: z.string() }),
  reason: z.string(),
  message: z.string(),
  eventTime: time,
  lastTimestamp: time,
  series: z.object({ lastObservedTime: time }).nullish().catch(undefined),
})

/** One Event of the operator. */
export interface OperatorEvent {
  /** Of the route. */
  readonly uid: string
  readonly reason: string
  /** Epoch, ms. */
  readonly at: number
  readonly message: string
}

type Newest = Result<ReadonlyMap<string, OperatorEvent>, Failure>

/**
 * The operator's Events of one reason that the cluster still remembers, the newest of each route by its uid.
 */
export const readNewestEvents = (
  reading: Reading,
  namespace: string | undefined,
  reason: string,
): Promise<Newest> => readNewest(reading, namespace, `reason=${reason}`, 'uid')

/** The operator's Events that the cluster still remembers: the newest of each route and reason, by uid and reason. */
export async function readAllNewest(
  reading: Reading,
  namespace: string | undefined,
): Promise<Result<ReadonlyMap<string, ReadonlyMap<string, OperatorEvent>>, Failure>> {
  const listed = await listEvents(reading, namespace)
  if (!listed.ok) return listed
  const byRoute = new Map<string, OperatorEvent[]>()
  for (const event of listed.value) {
    const known = byRoute.get(event.uid)
    if (known) known.push(event)
    else byRoute.set(event.uid, [event])
  }
  return ok(new Map([...byRoute].map(([uid, about]) => [uid, newestBy('reason', about)])))
}

/** The operator's Events about one route that the cluster still remembers, the newest of each reason. */
export const readEventsOf = (reading: Reading, { namespace, uid }: Route): Promise<Newest> =>
  readNewest(reading, namespace, `involvedObject.uid=${uid}`, 'reason')

async function readNewest(
  reading: Reading,
  namespace: string | undefined,
  selector: string,
  by: 'uid' | 'reason',
): Promise<Newest> {
  const listed = await listEvents(reading, namespace, selector)
  return listed.ok ? ok(newestBy(by, listed.value)) : listed
}

function listEvents(reading: Reading, namespace: string | undefined, selector?: string) {
  const own = `reportingComponent=${programName}`
  const fieldSelector = selector === undefined ? own : `${selector},${own}`
  return listAs(reading, { resource: events, namespace, fieldSelector }, readEvent)
}

function newestBy(by: 'uid' | 'reason', all: readonly OperatorEvent[]): Map<string, OperatorEvent> {
  const newest = new Map<string, OperatorEvent>()
  for (const event of all) {
    const known = newest.get(event[by])
    if (!known || known.at < event.at) newest.set(event[by], event)
  }
  return newest
}

/** What is repeated is one Event with a series; its last time counts. */
function readEvent(object: unknown): OperatorEvent | undefined {
  const { data } = schema.safeParse(object)
  if (!data) return undefined
  const { series, eventTime, lastTimestamp, metadata, involvedObject, reason, message } = data
  const text = series?.lastObservedTime ?? eventTime ?? lastTimestamp ?? metadata.creationTimestamp
  return text ? { uid: involvedObject.uid, reason, at: Date.parse(text), message } : undefined
}
