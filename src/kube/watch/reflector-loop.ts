import { type Backoff, createBackoff } from '../../base/backoff.ts'
import { sleep } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { type KubeError, waitAskedBy } from '../errors.ts'
import { StreamBreak } from '../http/read-lines.ts'
import { isSameResource, type Resource } from '../resource.ts'
import { eventsOf, type Listed } from './list.ts'
import { ListBuffer } from './list-buffer.ts'
import { currentVersion } from './pages.ts'
import { Listing } from './reflector-listing.ts'
import {
  type ReflectorOptions,
  type ReflectorState,
  readingPath,
  readingQuery,
  resolve,
  type Step,
  serverTimeout,
} from './reflector-state.ts'
import { compareResourceVersions } from './store.ts'
import { readWatchEvent, typeOfEvent } from './watch-event.ts'

/** A watch that ends sooner counts as a failure, or it would be opened again and again. */
const shortWatchMs = 1_000

/** The state machine that `ReflectorState` documents: each step returns the next. */
export class ReflectorLoop<T> {
  state: ReflectorState = 'resolving'
  /** The failure that was last logged: each is logged once until there is progress. '' if there is none. */
  complaint = ''
  readonly #options: ReflectorOptions<T>
  readonly #stopping = new AbortController()
  readonly #buffer: ListBuffer<T>
  readonly #listing: Listing<T>
  readonly #failures: Backoff
  readonly #absences: Backoff
  #lastSeen = ''
  readonly #logPresence: (served: boolean) => void

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
    this.#buffer = new ListBuffer(options)
    this.#listing = new Listing({ ...options, buffer: this.#buffer, signal: this.#stopping.signal })
    this.#failures = createBackoff(800, 30_000, options.random)
    this.#absences = createBackoff(5_000, 16_000, options.random)
    this.#logPresence = presenceLog(options.name, options.log)
  }

  stop(): void {
    this.#stopping.abort()
  }

  async run(): Promise<void> {
    let step: Step = resolve
    while (!this.#stopping.signal.aborted) step = await this.#safely(step)
    this.#enter('stopped')
  }

  /** A bug in here or behind a callback must not stop the reflector either. */
  async #safely(step: Step): Promise<Step> {
    try {
      return await this.#take(step)
    } catch (problem) {
      return this.#backOff({ kind: 'protocol', message: `internal error: ${String(problem)}` }, resolve)
    }
  }

  #take(step: Step): Promise<Step> {
    switch (step.kind) {
      case 'resolve':
        return this.#resolve(step)
      case 'list':
        return this.#list(step.resource)
      case 'watch':
        return this.#watch(step)
      case 'follow':
        return this.#follow(step.resource, step.listed)
      case 'wait':
        return this.#wait(step)
    }
  }

  async #resolve({ was }: Step & { kind: 'resolve' }): Promise<Step> {
    if (!was) this.#enter('resolving')
    const found = await this.#options.resource()
    if (was && (!found.ok || isSameResource(found.value, was.resource))) return was
    if (!found.ok) return this.#backOff(found.error, resolve)
    this.#logPresence(found.value !== undefined)
    if (found.value !== undefined) return { kind: 'list', resource: found.value }
    this.#options.writer.markAbsent()
    return { kind: 'wait', state: 'absent', ms: this.#absences.next(), next: resolve }
  }

  async #list(resource: Resource): Promise<Step> {
    this.#enter('listing')
    this.#absences.reset()
    const listed = await this.#listing.read(resource, this.#lastSeen)
    if (listed.kind === 'refused') return { kind: 'list', resource }
    if (listed.kind === 'failed') return this.#backOff(listed.error, resolve)
    this.#lastSeen = listed.resourceVersion
    this.#progressed()
    return listed.events
      ? { kind: 'follow', resource, listed }
      : { kind: 'watch', resource, from: listed.resourceVersion, isDoubtful: false }
  }

  async #watch({ resource, from, isDoubtful }: Step & { kind: 'watch' }): Promise<Step> {
    this.#enter('watching')
    const { transport, random, writer } = this.#options
    // An answer to a write of our own may have shown more than the watch.
    const isBehind = compareResourceVersions(writer.newest, from) > 0
    const seen = isBehind ? writer.newest : from
    const doubt = isDoubtful || isBehind ? await this.#doubt(resource, seen) : undefined
    if (doubt) return doubt
    const opened = await transport.stream({
      method: 'GET',
      path: this.#pathOf(resource),
      query: {
        ...readingQuery(this.#options),
        watch: '1',
        resourceVersion: from,
        allowWatchBookmarks: 'true',
        timeoutSeconds: serverTimeout(random),
      },
      inactivityMs: 120_000,
      signal: this.#stopping.signal,
    })
    if (!opened.ok) return this.#afterFailure(opened.error, resource, false)
    const events = opened.value[Symbol.asyncIterator]()
    return this.#follow(resource, { kind: 'listed', resourceVersion: from, events })
  }

  /**
   * Nothing if the server is at least as far as it was seen to be. After its etcd was restored from a backup,
   * it is not.
   */
  async #doubt(resource: Resource, seen: string): Promise<Step | undefined> {
    const path = this.#pathOf(resource)
    const now = await currentVersion(this.#options.transport, path, this.#stopping.signal)
    if (!now.ok) return this.#afterFailure(now.error, resource, false)
    if (compareResourceVersions(now.value, seen) >= 0) return undefined
    const message = `listing ${path} again: the server is at version ${now.value}, but was at ${seen}; was etcd restored?`
    this.#options.log.warn({ reflector: this.#options.name }, message)
    return { kind: 'list', resource }
  }

  /** Applies events until the watch ends or fails. */
  async #follow(resource: Resource, listed: Listed): Promise<Step> {
    this.#enter('watching')
    const { clock } = this.#options
    const since = clock.now()
    let progressed = false
    this.#lastSeen = listed.resourceVersion
    for await (const item of eventsOf(listed)) {
      const error = item instanceof StreamBreak ? item.error : this.#apply(resource, item)
      if (error) return this.#afterFailure(error, resource, progressed)
      progressed = true
      this.#progressed()
    }
    // The server ends watches by itself when their time is over, and when the CRD has changed.
    const was = { kind: 'watch', resource, from: this.#lastSeen, isDoubtful: !progressed } as const
    const again: Step = this.#options.relists && !progressed ? resolve : { kind: 'resolve', was }
    if (clock.now() - since >= shortWatchMs) return again
    return this.#backOff({ kind: 'protocol', message: 'the watch ended right after it began' }, again)
  }

  /** Returns an error if the event is one. */
  #apply(resource: Resource, item: unknown): KubeError | undefined {
    const { writer, onEvent, log, name } = this.#options
    onEvent?.(typeOfEvent(item))
    const event = readWatchEvent(`watch of ${this.#pathOf(resource)}`, item)
    if (event.kind === 'error') return event.error
    if (event.kind === 'unreadable') {
      log.warn({ reflector: name }, `ignoring an event that cannot be read: ${event.why}`)
      return undefined
    }
    this.#lastSeen = event.resourceVersion
    if (event.kind === 'bookmark') return undefined
    if (event.gone || !this.#buffer.isAskedFor(event)) {
      writer.remove(event.key, event.resourceVersion)
      this.#buffer.forget(event.key)
      return undefined
    }
    // Skips the echo of our own writes, which is half of all route events in a mass failover.
    const isNews = writer.isNews(event.key, event.resourceVersion)
    const projected = isNews ? this.#buffer.project(event) : undefined
    if (projected) writer.apply(event.key, event.resourceVersion, projected.value)
    return undefined
  }

  /**
   * 410 and 404 need a new list, at once if the watch had delivered events; anything else resumes the watch.
   */
  #afterFailure(error: KubeError, resource: Resource, progressed: boolean): Step {
    const isExpired = error.kind === 'expired' || error.kind === 'notFound'
    if (isExpired && progressed) {
      this.#options.log.info({ reflector: this.#options.name }, `listing again: ${error.message}`)
      return resolve
    }
    const again: Step = { kind: 'watch', resource, from: this.#lastSeen, isDoubtful: true }
    return this.#backOff(error, isExpired || this.#options.relists ? resolve : again)
  }

  #pathOf(resource: Resource): string {
    return readingPath(resource, this.#options)
  }

  #backOff(error: KubeError, next: Step): Step {
    const ms = Math.max(this.#failures.next(), waitAskedBy(error) ?? 0)
    if (!this.#stopping.signal.aborted) {
      const fields = { reflector: this.#options.name, error: error.kind, waitMs: Math.round(ms) }
      const isNews = this.complaint !== error.message
      const message = `the watch of ${this.#options.name} failed: ${error.message}`
      this.#options.log[isNews ? 'warn' : 'debug'](fields, message)
      this.complaint = error.message
    }
    return { kind: 'wait', state: 'backingOff', ms, next }
  }

  #progressed(): void {
    this.#failures.reset()
    this.complaint = ''
  }

  async #wait(step: Step & { kind: 'wait' }): Promise<Step> {
    this.#enter(step.state)
    await sleep(this.#options.clock, step.ms, this.#stopping.signal)
    return step.next
  }

  #enter(state: ReflectorState): void {
    if (this.state === state) return
    this.state = state
    this.#options.onState?.(state)
  }
}

/** Returns a function that takes whether `name` is served now, and logs a change. */
function presenceLog(name: string, log: Log): (served: boolean) => void {
  let absent = false
  return (served) => {
    if (served === !absent) return
    absent = !served
    const message = served
      ? `the cluster now serves ${name}`
      : `the cluster does not serve ${name}: it will be watched once its CRD is installed`
    log.info({ watch: name }, message)
  }
}
