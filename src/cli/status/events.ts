import * as z from 'zod'
import { programName, transitionId } from '../../base/names.ts'
import { ok, type Result } from '../../base/result.ts'
import type { Resource } from '../../kube/resource.ts'
import { codecs } from '../../routes/codecs.ts'
import type { Route } from '../../routes/route.ts'
import type { Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'

/** Of the core group, whose field selectors every version of Kubernetes knows. */
const events: Resource = { group: '', version: 'v1', plural: 'events' }

const time = z.iso.datetime({ offset: true }).nullish().catch(undefined)
const schema = z.object({
  metadata: z.object({
    creationTimestamp: time,
    annotations: z.record(z.string(), z.string()).optional().catch(undefined),
  }),
  involvedObject: z.object({
    uid: z.string(),
    apiVersion: z.string().default(''),
    kind: z.string().default(''),
    namespace: z.string().default(''),
    name: z.string().default(''),
  }),
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

/** One Event of the operator, with the names of its route and of what it reports. */
export interface Report extends OperatorEvent {
  readonly route: { readonly kind: string; readonly namespace: string; readonly name: string }
  /** The same in the timeline; `undefined` if it is not in there. */
  readonly id: string | undefined
}

/** Events by the uid of their route, the oldest first. */
export type EventsByRoute = ReadonlyMap<string, readonly OperatorEvent[]>

/** The operator's Events that the cluster still remembers. */
export async function readEvents(
  reading: Reading,
  namespace: string | undefined,
): Promise<Result<EventsByRoute, Failure>> {
  const listed = await listEvents(reading, namespace)
  if (!listed.ok) return listed
  const byRoute = new Map<string, OperatorEvent[]>()
  for (const event of listed.value) {
    const known = byRoute.get(event.uid)
    if (known) known.push(event)
    else byRoute.set(event.uid, [event])
  }
  return ok(new Map([...byRoute].map(([uid, about]) => [uid, about.sort(byTime)])))
}

/** The operator's Events about one route that the cluster still remembers, the oldest first. */
export async function readEventsOf(
  reading: Reading,
  { namespace, uid }: Route,
): Promise<Result<readonly OperatorEvent[], Failure>> {
  const listed = await listEvents(reading, namespace, `involvedObject.uid=${uid}`)
  return listed.ok ? ok(listed.value.sort(byTime)) : listed
}

/** The operator's Events that the cluster still remembers, also of routes that do not exist any more. */
export const readReports = (
  reading: Reading,
  namespace: string | undefined,
): Promise<Result<Report[], Failure>> => listEvents(reading, namespace)

const byTime = (one: OperatorEvent, other: OperatorEvent): number => one.at - other.at

function listEvents(reading: Reading, namespace: string | undefined, selector?: string) {
  const own = `reportingComponent=${programName}`
  const fieldSelector = selector === undefined ? own : `${selector},${own}`
  return listAs(reading, { resource: events, namespace, fieldSelector }, readEvent)
}

/** What is repeated is one Event with a series; its last time counts. */
function readEvent(object: unknown): Report | undefined {
  const { data } = schema.safeParse(object)
  if (!data) return undefined
  const { series, eventTime, lastTimestamp, metadata, involvedObject, reason, message } = data
  const text = series?.lastObservedTime ?? eventTime ?? lastTimestamp ?? metadata.creationTimestamp
  if (!text) return undefined
  const { uid, namespace, name } = involvedObject
  const route = { kind: kindOf(involvedObject), namespace, name }
  const id = metadata.annotations?.[transitionId]
  return { uid, reason, at: Date.parse(text), message, route, id }
}

/** As keys and the timeline call the kind: two groups may have a kind of one name. */
function kindOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  const [group] = apiVersion.split('/')
  return codecs.find((codec) => codec.objectKind === kind && codec.group === group)?.kind ?? kind
}
