import * as z from 'zod'
import { primaryServes } from '../../core/transition.ts'
import type { Split } from '../../core/types.ts'
import { reportingController } from '../../kube/event-object.ts'
import type { Resource } from '../../kube/resource.ts'
import { ok, type Result } from '../../result.ts'
import type { Route } from '../../routes/route.ts'
import type { Failure } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'

/** Of the core group, whose field selectors every version of Kubernetes knows. */
const events: Resource = { group: '', version: 'v1', plural: 'events' }

const time = z.iso.datetime({ offset: true }).nullish().catch(undefined)
const schema = z.object({
  metadata: z.object({ creationTimestamp: time }),
  involvedObject: z.object({ uid: z.string() }),
  message: z.string(),
  eventTime: time,
  lastTimestamp: time,
  series: z.object({ lastObservedTime: time }).nullish().catch(undefined),
})

/** One transition, as its Event tells it. */
export interface Transition {
  /** Of the route. */
  readonly uid: string
  /** Epoch, ms. */
  readonly at: number
  readonly toPrimary: boolean
}

/** The transitions that the cluster still remembers, the newest of each route by its uid. */
export async function readTransitions(
  reading: Reading,
  namespace: string | undefined,
): Promise<Result<ReadonlyMap<string, Transition>, Failure>> {
  const fieldSelector = `reason=Failover,reportingComponent=${reportingController}`
  const listed = await listAs(reading, { resource: events, namespace, fieldSelector }, readTransition)
  if (!listed.ok) return listed
  const newest = new Map<string, Transition>()
  for (const transition of listed.value) {
    const known = newest.get(transition.uid)
    if (!known || known.at < transition.at) newest.set(transition.uid, transition)
  }
  return ok(newest)
}

/** A repeated transition is one Event with a series; its last time counts. */
function readTransition(object: unknown): Transition | undefined {
  const { data } = schema.safeParse(object)
  if (!data) return undefined
  const { series, eventTime, lastTimestamp, metadata } = data
  const text = series?.lastObservedTime ?? eventTime ?? lastTimestamp ?? metadata.creationTimestamp
  if (!text) return undefined
  return {
    uid: data.involvedObject.uid,
    at: Date.parse(text),
    toPrimary: data.message.includes('switching traffic to primary'),
  }
}

/**
 * Since when a route stands as it does (epoch, ms): the time of its newest transition, if that led to where the
 * weights are now. Otherwise nobody knows: somebody else wrote them, or the Event is forgotten.
 */
export function sinceOf(route: Route, transition: Transition | undefined): number | undefined {
  const agrees = (split: Split) => primaryServes(split) === transition?.toPrimary
  return transition && route.splits.some(agrees) ? transition.at : undefined
}
