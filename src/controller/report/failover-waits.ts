import type { Log } from '../../base/log.ts'
import type { Verdict } from '../../core/judge.ts'
import { graceOf } from '../../core/policy/patience.ts'
import { durationText, readinessText } from '../../core/words.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import type { Judged } from '../../routes/judge.ts'
import { type RouteKey, routeTitle } from '../../routes/key.ts'
import { BegunWaits, type BegunWaitsOptions, namedBy } from './begun-waits.ts'
import { about } from './texts.ts'

export interface FailoverWaitsOptions extends BegunWaitsOptions {
  readonly log: Log
  readonly event: (input: EventInput) => void
}

/** Reports that a backend with too few ready endpoints keeps its traffic for a while: once for each time that it begins. */
export class FailoverWaits {
  readonly #options: FailoverWaitsOptions
  readonly #begun: BegunWaits

  constructor(options: FailoverWaitsOptions) {
    this.#options = options
    this.#begun = new BegunWaits(options)
  }

  /** Must be called with each look at a route. */
  see(key: RouteKey, { route, verdicts }: Judged): void {
    const waiting = new Map(verdicts.flatMap((verdict) => namedBy(verdict, 'failover')))
    for (const name of this.#begun.see(key, new Set(waiting.keys()))) {
      const verdict = waiting.get(name)
      const note = verdict && noteOf(verdict)
      if (note !== undefined) this.#report(route, note)
    }
  }

  /** What the last leader has reported is not reported again. */
  lead(lastLed: number): void {
    this.#begun.lead(lastLed)
  }

  #report(route: Judged['route'], note: string): void {
    const { log, event } = this.#options
    log.info({ route: routeTitle(route) }, `${routeTitle(route)} waits: ${note}`)
    event({ ...about(route), type: 'Normal', reason: 'FailoverWaits', action: 'Wait', note })
  }
}

/** Without the time of its end, so that repeated Events join a series: it follows from that of the Event. */
function noteOf({ split, wait, readiness }: Verdict): string | undefined {
  const backend = wait && split.backends[wait.backend]
  const known = wait && readiness[wait.backend]
  if (!backend || !known || !split.policy) return undefined
  const isDown = known.state === 'down'
  const few = isDown ? '' : ', which is too few'
  const grace = durationText(graceOf(split.policy, isDown))
  const where = split.where === undefined ? '' : ` (${split.where})`
  return `${readinessText(backend.service, known)}${few}; it keeps its traffic for ${grace}, to see whether it has enough again${where}`
}
