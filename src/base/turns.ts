import type { Clock, Timer } from './clock.ts'

/** Work in small steps, far below a millisecond each: every `next` does one. */
export type Steps = Iterator<unknown, unknown>

/** How long all work waits for what is more urgent, and how often it looks whether that is over (ms). */
const longestWaitMs = 30_000
const lookEveryMs = 100

/**
 * Does what can wait, one job after the other, in turns of about `turnMs` milliseconds. Between two turns
 * whatever else waits for the event loop has its own. It does nothing while `isBusy`, for 30 s at most.
 */
export class Turns {
  readonly #clock: Clock
  readonly #turnMs: number
  readonly #isBusy: () => boolean
  readonly #jobs = new Set<Steps>()
  #next: Timer | undefined
  /** Since when there is something to do (ms on the clock). */
  #since = 0

  constructor(clock: Clock, turnMs: number, isBusy: () => boolean = () => false) {
    this.#clock = clock
    this.#turnMs = turnMs
    this.#isBusy = isBusy
  }

  /**
   * Begins with a job when all before it are finished, at the earliest in the next turn of the event loop.
   */
  add(job: Steps): void {
    if (this.#jobs.size === 0) this.#since = this.#clock.now()
    this.#jobs.add(job)
    this.#next ??= this.#clock.after(0, () => this.#turn())
  }

  /** Drops what is not finished. */
  stop(): void {
    this.#jobs.clear()
    this.#next?.cancel()
    this.#next = undefined
  }

  #turn(): void {
    const now = this.#clock.now()
    if (now - this.#since < longestWaitMs && this.#isBusy()) {
      this.#next = this.#clock.after(lookEveryMs, () => this.#turn())
      return
    }
    const end = now + this.#turnMs
    for (const job of this.#jobs) {
      while (this.#clock.now() < end) {
        if (!job.next().done) continue
        this.#jobs.delete(job)
        break
      }
      if (this.#clock.now() >= end) break
    }
    this.#next = this.#jobs.size > 0 ? this.#clock.after(0, () => this.#turn()) : undefined
  }
}
