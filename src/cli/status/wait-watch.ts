import type { Clock } from '../../base/clock.ts'
import type { Result } from '../../base/result.ts'
import type { FoundStatus, RouteStatus } from './route-status.ts'
import { hasUnknownWaits, stillWaiting, type WaitTimes, withWaitTimes } from './wait-times.ts'

/** How long it takes at least until the operator is asked again (ms). */
const againMs = 5_000

export interface WaitWatchOptions {
  readonly clock: Clock
  /** Asks the operator; never throws. */
  readonly read: () => Promise<Result<WaitTimes, string>>
  /** Called when there is an answer to show. */
  readonly onTimes: () => void
}

/**
 * When the waits that are on the screen end. Asks the operator while one is shown of which that is not known; once it
 * cannot be asked, never again.
 */
export class WaitWatch {
  readonly #options: WaitWatchOptions
  #times: WaitTimes = new Map()
  #nextAt = 0

  constructor(options: WaitWatchOptions) {
    this.#options = options
  }

  /** The routes with the times that are known by now; nobody waits for the others. */
  timed(routes: readonly FoundStatus[]): FoundStatus[] {
    // The same wait may begin again: then it is asked for again.
    if (this.#times.size > 0) this.#times = stillWaiting(this.#times, factsOf(routes))
    const timed = routes.map((route) => ({ ...route, facts: withWaitTimes(route.facts, this.#times) }))
    const now = this.#options.clock.now()
    if (hasUnknownWaits(factsOf(timed)) && now >= this.#nextAt) void this.#ask()
    return timed
  }

  async #ask(): Promise<void> {
    this.#nextAt = Number.POSITIVE_INFINITY
    const times = await this.#options.read()
    if (!times.ok) return
    this.#times = times.value
    this.#nextAt = this.#options.clock.now() + againMs
    this.#options.onTimes()
  }
}

const factsOf = (routes: readonly RouteStatus[]) => routes.map(({ facts }) => facts)
