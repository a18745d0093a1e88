import type { EntryItem } from '../live/api.ts'
import { keyOf, type RouteKey } from './route.ts'
import type { RouteState } from './states.ts'

/** What the page keeps of a line of the timeline: ten thousand of them have to be cheap. */
export interface TimelineEntry {
  readonly id: string
  readonly revision: number
  /** Milliseconds since 1970, by the operator's clock. */
  readonly at: number
  readonly what: EntryItem['what']
  readonly key: RouteKey
  /** How what it happened to stood from then on. */
  readonly state: RouteState
  readonly sentence: string
  readonly cluster: string | null
  readonly reactionMs: number | null
  /** The operator has read it back from an Event, and has not seen it happen. */
  readonly fromEvents: boolean
}

export function entryOf(item: EntryItem): TimelineEntry {
  const { id, revision, what, sentence, cluster, reactionMs, fromEvents } = item
  const key = keyOf(item.route)
  return {
    id,
    revision,
    at: Date.parse(item.at),
    what,
    key,
    state: item.state,
    sentence,
    cluster,
    reactionMs,
    fromEvents,
  }
}

/** The last entries, in the order in which they happened, each once, never more than `capacity`. */
export class History {
  readonly #capacity: number
  #lines: TimelineEntry[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get lines(): readonly TimelineEntry[] {
    return this.#lines
  }

  /** Takes lines in any order; one that is there already is not taken again. */
  add(lines: readonly TimelineEntry[]): void {
    const [first, ...more] = lines
    const newest = this.#lines.at(-1)
    const isNext = first && more.length === 0 && (!newest || isLater(first, newest))
    if (isNext) this.#lines.push(first)
    else this.#lines = merged(this.#lines, lines)
    // Trimmed by the tenth, so that the copying is shared by many additions.
    if (this.#lines.length > this.#capacity * 1.1) this.#lines = this.#lines.slice(-this.#capacity)
  }
}

function merged(known: readonly TimelineEntry[], fresh: readonly TimelineEntry[]): TimelineEntry[] {
  const byRevision = new Map([...known, ...fresh].map((line) => [line.revision, line]))
  return [...byRevision.values()].sort((one, other) => one.at - other.at || one.revision - other.revision)
}

const isLater = (one: TimelineEntry, other: TimelineEntry): boolean =>
  one.at >= other.at && one.revision > other.revision
