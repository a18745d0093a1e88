import { createBackoff } from '../backoff.ts'
import { type Clock, sleep, type Timer } from '../clock.ts'
import type { Log } from '../log.ts'
import { isPassing, type KubeError, waitAskedBy } from './errors.ts'
import { EventLosses } from './event-losses.ts'
import {
  type EventInput,
  eventName,
  eventObject,
  namespaceOf,
  type Series,
  seriesKey,
  seriesPatch,
} from './event-object.ts'
import { resourcePath } from './resource.ts'
import type { Transport } from './transport.ts'

export type { EventInput } from './event-object.ts'

export type EventRecorderOptions = {
  readonly transport: Transport
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  /** Who reports: the name of the Pod. */
  readonly reportingInstance: string
  /** True while there is work that matters more: each event waits for its end, for a minute at most. */
  readonly busy: () => boolean
}

/** Tells the cluster what happened, in a lane of its own: never blocks, never throws, loses rather than waits. */
export interface EventRecorder {
  record(input: EventInput): void
  /** Resolves when all that was recorded until now is sent or given up. */
  flush(): Promise<void>
  /** Keeps what comes, and sends nothing until `resume()`. It pauses by itself when a write is `notLeader`. */
  pause(): void
  resume(): void
  /** Sends what it can within `patienceMs`, then nothing any more. */
  stop(patienceMs: number): Promise<void>
  /** Events that were lost: too many waited, the server would not take them, or the end came. */
  readonly lost: number
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options)
}

const resource = { group: 'events.k8s.io', version: 'v1', plural: 'events' } as const
/** Twice as many as routes that may fail over at once; about a kilobyte each. */
const maxQueued = 20_000
const maxInFlight = 2
const maxFailures = 5
/** An event waits for more important work so long, and no longer (ms); it is asked for at this pace (ms). */
const longestYieldMs = 60_000
const yieldMs = 50
/** An equal event within this time joins the series; client-go's number. */
const seriesMs = 6 * 60_000
const maxSeries = 2000

/** `told`: the count that the server knows, 0 before it knows the event. `queued`: also while it is sent. */
type Known = Series & { seenAt: number; queuedAt: number; told: number; queued: boolean }

class Recorder implements EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #stopping = new AbortController()
  readonly #known = new Map<string, Known>()
  readonly #queue: Known[] = []
  readonly #losses: EventLosses
  #waiting: (() => void)[] = []
  #inFlight = 0
  #yielding: Timer | undefined
  #closed = false
  #paused = false

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#losses = new EventLosses(options.log)
  }

  get lost(): number {
    return this.#losses.total
  }

  record(input: EventInput): void {
    if (this.#closed) return
    const series = this.#observe(input)
    if (!series.queued) this.#enqueue(series)
    this.#pump()
  }

  flush(): Promise<void> {
    if (this.#isIdle) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#pump()
  }

  async stop(patienceMs: number): Promise<void> {
    this.#closed = true
    this.#pump()
    const patience = new AbortController()
    await Promise.race([this.flush(), sleep(this.#options.clock, patienceMs, patience.signal)])
    patience.abort()
    this.#stopping.abort()
    this.#yielding?.cancel()
    const unsent = this.#queue.length + this.#inFlight
    if (unsent > 0) this.#losses.add('the operator ends', unsent)
    this.#queue.length = 0
  }

  /** The series that the event belongs to, with the event counted in. */
  #observe(input: EventInput): Known {
    const key = seriesKey(input)
    const { clock, random } = this.#options
    const wallTime = clock.wallTime()
    let series = this.#known.get(key)
    if (series && clock.now() - series.seenAt < seriesMs) {
      Object.assign(series, { input, count: series.count + 1, lastSeen: wallTime, seenAt: clock.now() })
    } else {
      const name = eventName(input.regarding.name, wallTime, random())
      const times = { firstSeen: wallTime, lastSeen: wallTime, seenAt: clock.now(), queuedAt: 0 }
      series = { input, name, ...times, count: 1, told: 0, queued: false }
    }
    this.#remember(key, series)
    return series
  }

  /** Keeps the map in the order of last use, and bounded. */
  #remember(key: string, series: Known): void {
    this.#known.delete(key)
    this.#known.set(key, series)
    if (this.#known.size <= maxSeries) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }

  #enqueue(series: Known): void {
    Object.assign(series, { queued: true, queuedAt: this.#options.clock.now() })
    this.#queue.push(series)
    if (this.#queue.length <= maxQueued) return
    const oldest = this.#queue.shift()
    if (oldest) oldest.queued = false
    this.#losses.add(`more than ${maxQueued} wait, so the oldest go`)
  }

  get #isIdle(): boolean {
    return this.#queue.length === 0 && this.#inFlight === 0
  }

  #pump(): void {
    while (!this.#paused && this.#inFlight < maxInFlight && !this.#yields()) {
      const series = this.#queue.shift()
      if (!series) break
      this.#inFlight += 1
      void this.#sendThenNext(series)
    }
    if (!this.#isIdle) return
    this.#losses.end()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Lets more important work go first, and sees to it that the lane goes on afterwards. */
  #yields(): boolean {
    const { clock, busy } = this.#options
    const [first] = this.#queue
    if (!first || this.#closed || clock.now() - first.queuedAt >= longestYieldMs || !busy()) return false
    this.#yielding ??= clock.after(yieldMs, () => {
      this.#yielding = undefined
      this.#pump()
    })
    return true
  }

  async #sendThenNext(series: Known): Promise<void> {
    const outcome = await this.#send(series)
    this.#inFlight -= 1
    series.queued = false
    if (outcome !== 'lost' && series.count > series.told) this.#enqueue(series)
    this.#pump()
  }

  /** `told`: the server knows of it. `lost`: it was given up. `later`: it waits for leave to write. */
  async #send(series: Known): Promise<'told' | 'lost' | 'later'> {
    const { clock, random } = this.#options
    const backoff = createBackoff(1_000, 30_000, random)
    let failures = 0
    while (!this.#stopping.signal.aborted) {
      const error = await this.#try(series)
      if (error === undefined) return 'told'
      if (error.kind === 'notLeader') {
        this.#paused = true
        return 'later'
      }
      // A server that cannot be reached, or is too busy, says nothing against this event.
      if (error.kind !== 'unreachable' && error.kind !== 'throttled') failures += 1
      if (!isPassing(error) || failures === maxFailures) {
        if (!this.#stopping.signal.aborted) this.#losses.add(error.message)
        return 'lost'
      }
      await sleep(clock, Math.max(backoff.next(), waitAskedBy(error) ?? 0), this.#stopping.signal)
    }
    return 'lost'
  }

  /**
   * Creates the event, or tells the server how often it was seen. A retry uses the same name, so 409 says that
   * the first attempt had been applied.
   */
  async #try(series: Known): Promise<KubeError | undefined> {
    const creates = series.told === 0
    const { count } = series
    const answer = await this.#options.transport.request({
      ...(creates ? this.#creation(series) : this.#update(series)),
      timeoutMs: 10_000,
      signal: this.#stopping.signal,
    })
    if (answer.ok) series.told = count
    else if (creates && answer.error.kind === 'conflict') series.told = 1
    else if (creates || answer.error.kind !== 'notFound') return answer.error
    else {
      // The server forgets events after an hour or so: tell it anew.
      series.told = 0
      return this.#try(series)
    }
    return undefined
  }

  #creation(series: Series) {
    const path = resourcePath(resource, namespaceOf(series.input))
    return { method: 'POST', path, body: eventObject(series, this.#options.reportingInstance) } as const
  }

  #update(series: Series) {
    const path = resourcePath(resource, namespaceOf(series.input), series.name)
    return {
      method: 'PATCH',
      path,
      body: seriesPatch(series),
      contentType: 'application/merge-patch+json',
    } as const
  }
}
