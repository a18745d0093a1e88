import type { TimelineEntry } from './timeline-entry.ts'

/** The last entries, in the order in which they happened; never more than `capacity`. */
export class Timeline {
  readonly #capacity: number
  #ring: TimelineEntry[] = []
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

  /** Puts in what happened earlier. @returns the entries that are left out, or evicted */
  insert(past: readonly TimelineEntry[]): readonly TimelineEntry[] {
    const all = [...this.newestFirst()].reverse().concat(past)
    all.sort((one, other) => one.at.getTime() - other.at.getTime())
    const gone = all.splice(0, Math.max(0, all.length - this.#capacity))
    this.#ring = all
    this.#next = all.length % this.#capacity
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
