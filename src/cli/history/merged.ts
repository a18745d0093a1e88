import type { EntryItem } from '../../api/schema.ts'
import type { Report } from '../status/events.ts'

/** One thing that happened to a route. */
export interface HistoryItem {
  /** RFC 3339, UTC. */
  readonly at: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** As the timeline calls it, else the reason of the Event. */
  readonly what: string
  readonly sentence: string
  /** By which log and notifications name it; null if the Event has none. */
  readonly id: string | null
  readonly from: readonly ('Event' | 'timeline')[]
}

/** Events and timeline in one, the oldest first: what is in both, by its id, is there once. */
export function merged(reports: readonly Report[], entries: readonly EntryItem[]): HistoryItem[] {
  const reported = new Set(reports.flatMap(({ id }) => id ?? []))
  const listed = new Set(entries.map(({ id }) => id))
  const fromTimeline = entries.map(({ id, at, route: { kind, namespace, name }, what, sentence }) => {
    const from = reported.has(id) ? (['Event', 'timeline'] as const) : (['timeline'] as const)
    return { at, kind, namespace, name, what, sentence, id, from }
  })
  const fromEvents = reports
    .filter(({ id }) => id === undefined || !listed.has(id))
    .map(({ at, route, reason, message, id = null }) => ({
      at: new Date(at).toISOString(),
      ...route,
      what: reason,
      sentence: message,
      id,
      from: ['Event'] as const,
    }))
  return [...fromTimeline, ...fromEvents].sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
}
