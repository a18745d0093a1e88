import type { Happening } from './timeline-entry.ts'

/** What happened last, oldest first; holds no more than `capacity` happenings, whatever comes. */
export class Timeline {
  readonly #capacity: number
  readonly #ring: Happening[] = []
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#ring.length
  }

  /** @returns the happening that had to go for it */
  push(happening: Happening): Happening | undefined {
    const gone = this.#ring[this.#next]
    this.#ring[this.#next] = happening
    this.#next = (this.#next + 1) % this.#capacity
    return gone
  }

  /** From the newest back to the oldest. */
  *newestFirst(): Iterable<Happening> {
    for (let back = 1; back <= this.#ring.length; back += 1) {
      const happening = this.#ring.at((this.#next - back + this.#capacity) % this.#capacity)
      if (happening) yield happening
    }
  }
}
