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
  const reported = new Set(reports.map(idOf))
  const listed = new Set(entries.map(({ id }) => id))
  const fromTimeline = entries.map((entry) => {
    const { id, at, route, what, sentence } = entry
    const { kind, namespace, name } = route
    return { at, kind, namespace, name, what, sentence, id, from: sourcesOf(entry, reported.has(id)) }
  })
  const fromEvents = reports
    .filter((report) => !listed.has(idOf(report)))
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

/** As the timeline names what an Event reports. */
const idOf = ({ id, eventUid }: Report): string => id ?? eventUid

/** What the operator has read back from an Event it has from there alone, also when the Event has expired. */
function sourcesOf({ fromEvents }: EntryItem, isReported: boolean): HistoryItem['from'] {
  if (fromEvents) return ['Event']
  return isReported ? ['Event', 'timeline'] : ['timeline']
}
