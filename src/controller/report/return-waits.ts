import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Verdict } from '../../core/judge.ts'
import { durationText } from '../../core/words.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import type { Judged } from '../../routes/judge.ts'
import { type RouteKey, routeTitle } from '../../routes/key.ts'
import type { RouteMemory } from '../memory.ts'
import { unreportedWindowMs } from '../platform.ts'
import { about } from './texts.ts'

export interface ReturnWaitsOptions {
  readonly memory: RouteMemory
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly event: (input: EventInput) => void
  /** False while another replica leads, and reports for all. */
  readonly leads: () => boolean
}

/** Waits of a route that have begun, each by its split and backend. */
interface Begun {
  readonly waits: ReadonlySet<string>
  /** When another replica should have reported them (ms on the clock); absent for what this one has reported. */
  readonly leftAt?: number | undefined
}

/** Reports that a backend is ready again and has to wait: once for each time that it comes back. */
export class ReturnWaits {
  readonly #options: ReturnWaitsOptions
  /** Nothing is kept of a route that does not wait. */
  readonly #begun: Map<RouteKey, Begun>

  constructor(options: ReturnWaitsOptions) {
    this.#options = options
    this.#begun = options.memory.part()
  }

  /** Must be called with each look at a route. */
  see(key: RouteKey, { route, verdicts }: Judged): void {
    const waiting = verdicts.filter(({ wait }) => wait?.what === 'return')
    const before = this.#begun.get(key)
    if (waiting.length === 0) {
      this.#begun.delete(key)
      return
    }
    const { leads, clock } = this.#options
    const waits = new Set(waiting.map(nameOf))
    if (!leads()) {
      const isNew = [...waits].some((name) => !before?.waits.has(name))
      this.#begun.set(key, { waits, leftAt: isNew ? clock.now() : before?.leftAt })
      return
    }
    const known = before?.leftAt === undefined ? before?.waits : undefined
    for (const verdict of waiting) if (!known?.has(nameOf(verdict))) this.#report(route, verdict)
    this.#begun.set(key, { waits })
  }

  /** As for the `Reporter`: what the last leader has reported is not reported again. */
  lead(lastLed: number): void {
    for (const [key, { waits, leftAt }] of this.#begun)
      if (leftAt !== undefined && leftAt < lastLed - unreportedWindowMs) this.#begun.set(key, { waits })
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

const nameOf = ({ split, wait }: Verdict): string => {
  const backend = wait && split.backends[wait.backend]
  return `${split.where ?? ''} ${backend?.service} ${backend?.port ?? ''}`
}
