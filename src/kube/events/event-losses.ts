import type { Log } from '../../base/log.ts'

/**
 * Counts Events that were lost. If many are lost in a row, the log names the first at once, and how many
 * there were when the queue is empty.
 */
export class EventLosses {
  /** Since the start. */
  total = 0
  readonly #log: Log
  #recent = 0
  /** How many of the recent ones were logged. */
  #logged = 0

  constructor(log: Log) {
    this.#log = log
  }

  add(why: string, count = 1): void {
    this.total += count
    this.#recent += count
    if (this.#logged > 0) return
    this.#logged = count
    this.#log.warn({ lost: count }, `lost Kubernetes Events (${count}): ${why}`)
  }

  /** The queue is empty. */
  end(): void {
    const lost = this.#recent
    const isNews = lost > this.#logged
    this.#recent = 0
    this.#logged = 0
    if (isNews)
      this.#log.warn({ lost }, `${lost} Kubernetes Events were lost in total; the first is logged above`)
  }
}
