import type { Mark } from '../network/timeline.ts'

/** What a process has been told: by resource the version up to which it knows all; absent before a complete list. */
export class View {
  readonly #marks: Map<string, Mark>

  constructor(marks: Iterable<[string, Mark]> = []) {
    this.#marks = new Map(marks)
  }

  /** A complete list was read; it may be older than what was known. */
  listed(resource: string, mark: Mark): void {
    this.#marks.set(resource, mark)
  }

  /** A change was read. */
  told(resource: string, mark: Mark): void {
    const known = this.#marks.get(resource)
    if (known && mark.moment > known.moment) this.#marks.set(resource, mark)
  }

  /** undefined: not complete yet. */
  markOf(resource: string): Mark | undefined {
    return this.#marks.get(resource)
  }

  /** The moment up to which it knows all. */
  of(resource: string): number | undefined {
    return this.markOf(resource)?.moment
  }

  copy(): View {
    return new View(this.#marks)
  }
}
