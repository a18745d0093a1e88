import type { Log } from '../../base/log.ts'
import type { Verdict } from '../../core/judge.ts'
import { durationText } from '../../core/words.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import type { Judged } from '../../routes/judge.ts'
import { type RouteKey, routeTitle } from '../../routes/key.ts'
import { BegunWaits, type BegunWaitsOptions, namedBy } from './begun-waits.ts'
import { about } from './texts.ts'

export interface ReturnWaitsOptions extends BegunWaitsOptions {
  readonly log: Log
  readonly event: (input: EventInput) => void
}

/** Reports that a backend is ready again and has to wait: once for each time that it comes back. */
export class ReturnWaits {
  readonly #options: ReturnWaitsOptions
  readonly #begun: BegunWaits

  constructor(options: ReturnWaitsOptions) {
    this.#options = options
    this.#begun = new BegunWaits(options)
  }

  /** Must be called with each look at a route. */
  see(key: RouteKey, { route, verdicts }: Judged): void {
    const waiting = new Map(verdicts.flatMap((verdict) => namedBy(verdict, 'return')))
    for (const name of this.#begun.see(key, new Set(waiting.keys()))) {
      const verdict = waiting.get(name)
      if (verdict) this.#report(route, verdict)
    }
  }

  /** What the last leader has reported is not reported again. */
  lead(lastLed: number): void {
    this.#begun.lead(lastLed)
  }

  #report(route: Judged['route'], { split, wait, returnAfterMs }: Verdict): void {
    const backend = wait && split.backends[wait.backend]
    if (!backend) return
    const { log, event } = this.#options
    const after = durationText(returnAfterMs)
    const where = split.where === undefined ? '' : ` (${split.where})`
    const note = `${backend.service} is ready again; it gets its traffic back when it has stayed ready for ${after}${where}`
    log.info({ route: routeTitle(route), service: backend.service }, `${routeTitle(route)} waits: ${note}`)
    event({ ...about(route), type: 'Normal', reason: 'ReturnWaits', action: 'Wait', note })
  }
}
