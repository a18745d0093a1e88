import { counted } from '../../base/counted.ts'
import type { Log } from '../../base/log.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import { type Drain, drainNames } from '../../policies/drain.ts'
import { type DrainStatus, secondsText, targetsText } from '../../policies/drain-status.ts'
import { objectKey } from '../../policies/object.ts'

export interface DrainEventsOptions {
  readonly log: Log
  readonly event: (input: EventInput) => void
  /** False while another replica leads, and reports for all. */
  readonly leads: () => boolean
}

/**
 * Reports that the traffic has left what a Drain takes out, and that the Drain is over. What was reported is
 * known from the status, which the next leader reads too.
 */
export class DrainEvents {
  readonly #options: DrainEventsOptions
  /** By uid of the Drain: what the last status said, which the watch may not have shown yet. */
  readonly #wrote = new Map<string, string | undefined>()
  /**
   * Drains (by uid) whose traffic has left, as this replica has reported: it may come back, and leave again.
   */
  readonly #drained = new Set<string>()

  constructor(options: DrainEventsOptions) {
    this.#options = options
  }

  /** Must be called with each status that was written into a Drain, and the one before it. */
  wrote(drain: Drain, before: DrainStatus | undefined, after: DrainStatus): void {
    const [was, is] = [this.#wrote.get(drain.uid) ?? reasonOf(before), reasonOf(after)]
    this.#wrote.set(drain.uid, is)
    if (!drain.spec || was === is) return
    const { until, reason, from } = drain.spec
    if (is === 'Drained' && !this.#drained.has(drain.uid)) {
      this.#drained.add(drain.uid)
      const moved = after.routes?.moved ?? 0
      const note = `${counted(moved, 'route sends', 'routes send')} no traffic to ${targetsText(from)} until ${timeText(until)}: ${reason}`
      this.#report(drain, 'Drained', note)
    }
    if (is === 'Expired') this.#ended(drain, `it ended at ${timeText(until)}`)
  }

  /** A Drain that was in effect is over, because it was deleted. */
  deleted(drain: Drain): void {
    this.#wrote.delete(drain.uid)
    if (this.#options.leads()) this.#ended(drain, 'it was deleted')
  }

  #ended(drain: Drain, why: string): void {
    this.#drained.delete(drain.uid)
    this.#report(drain, 'DrainEnded', `${why}; ${targetsText(drain.spec?.from ?? [])} may serve again`)
  }

  #report(drain: Drain, reason: 'Drained' | 'DrainEnded', note: string): void {
    const { log, event } = this.#options
    log.info({ drain: objectKey(drain) }, `Drain ${objectKey(drain)}: ${note}`)
    const { namespace, name, uid } = drain
    const apiVersion = `${drainNames.group}/${drainNames.versions[0]}`
    const regarding = { apiVersion, kind: 'Drain', namespace, name, uid }
    event({ regarding, type: 'Normal', reason, action: 'Drain', note })
  }
}

const reasonOf = (status: DrainStatus | undefined): string | undefined =>
  status?.conditions.find(({ type }) => type === 'Active')?.reason

const timeText = (at: number): string => secondsText(new Date(at))
