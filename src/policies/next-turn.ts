import type { Clock, Timer } from '../base/clock.ts'

/**
 * When one who follows many objects looks at them: once after all changes of a moment, and when a time has
 * come.
 */
export class NextTurn {
  readonly #clock: Clock
  readonly #look: () => void
  #isDue = false
  #isStopped = false
  #timer: Timer | undefined
  /** When the timer fires, if the process is not suspended by then (ms on the clock). */
  #at = Number.POSITIVE_INFINITY

  constructor(clock: Clock, look: () => void) {
    this.#clock = clock
    this.#look = look
  }

  /** Looks in the next turn of the event loop, or when it is asked before. Changes come many at once. */
  makeDue(): void {
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => this.lookIfDue())
  }

  /** For one who needs the answer now: after a suspension work may come before the timers that are overdue. */
  lookIfDue(): void {
    if (!this.#isDue && this.#clock.now() < this.#at) return
    this.#isDue = false
    this.#look()
  }

  /**
   * Looks after `ms` milliseconds, instead of at the time that was given before; `undefined` for at no time.
   */
  lookAfter(ms: number | undefined): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#at = Number.POSITIVE_INFINITY
    if (this.#isStopped || ms === undefined) return
    this.#at = this.#clock.now() + ms
    this.#timer = this.#clock.after(ms, this.#look)
  }

  /** Wakes up no more, whatever it hears. */
  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#at = Number.POSITIVE_INFINITY
  }
}
