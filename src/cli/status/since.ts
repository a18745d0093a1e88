import { ok, type Result } from '../../base/result.ts'
import { primaryServes } from '../../core/transition.ts'
import type { Split } from '../../core/types.ts'
import type { Route } from '../../routes/route.ts'
import type { Failure } from '../failure.ts'
import type { Reading } from '../listing.ts'
import { type OperatorEvent, readNewestEvents } from './events.ts'

/** One transition, read from its Event. */
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
  const events = await readNewestEvents(reading, namespace, 'Failover')
  if (!events.ok) return events
  return ok(new Map([...events.value].map(([uid, event]) => [uid, transitionOf(event)])))
}

/** What an Event with the reason `Failover` reports. */
export const transitionOf = ({ uid, at, message }: OperatorEvent): Transition => ({
  uid,
  at,
  toPrimary: message.includes('switching traffic to primary'),
})

/**
 * Since when a route has its present state (epoch, ms): the time of its newest transition, if that led to the
 * present weights. Otherwise it is unknown: another client wrote them, or the Event has expired.
 */
export function sinceOf(route: Route, transition: Transition | undefined): number | undefined {
  const agrees = (split: Split) => primaryServes(split) === transition?.toPrimary
  return transition && route.splits.some(agrees) ? transition.at : undefined
}
