import { movedWeights, transitionId } from '../../base/names.ts'
import type { Direction } from '../../core/transition.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import { routeTitle } from '../../routes/key.ts'
import { writeMoves } from '../../routes/move-text.ts'
import type { Route } from '../../routes/route.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'

/** How a line of the timeline is logged, and what its Event is. */

/** Which part of a route a note is about; nothing if the route has but one. */
export const partText = (where: string | undefined): string => (where === undefined ? '' : ` (${where})`)

/** Weights and readiness by split, and in it by backend. */
export function fieldsOf(
  route: Route,
  { id, what, rule, splits, reactionMs }: TimelineEntry,
): Record<string, unknown> {
  const weights = (side: 'from' | 'to') => splits.map(({ backends }) => backends.map((one) => one[side]))
  const readiness = splits.map(({ backends }) =>
    backends.map(({ service, readiness }) =>
      readiness.state === 'unknown'
        ? `${service} unknown`
        : `${service} ${readiness.ready}/${readiness.total}`,
    ),
  )
  const fields = { id, route: routeTitle(route), what, rule, readiness }
  return reactionMs === undefined
    ? fields
    : { ...fields, from: weights('from'), to: weights('to'), reactionMs }
}

/** A route that was dark has a ready backend again, and its weights are as they should be. */
export function recoveredEvent(route: Route, why: string, id: string): EventInput {
  const note = `${route.kind.toLowerCase()}/${route.name} has recovered: ${why}`
  const what = { type: 'Normal', reason: 'Recovered', action: 'Release' } as const
  return { ...about(route), ...what, note, ...markedWith(id) }
}

/** Reason, action and the first two notes' beginnings are those of the original operator; people filter by them. */
export function transitionEvent(
  route: Route,
  direction: Direction,
  why: string,
  { id, splits }: TimelineEntry,
): EventInput {
  const what = {
    failover: 'failing over to fallbacks',
    failback: 'switching traffic to primary',
    redistribute: 'sharing traffic among secondaries',
  }[direction]
  const note = `${route.kind.toLowerCase()}/${route.name} ${what}: ${why}`
  const event = { type: 'Normal', reason: 'Failover', action: 'Failover' } as const
  const weights = writeMoves(splits)
  const annotations = { [transitionId]: id, ...(weights === undefined ? {} : { [movedWeights]: weights }) }
  return { ...about(route), ...event, note, annotations }
}

/** The object that an Event is about. */
export function about({
  apiVersion,
  objectKind: kind,
  namespace,
  name,
  uid,
}: Route): Pick<EventInput, 'regarding'> {
  return { regarding: { apiVersion, kind, namespace, name, uid } }
}

/** The id by which log, timeline and notifications name what an Event reports, if they do. */
export const markedWith = (id: string | undefined): Pick<EventInput, 'annotations'> =>
  id === undefined ? {} : { annotations: { [transitionId]: id } }
