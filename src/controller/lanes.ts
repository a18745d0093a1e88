/** After so many urgent keys in a row one of the others has its turn, so that none waits for ever. */
const mostInARow = 7

/**
 * Keys that are due, each once: urgent ones first, and of these and of the others the one that is due
 * longest.
 */
export class Lanes {
  readonly #urgent = new Set<string>()
  readonly #others = new Set<string>()
  #inARow = 0

  get size(): number {
    return this.#urgent.size + this.#others.size
  }

  has(key: string): boolean {
    return this.#urgent.has(key) || this.#others.has(key)
  }

  /** Adds a key; one that is there already may become urgent, and stays so. */
  add(key: string, isUrgent: boolean): void {
    if (this.#urgent.has(key)) return
    if (isUrgent) this.#others.delete(key)
    const lane = isUrgent ? this.#urgent : this.#others
    lane.add(key)
  }

  /** Takes the key that comes next; `undefined` if there is none. */
  take(): string | undefined {
    const isOthersTurn = this.#urgent.size === 0 || (this.#inARow >= mostInARow && this.#others.size > 0)
    const lane = isOthersTurn ? this.#others : this.#urgent
    this.#inARow = isOthersTurn ? 0 : this.#inARow + 1
    const [key] = lane
    if (key !== undefined) lane.delete(key)
    return key
  }

  /** Of the urgent keys and of the others the one that is due longest, if there is one. */
  *oldest(): Iterable<string> {
    for (const lane of [this.#urgent, this.#others]) {
      const [key] = lane
      if (key !== undefined) yield key
    }
  }
}
