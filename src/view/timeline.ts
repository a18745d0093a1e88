import type { TimelineEntry } from './timeline-entry.ts'

/** What happened last, oldest first; holds no more than `capacity` entries, whatever comes. */
export class Timeline {
  readonly #capacity: number
  readonly #ring: TimelineEntry[] = []
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#ring.length
  }

  /** @returns the entry that had to go for it */
  push(entry: TimelineEntry): TimelineEntry | undefined {
    const gone = this.#ring[this.#next]
    this.#ring[this.#next] = entry
    this.#next = (this.#next + 1) % this.#capacity
    return gone
  }

  /** From the newest back to the oldest. */
  *newestFirst(): Iterable<TimelineEntry> {
    for (let back = 1; back <= this.#ring.length; back += 1) {
      const entry = this.#ring.at((this.#next - back + this.#capacity) % this.#capacity)
      if (entry) yield entry
    }
  }
}
