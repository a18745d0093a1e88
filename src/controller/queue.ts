import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { Lanes } from './lanes.ts'

/** What made a key due; of several the earliest is kept, so that reaction time is measured from it. */
export interface Cause {
  /** When the change arrived, ms on the clock's monotonic axis. */
  readonly at: number
  /** When the cluster changed, as the change itself reports it (epoch ms); absent if it does not. */
  readonly changedAt?: number | undefined
}

/**
 * `done`: nothing is left to do. `lookAgainMs`: the key is due then by itself, which is no failure; earlier
 * if it changes, and then it must ask again. `retry`: it failed, and is tried again after its backoff.
 * `retryAfterMs`: the same, but no sooner than the server asked for.
 */
export type Handled = 'done' | 'retry' | { readonly lookAgainMs: number } | { readonly retryAfterMs: number }

export interface QueueOptions {
  readonly clock: Clock
  /** Most keys handled at the same time. */
  readonly concurrency: number
  /** Handles one key. Must not reject: that is a bug. */
  readonly handle: (key: string, cause: Cause) => Promise<Handled>
  readonly onBug: (key: string, error: unknown) => void
  /** Whether a key goes before others, asked when it becomes due; without it none does. */
  readonly isUrgent?: (key: string) => boolean
}

/** Logs what a handler threw; `what` it did with a key that is a `field` of log lines. */
export const logBugs =
  (log: Log, field: 'route' | 'service', what: (key: string) => string): QueueOptions['onBug'] =>
  (key, error) =>
    log.error({ [field]: key, err: error }, `bug: ${what(key)} threw an exception; it will be tried again`)

interface Entry {
  cause: Cause | undefined
  dueSince: number
  running: boolean
  again: boolean
  failures: number
  /**
   * Makes the key due: after a backoff, a wait that the server asked for, or when it is to be looked at
   * again.
   */
  timer: Timer | undefined
  /** The server asked for no request about it before (ms on the clock). */
  notBefore: number
}

const firstBackoffMs = 5
const longestBackoffMs = 30_000
/** A due key that no worker took for so long means that no work is done (ms). */
const stuckAfterMs = 120_000

/**
 * Keys that need work. A key is in it once, is handled by one worker at a time, and comes back by itself
 * after a failure: 5 ms, doubling to 30 s; or when it asked to be looked at again. A fresh change does not
 * wait for that backoff, but it does for a wait that the server asked for. It starts paused, so that keys can
 * gather before the caches are complete.
 */
export class Queue {
  readonly #options: QueueOptions
  readonly #entries = new Map<string, Entry>()
  readonly #due = new Lanes()
  #inFlight = 0
  #state: 'paused' | 'open' | 'draining' = 'paused'
  #pumpScheduled = false
  #drained: (() => void) | undefined

  constructor(options: QueueOptions) {
    this.#options = options
  }

  /** Keys that are due and not taken yet (count). */
  get depth(): number {
    return this.#due.size
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** How long the oldest due key has waited for a worker (ms); 0 with nothing due or while paused. */
  get oldestAgeMs(): number {
    if (this.#due.size === 0 || this.#state === 'paused') return 0
    const since = [...this.#due.oldest()].map((key) => this.#entry(key).dueSince)
    return this.#options.clock.now() - Math.min(...since)
  }

  /** That no work is done, in words, if a due key has waited too long; `what`: what a key stands for. */
  stuck(what: string): string[] {
    const { oldestAgeMs, inFlight } = this
    const seconds = Math.round(oldestAgeMs / 1000)
    return oldestAgeMs > stuckAfterMs
      ? [`no progress: ${what} has waited ${seconds} s for a worker (${inFlight} are busy)`]
      : []
  }

  /** Lets the workers begin. What gathered until now counts as due from now on. */
  start(): void {
    if (this.#state !== 'paused') return
    this.#state = 'open'
    for (const [key, entry] of this.#entries)
      if (this.#due.has(key)) entry.dueSince = this.#options.clock.now()
    this.#schedulePump()
  }

  /** Makes a key due now. */
  add(key: string, cause: Cause): void {
    const entry = this.#entry(key)
    entry.cause ??= cause
    if (entry.running) entry.again = true
    else this.#makeDue(key, entry)
  }

  /** Takes no more keys; resolves when those in flight are finished. */
  drain(): Promise<void> {
    this.#state = 'draining'
    for (const entry of this.#entries.values()) entry.timer?.cancel()
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#drained = resolve
    })
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key)
    if (known) return known
    const entry: Entry = {
      cause: undefined,
      dueSince: 0,
      running: false,
      again: false,
      failures: 0,
      timer: undefined,
      notBefore: 0,
    }
    this.#entries.set(key, entry)
    return entry
  }

  #makeDue(key: string, entry: Entry): void {
    entry.timer?.cancel()
    entry.timer = undefined
    const isDue = this.#due.has(key)
    if (!isDue && this.#isHeld(key, entry)) return
    if (!isDue) entry.dueSince = this.#options.clock.now()
    this.#due.add(key, this.#options.isUrgent?.(key) === true)
    this.#schedulePump()
  }

  #makeDueAfter(key: string, entry: Entry, ms: number): void {
    entry.timer = this.#options.clock.after(ms, () => this.#makeDue(key, entry))
  }

  /** True if the server asked for a wait that is not over: then the key comes back by itself. */
  #isHeld(key: string, entry: Entry): boolean {
    const ms = entry.notBefore - this.#options.clock.now()
    if (ms <= 0) return false
    if (this.#state !== 'draining') this.#makeDueAfter(key, entry, ms)
    return true
  }

  /** One turn later, so that all changes of one chunk of a watch are in before the first decision. */
  #schedulePump(): void {
    if (this.#pumpScheduled || this.#state !== 'open') return
    this.#pumpScheduled = true
    queueMicrotask(() => {
      this.#pumpScheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#state === 'open' && this.#inFlight < this.#options.concurrency) {
      const key = this.#due.take()
      if (key === undefined) return
      void this.#run(key, this.#entry(key))
    }
  }

  async #run(key: string, entry: Entry): Promise<void> {
    const cause = entry.cause ?? { at: this.#options.clock.now() }
    entry.cause = undefined
    entry.again = false
    entry.running = true
    this.#inFlight += 1
    const outcome = await this.#handle(key, cause)
    this.#inFlight -= 1
    entry.running = false
    if (outcome === 'done') this.#succeeded(key, entry)
    else if (outcome === 'retry') this.#failed(key, entry, cause, 0)
    else if ('retryAfterMs' in outcome) this.#failed(key, entry, cause, outcome.retryAfterMs)
    else this.#succeeded(key, entry, outcome.lookAgainMs)
    if (this.#inFlight === 0) this.#drained?.()
    this.#schedulePump()
  }

  async #handle(key: string, cause: Cause): Promise<Handled> {
    try {
      return await this.#options.handle(key, cause)
    } catch (error) {
      this.#options.onBug(key, error)
      return 'retry'
    }
  }

  #succeeded(key: string, entry: Entry, lookAgainMs?: number): void {
    entry.failures = 0
    if (entry.again) this.#makeDue(key, entry)
    else if (lookAgainMs === undefined || this.#state === 'draining') this.#entries.delete(key)
    else this.#makeDueAfter(key, entry, lookAgainMs)
  }

  #failed(key: string, entry: Entry, cause: Cause, askedMs: number): void {
    entry.cause = cause
    entry.notBefore = this.#options.clock.now() + askedMs
    const wait = Math.min(firstBackoffMs * 2 ** entry.failures, longestBackoffMs)
    entry.failures += 1
    if (this.#state === 'draining') return
    if (entry.again) this.#makeDue(key, entry)
    else this.#makeDueAfter(key, entry, wait)
  }
}
