/** A change that readers can ask for by the revision it came at. */
export interface Change<T> {
  readonly revision: number
  readonly what: T
}

/**
 * The order in which things changed, for readers that come back and ask what they missed. Does not copy what
 * changed: a subject that changes again leaves its earlier place. Bounded: what is not `current` any more is
 * removed from time to time, so it never holds much more than what is current.
 */
export class Changes<T> {
  readonly #isCurrent: (change: Change<T>) => boolean
  /** In order, and what changed at each: two lists need a third of the memory of one of pairs. */
  readonly #revisions: number[] = []
  readonly #subjects: T[] = []
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
    return this.#revisions.length
  }

  /** The revision that `what` changes at; call `add` with it once the subject carries that revision. */
  next(): number {
    this.#revision += 1
    return this.#revision
  }

  add({ revision, what }: Change<T>): void {
    this.#revisions.push(revision)
    this.#subjects.push(what)
    if (this.size >= this.#sweepAt) this.#sweep()
  }

  /** What has changed after `revision`, in order, each subject once. */
  *after(revision: number): Iterable<Change<T>> {
    for (let place = this.#firstAfter(revision); place < this.size; place += 1) {
      const change = this.#at(place)
      if (change && this.#isCurrent(change)) yield change
    }
  }

  #sweep(): void {
    let kept = 0
    for (let place = 0; place < this.size; place += 1) {
      const change = this.#at(place)
      if (!change || !this.#isCurrent(change)) continue
      this.#revisions[kept] = change.revision
      this.#subjects[kept] = change.what
      kept += 1
    }
    this.#revisions.length = kept
    this.#subjects.length = kept
    this.#sweepAt = sweepFrom + Math.ceil(1.25 * kept)
  }

  #at(place: number): Change<T> | undefined {
    const [revision, what] = [this.#revisions[place], this.#subjects[place]]
    return revision === undefined || what === undefined ? undefined : { revision, what }
  }

  #firstAfter(revision: number): number {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#revisions[middle] ?? 0) > revision) high = middle
      else low = middle + 1
    }
    return low
  }
}

const sweepFrom = 1024
