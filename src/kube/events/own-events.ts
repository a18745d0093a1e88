import * as z from 'zod'
import { movedWeights, programName, transitionId } from '../../base/names.ts'
import { ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import type { Transport } from '../http/transport.ts'
import { type Resource, resourcePath } from '../resource.ts'
import { listPages } from '../watch/pages.ts'

/** Of the core group, whose field selectors every version of Kubernetes knows. */
const events: Resource = { group: '', version: 'v1', plural: 'events' }

const time = z.iso.datetime({ offset: true }).nullish().catch(undefined)
const schema = z.object({
  metadata: z.object({
    uid: z.string().default(''),
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

/** One Event of the operator, as far as it is read back. */
export interface OwnEvent {
  readonly uid: string
  /** The object that it is about. */
  readonly about: z.infer<typeof schema>['involvedObject']
  readonly reason: string
  /** Epoch, ms; of what is repeated, the last time. */
  readonly at: number
  readonly message: string
  /** By which log, timeline and notifications name the same thing; `undefined` if it has none. */
  readonly id: string | undefined
  /** The weights of a move, as its annotation has them. */
  readonly weights: string | undefined
}

export interface OwnEventsQuery {
  readonly transport: Transport
  readonly signal: AbortSignal
  /** All namespaces without it. */
  readonly namespace?: string | undefined
  /** About this object only. */
  readonly aboutUid?: string | undefined
  /** So many, the newest; all without it. */
  readonly most?: number | undefined
}

/** How often a list is started in all, if the server drops its pages before the last one is read. */
const attempts = 3

/**
 * The Events of the operator, of this process and of others, that the cluster still remembers; in no order. An Event that
 * cannot be understood is left out.
 */
export async function listOwnEvents(query: OwnEventsQuery): Promise<Result<OwnEvent[], KubeError>> {
  const { transport, signal, namespace, aboutUid, most = Number.POSITIVE_INFINITY } = query
  const own = `reportingComponent=${programName}`
  const fieldSelector = aboutUid === undefined ? own : `involvedObject.uid=${aboutUid},${own}`
  for (let attempt = 1; ; attempt += 1) {
    let found: OwnEvent[] = []
    const path = resourcePath(events, namespace)
    const listed = await listPages(transport, path, { fieldSelector }, signal, (object) => {
      const event = readOwnEvent(object)
      if (event) found.push(event)
      // Cut by halves, so that the sorting is shared by many Events.
      if (found.length > 2 * most) found = newest(found, most)
    })
    if (listed.ok) return ok(found.length > most ? newest(found, most) : found)
    if (listed.error.kind !== 'expired' || attempt === attempts) return listed
  }
}

const newest = (events: readonly OwnEvent[], most: number): OwnEvent[] =>
  [...events].sort((one, other) => other.at - one.at).slice(0, most)

function readOwnEvent(object: unknown): OwnEvent | undefined {
  const { data } = schema.safeParse(object)
  if (!data) return undefined
  const { series, eventTime, lastTimestamp, metadata, involvedObject: about, reason, message } = data
  const text = series?.lastObservedTime ?? eventTime ?? lastTimestamp ?? metadata.creationTimestamp
  if (!text) return undefined
  const { [transitionId]: id, [movedWeights]: weights } = metadata.annotations ?? {}
  return { uid: metadata.uid, about, reason, at: Date.parse(text), message, id, weights }
}
