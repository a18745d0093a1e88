import type { Clock } from '../../base/clock.ts'
import type { Result } from '../../base/result.ts'
import { AskAgain } from './ask-again.ts'
import {
  asOperatorKnows,
  hasUnknownWaits,
  isAway,
  noTimes,
  type OperatorTimes,
  stillWaiting,
} from './operator-times.ts'
import type { FoundStatus, RouteStatus } from './route-status.ts'

/** How long it takes at least until the operator is asked again (ms). */
const againMs = 5_000

export interface OperatorWatchOptions {
  readonly clock: Clock
  /** Asks the operator; never throws. */
  readonly read: () => Promise<Result<OperatorTimes, string>>
  /** Called when there is an answer to show. */
  readonly onTimes: () => void
}

/**
 * Times on the screen that only the operator knows. Asks it while the end of a wait is shown that is not known, or a
 * move that is due and may be held up, and once for since when routes are in their state; when it cannot be asked, never again.
 */
export class OperatorWatch {
  readonly #operator: AskAgain<OperatorTimes>
  #times: OperatorTimes = noTimes
  #hasAsked = false

  constructor({ clock, read, onTimes }: OperatorWatchOptions) {
    this.#operator = new AskAgain({
      clock,
      againMs,
      read: async () => {
        const times = await read()
        return times.ok ? times.value : undefined
      },
      onRead: (times) => {
        this.#times = times
        onTimes()
      },
    })
  }

  /** The routes with the times that are known by now; nobody waits for the others. */
  timed(routes: readonly FoundStatus[]): FoundStatus[] {
    // The same wait may begin again: then it is asked for again.
    const { waits, held } = this.#times
    if (waits.size + held.size > 0) this.#times = stillWaiting(this.#times, factsOf(routes))
    const timed = routes.map((route) => asOperatorKnows(route, this.#times))
    const facts = factsOf(timed)
    const isWanted =
      hasUnknownWaits(facts) || facts.some(({ due }) => due) || (!this.#hasAsked && facts.some(isAway))
    if (isWanted && this.#operator.ask()) this.#hasAsked = true
    return timed
  }
}

const factsOf = (routes: readonly RouteStatus[]) => routes.map(({ facts }) => facts)
