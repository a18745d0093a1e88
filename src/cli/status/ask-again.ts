import type { Clock } from '../../base/clock.ts'

export interface AskAgainOptions<T> {
  readonly clock: Pick<Clock, 'now'>
  /** How old an answer may be (ms). */
  readonly againMs: number
  /** Asks the operator; never rejects. `undefined`: it cannot be asked. */
  readonly read: () => Promise<T | undefined>
  /** Called with each answer. */
  readonly onRead: (answer: T) => void
}

/** Asks the operator while nobody waits for the answer: again once that is old, and never again if it cannot be asked. */
export class AskAgain<T> {
  readonly #options: AskAgainOptions<T>
  #nextAt = 0

  constructor(options: AskAgainOptions<T>) {
    this.#options = options
  }

  /** Asks if it is time to; answers whether it did. */
  ask(): boolean {
    if (this.#options.clock.now() < this.#nextAt) return false
    void this.#ask()
    return true
  }

  async #ask(): Promise<void> {
    const { clock, againMs, read, onRead } = this.#options
    this.#nextAt = Number.POSITIVE_INFINITY
    const answer = await read()
    if (answer === undefined) return
    this.#nextAt = clock.now() + againMs
    onRead(answer)
  }
}
