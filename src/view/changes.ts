/** A change that readers can ask for by the revision it came at. */
export interface Change<T> {
  readonly revision: number
  readonly what: T
}

/**
 * The order in which things changed, for readers that come back and ask what they missed. Does not copy what
 * changed: a subject that changes again leaves its earlier place. Bounded: what is not `current` any more is
 * removed from time to time, so it never holds more than about twice what is current.
 */
export class Changes<T> {
  readonly #isCurrent: (change: Change<T>) => boolean
  #log: Change<T>[] = []
  #sweepAt = sweepFrom
  #revision = 0

  /** `isCurrent` tells whether a subject's latest change is this one. */
  constructor(isCurrent: (change: Change<T>) => boolean) {
    this.#isCurrent = isCurrent
  }

  /** The revision of the latest change; 0 before the first. */
  get revision(): number {
    return this.#revision
  }

  /** How many places are held, swept or not. */
  get size(): number {
    return this.#log.length
  }

  /** The revision that `what` changes at; call `add` with it once the subject carries that revision. */
  next(): number {
    this.#revision += 1
    return this.#revision
  }

  add(change: Change<T>): void {
    this.#log.push(change)
    if (this.#log.length < this.#sweepAt) return
    this.#log = this.#log.filter((old) => this.#isCurrent(old))
    this.#sweepAt = sweepFrom + 2 * this.#log.length
  }

  /** What has changed after `revision`, in order, each subject once. */
  *after(revision: number): Iterable<Change<T>> {
    for (let index = this.#firstAfter(revision); index < this.#log.length; index += 1) {
      const change = this.#log[index]
      if (change && this.#isCurrent(change)) yield change
    }
  }

  #firstAfter(revision: number): number {
    let low = 0
    let high = this.#log.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#log[middle]?.revision ?? 0) > revision) high = middle
      else low = middle + 1
    }
    return low
  }
}

const sweepFrom = 1024
