import type { Clock, Timer } from './clock.ts'

/** Work in small steps, far below a millisecond each: every `next` does one. */
export type Steps = Iterator<unknown, unknown>

/**
 * Does what can wait, one job after the other, in turns of about `turnMs` milliseconds. Between two turns
 * whatever else waits for the event loop has its own.
 */
export class Turns {
  readonly #clock: Clock
  readonly #turnMs: number
  readonly #jobs = new Set<Steps>()
  #next: Timer | undefined

  constructor(clock: Clock, turnMs: number) {
    this.#clock = clock
    this.#turnMs = turnMs
  }

  /**
   * Begins with a job when all before it are finished, at the earliest in the next turn of the event loop.
   */
  add(job: Steps): void {
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
    const end = this.#clock.now() + this.#turnMs
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
