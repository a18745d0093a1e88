import { createBackoff } from '../../base/backoff.ts'
import { type Clock, sleep } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { makePlan } from '../../core/plan.ts'
import { isPassing, waitAskedBy } from '../../kube/errors.ts'
import { listOwnEvents, type OwnEvent } from '../../kube/events/own-events.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { beganBefore, sinceOf } from '../../routes/since.ts'
import type { RouteRecord } from '../../view/route-record.ts'
import type { View } from '../../view/view.ts'
import { pastEntries } from './past-entries.ts'

export interface RecallOptions {
  readonly transport: Transport
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly view: View
  /** Whether there are weights to write, or routes to come; Events are read when neither is so. */
  readonly busy: () => boolean
}

/** So many Events are kept at most, the newest. */
const mostEvents = 2_000
/** How long weights are waited for at most, and how often that is checked (ms). */
const longestYieldMs = 60_000
const yieldMs = 100
const attempts = 5

/**
 * Reads the operator's own Events back into the view: what earlier processes, and leaders before this one, have reported.
 * Never delays a weight, and never throws; without Events the timeline begins with this process.
 */
export class Recall {
  readonly #options: RecallOptions
  readonly #stopping = new AbortController()
  #isDue = false
  #isBusy = false

  constructor(options: RecallOptions) {
    this.#options = options
  }

  /** Once there is time for it. */
  read(): void {
    this.#isDue = true
    if (!this.#isBusy) void this.#work()
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    while (this.#isDue && !this.#stopping.signal.aborted) {
      await this.#lull()
      this.#isDue = false
      await this.#readOnce()
    }
    this.#isBusy = false
  }

  async #lull(): Promise<void> {
    const { clock, busy } = this.#options
    const latest = clock.now() + longestYieldMs
    do await sleep(clock, yieldMs, this.#stopping.signal)
    while (busy() && clock.now() < latest && !this.#stopping.signal.aborted)
  }

  async #readOnce(): Promise<void> {
    const { transport, clock, random, log, view } = this.#options
    const { signal } = this.#stopping
    const backoff = createBackoff(1_000, 30_000, random)
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const listed = await listOwnEvents({ transport, signal, most: mostEvents })
      if (signal.aborted) return
      if (listed.ok) {
        view.recall(pastEntries(listed.value, view))
        recallSince(listed.value, view)
        return
      }
      if (!isPassing(listed.error) || attempt === attempts) {
        const { kind: error, message } = listed.error
        log.warn({ error }, `the timeline begins now, because earlier Events cannot be read: ${message}`)
        return
      }
      await sleep(clock, Math.max(backoff.next(), waitAskedBy(listed.error) ?? 0), signal)
    }
  }
}

/** By the same rule as the command line: Events first, then the operator's last write. */
function recallSince(events: readonly OwnEvent[], view: View): void {
  const sorted = [...events].sort((one, other) => one.at - other.at)
  const byRoute = Map.groupBy(sorted, ({ about }) => about.uid)
  for (const record of [...view.records()]) {
    const about = byRoute.get(record.route.uid)
    if (!about) continue
    const decided = decidedIn(record)
    const since = sinceOf(decided, about)
    if (since === undefined) view.recallSince(record.key, undefined, beganBefore(decided, about))
    else view.recallSince(record.key, new Date(since))
  }
}

const decidedIn = ({ route, decisions }: RouteRecord) => ({
  route,
  verdicts: route.splits.flatMap((split, index) => {
    const decision = decisions[index]
    return decision ? [{ decision, plan: makePlan(split, decision) }] : []
  }),
})
