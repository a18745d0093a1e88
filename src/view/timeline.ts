import type { TimelineEntry } from './timeline-entry.ts'

/** The last entries, oldest first; never more than `capacity`. */
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

  /** @returns the entry that it evicted */
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
