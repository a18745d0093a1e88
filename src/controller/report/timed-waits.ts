import type { Log } from '../../base/log.ts'
import type { Verdict } from '../../core/judge.ts'
import type { WaitKind } from '../../core/policy/types.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import type { Judged } from '../../routes/judge.ts'
import { type RouteKey, routeTitle } from '../../routes/key.ts'
import { BegunWaits, type BegunWaitsOptions, nameOfWait } from './begun-waits.ts'
import { about } from './texts.ts'

export interface TimedWaitsOptions extends BegunWaitsOptions {
  readonly log: Log
  readonly event: (input: EventInput) => void
}

/** A kind of wait that ends by itself, and how it is reported. */
export interface TimedWaitReport {
  readonly what: WaitKind
  /** Of its Event. */
  readonly reason: string
  /**
   * What to say of a verdict that waits for this; `undefined` if there is nothing to say. It names no time of the end, so that
   * repeated Events join a series: that follows from the time of the Event.
   */
  readonly noteOf: (verdict: Verdict, backend: number) => TimedWaitNote | undefined
}

export interface TimedWaitNote {
  readonly note: string
  /** Further fields of the log line. */
  readonly fields?: Readonly<Record<string, string>>
}

/** Reports that a wait has begun: once for each time. */
export class TimedWaits {
  readonly #options: TimedWaitsOptions
  readonly #kind: TimedWaitReport
  readonly #begun: BegunWaits<Verdict>

  constructor(options: TimedWaitsOptions, kind: TimedWaitReport) {
    this.#options = options
    this.#kind = kind
    this.#begun = new BegunWaits(options)
  }

  /** Must be called with each look at a route. */
  see(key: RouteKey, { route, verdicts }: Judged): void {
    const waiting = new Map(
      verdicts.flatMap((verdict): [string, Verdict][] => {
        const { split, wait } = verdict
        const name = wait?.what === this.#kind.what ? nameOfWait(split, wait.backend) : undefined
        return name === undefined ? [] : [[name, verdict]]
      }),
    )
    for (const name of this.#begun.see(key, waiting)) {
      const verdict = waiting.get(name)
      if (verdict?.wait) this.#report(route, this.#kind.noteOf(verdict, verdict.wait.backend))
    }
  }

  /** What the last leader has reported is not reported again. */
  lead(lastLed: number): void {
    this.#begun.lead(lastLed)
  }

  #report(route: Judged['route'], found: TimedWaitNote | undefined): void {
    if (!found) return
    const { log, event } = this.#options
    const { note, fields } = found
    log.info({ route: routeTitle(route), ...fields }, `${routeTitle(route)} waits: ${note}`)
    event({ ...about(route), type: 'Normal', reason: this.#kind.reason, action: 'Wait', note })
  }
}
