import type { Clock } from '../../base/clock.ts'

/** How often a gateway must fail, or answer, before it counts. */
export interface Thresholds {
  /** Misses in a row until it is down. */
  readonly failures: number
  /** Answers in a row until it is up again. */
  readonly successes: number
}

/** What one round of probes says of a gateway. */
export type Outcome =
  | { readonly kind: 'answered' }
  /** None of its addresses answers. `counts`: it is the gateway that fails, as far as can be known. */
  | { readonly kind: 'missed'; readonly trouble: string; readonly counts: boolean }
  /** Nothing can be said, since the operator was late itself, or could not ask. */
  | { readonly kind: 'void'; readonly trouble: string; readonly isLate: boolean }

/**
 * - `pending`: no round has said anything yet.
 * - `up`: it answers.
 * - `down`: it does not.
 * - `unsure`: nothing can be said, because it cannot be asked, or because it may be the operator's own
 *   network.
 */
export type GatewayState = 'pending' | 'up' | 'down' | 'unsure'

/**
 * A gateway of which nothing is known for so many rounds is `unsure`: who waits for it waits no longer. An
 * operator that is late itself has not asked properly yet, and waits longer before it believes Endpoints
 * alone.
 */
const patience = { silent: 4, late: 20 } as const

/** What the probes of one gateway come to. */
export class Gateway {
  readonly #thresholds: Thresholds
  readonly #clock: Clock
  #state: GatewayState = 'pending'
  #since: Date
  /** Why it is not up, in words. */
  #trouble = ''
  #answers = 0
  #misses = 0
  /** Rounds in a row without an answer. */
  #silent = 0
  #late = 0
  #hasAnswered = false

  constructor(thresholds: Thresholds, clock: Clock) {
    this.#thresholds = thresholds
    this.#clock = clock
    this.#since = clock.wallTime()
  }

  get state(): GatewayState {
    return this.#state
  }

  /** Since when it is in this state. */
  get since(): Date {
    return this.#since
  }

  get trouble(): string {
    return this.#trouble
  }

  /** It has answered this process before. */
  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  /** Takes what a round says. True if the state is another one now. */
  take(outcome: Outcome): boolean {
    if (outcome.kind === 'answered') return this.#answered()
    const isLate = outcome.kind === 'void' && outcome.isLate
    if (isLate) this.#late += 1
    else this.#silent += 1
    if (outcome.kind === 'missed') {
      this.#answers = 0
      this.#misses = outcome.counts ? this.#misses + 1 : 0
      if (this.#misses >= this.#thresholds.failures) return this.#become('down', outcome.trouble)
    }
    return this.#doubt(outcome)
  }

  #answered(): boolean {
    this.#hasAnswered = true
    this.#misses = 0
    this.#silent = 0
    this.#answers += 1
    const isEnough = this.#state !== 'down' || this.#answers >= this.#thresholds.successes
    return isEnough && this.#become('up', '')
  }

  /**
   * What is down stays down until it answers, and what is up until it fails, or nothing can be said of it.
   */
  #doubt(outcome: Outcome & { kind: 'missed' | 'void' }): boolean {
    if (this.#state === 'down' || this.#state === 'unsure') return false
    const { trouble } = outcome
    const isOver = this.#silent >= patience.silent || this.#late >= patience.late
    if (this.#state === 'pending' && isOver) return this.#become('unsure', trouble)
    const isSilent = outcome.kind === 'missed' && !outcome.counts && this.#silent >= this.#thresholds.failures
    return isSilent && this.#become('unsure', trouble)
  }

  #become(state: GatewayState, trouble: string): boolean {
    if (this.#state === state) return false
    this.#state = state
    this.#trouble = trouble
    this.#since = this.#clock.wallTime()
    return true
  }
}
