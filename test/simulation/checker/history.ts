/** What something was, by the moment of the server at which it became so. */
export class History<T> {
  readonly #first: T
  readonly #changes: { readonly moment: number; readonly value: T }[] = []

  /** `first`: what it was before the first change. */
  constructor(first: T) {
    this.#first = first
  }

  get now(): T {
    return this.#changes.at(-1)?.value ?? this.#first
  }

  set(moment: number, value: T): void {
    this.#changes.push({ moment, value })
  }

  /** All that it was from one moment to another, both included; oldest first. */
  during(from: number, to: number): T[] {
    const values: T[] = []
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const change = this.#changes[index]
      if (!change || change.moment > to) continue
      values.push(change.value)
      if (change.moment <= from) return values.reverse()
    }
    return [...values, this.#first].reverse()
  }
}
