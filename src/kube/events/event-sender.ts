import { createBackoff } from '../../base/backoff.ts'
import { type Clock, sleep } from '../../base/clock.ts'
import { isPassing, type KubeError, waitAskedBy } from '../errors.ts'
import type { Transport } from '../http/transport.ts'
import { resourcePath } from '../resource.ts'
import type { EventLosses } from './event-losses.ts'
import { eventObject, namespaceOf, type Series, seriesPatch } from './event-object.ts'
import type { TrackedSeries } from './event-series.ts'

const resource = { group: 'events.k8s.io', version: 'v1', plural: 'events' } as const
const maxFailures = 5

type EventSenderOptions = {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  readonly reportingInstance: string
  readonly losses: EventLosses
  /** Gives up whatever is being sent. */
  readonly signal: AbortSignal
}

/** Sends one event at a time to the server, and tries again as long as that may help. */
export class EventSender {
  readonly #options: EventSenderOptions

  constructor(options: EventSenderOptions) {
    this.#options = options
  }

  /** `written`: the server has it. `lost`: it was given up. `later`: this replica may not write now. */
  async send(series: TrackedSeries): Promise<'written' | 'lost' | 'later'> {
    const { clock, random, losses, signal } = this.#options
    const backoff = createBackoff(1_000, 30_000, random)
    let failures = 0
    while (!signal.aborted) {
      const error = await this.#try(series)
      if (error === undefined) return 'written'
      if (error.kind === 'notLeader') return 'later'
      // A server that cannot be reached, or is too busy, has not refused this event.
      if (error.kind !== 'unreachable' && error.kind !== 'throttled') failures += 1
      if (!isPassing(error) || failures === maxFailures) {
        if (!signal.aborted) losses.add(error.message)
        return 'lost'
      }
      await sleep(clock, Math.max(backoff.next(), waitAskedBy(error) ?? 0), signal)
    }
    return 'lost'
  }

  /**
   * Creates the event, or updates how often it was seen. A retry uses the same name, so 409 means that
   * the first attempt had been applied.
   */
  async #try(series: TrackedSeries): Promise<KubeError | undefined> {
    const creates = series.written === 0
    const { count } = series
    const answer = await this.#options.transport.request({
      ...(creates ? creation(series, this.#options.reportingInstance) : update(series)),
      timeoutMs: 10_000,
      signal: this.#options.signal,
    })
    if (answer.ok) series.written = count
    else if (creates && answer.error.kind === 'conflict') series.written = 1
    else if (creates || answer.error.kind !== 'notFound') return answer.error
    else {
      // The server forgets events after an hour or so: create it again.
      series.written = 0
      return this.#try(series)
    }
    return undefined
  }
}

function creation(series: Series, reportingInstance: string) {
  const path = resourcePath(resource, namespaceOf(series.input))
  return { method: 'POST', path, body: eventObject(series, reportingInstance) } as const
}

function update(series: Series) {
  const path = resourcePath(resource, namespaceOf(series.input), series.name)
  return {
    method: 'PATCH',
    path,
    body: seriesPatch(series),
    contentType: 'application/merge-patch+json',
  } as const
}
