import { type Clock, sleep, type Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Transport } from '../http/transport.ts'
import { EventLosses } from './event-losses.ts'
import type { EventInput } from './event-object.ts'
import { EventSender } from './event-sender.ts'
import { SeriesBook, type TrackedSeries } from './event-series.ts'

export type { EventInput } from './event-object.ts'

export type EventRecorderOptions = {
  readonly transport: Transport
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  /** Who reports: the name of the Pod. */
  readonly reportingInstance: string
  /** True while more important work is in progress: each event waits for its end, for a minute at most. */
  readonly busy: () => boolean
}

/**
 * Reports Events to the cluster from a queue of its own: never blocks, never throws; when it is full, it
 * drops.
 */
export interface EventRecorder {
  record(input: EventInput): void
  /** Resolves when all that was recorded until now is sent or given up. */
  flush(): Promise<void>
  /**
   * Keeps new events, and sends nothing until `resume()`. It pauses by itself when a write is `notLeader`.
   */
  pause(): void
  resume(): void
  /** Sends what it can within `patienceMs`, then stops for good. */
  stop(patienceMs: number): Promise<void>
  /** Events that were lost: too many waited, the server would not take them, or the operator stopped. */
  readonly lost: number
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options)
}

/** Twice the number of routes that may fail over at once; about a kilobyte each. */
const maxQueued = 20_000
const maxInFlight = 2
/** How long an event waits for more important work at most (ms), and how often that is checked (ms). */
const longestYieldMs = 60_000
const yieldMs = 50

class Recorder implements EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #stopping = new AbortController()
  readonly #queue: TrackedSeries[] = []
  readonly #losses: EventLosses
  readonly #series: SeriesBook
  readonly #sender: EventSender
  #waiting: (() => void)[] = []
  #inFlight = 0
  #yielding: Timer | undefined
  #closed = false
  #paused = false

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#losses = new EventLosses(options.log)
    this.#series = new SeriesBook(options)
    this.#sender = new EventSender({ ...options, losses: this.#losses, signal: this.#stopping.signal })
  }

  get lost(): number {
    return this.#losses.total
  }

  record(input: EventInput): void {
    if (this.#closed) return
    const series = this.#series.count(input)
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
    if (unsent > 0) this.#losses.add('the operator is stopping', unsent)
    this.#queue.length = 0
  }

  #enqueue(series: TrackedSeries): void {
    series.queued = true
    series.queuedAt = this.#options.clock.now()
    this.#queue.push(series)
    if (this.#queue.length <= maxQueued) return
    const oldest = this.#queue.shift()
    if (oldest) oldest.queued = false
    this.#losses.add(`more than ${maxQueued} were waiting, so the oldest are dropped`)
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

  /** Lets more important work go first, and makes sure that the queue continues afterwards. */
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

  async #sendThenNext(series: TrackedSeries): Promise<void> {
    const outcome = await this.#sender.send(series)
    if (outcome === 'later') this.#paused = true
    this.#inFlight -= 1
    series.queued = false
    if (outcome !== 'lost' && series.count > series.written) this.#enqueue(series)
    this.#pump()
  }
}
