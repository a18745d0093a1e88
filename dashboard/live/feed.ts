import type { Status } from './api.ts'
import { delayAfter, silenceMs, sleepAfterMs } from './connection.ts'
import { decode, isEntry, isGone, isRoute, isStatus } from './decode.ts'
import { EventStreamReader, type StreamEvent } from './event-stream.ts'
import { type Http, reasonOf, request } from './http.ts'
import { load } from './load.ts'
import type { Store } from './store.ts'

/** What the feed needs of the browser. */
export interface FeedOptions extends Http {
  readonly store: Store
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly random: () => number
  /** Calls back once after `ms`; returns the way to prevent that. */
  readonly after: (ms: number, callback: () => void) => () => void
}

/**
 * Keeps a store as the operator says, for as long as the page is open: follows the stream, loads everything
 * when the stream says `reset`, and comes back by itself after any failure.
 */
export class Feed {
  readonly #options: FeedOptions
  /** How far everything is known; empty while it is not. */
  #lastEventId = ''
  #connection: AbortController | undefined
  /** The load that the last `reset` began. */
  #loading: AbortController | undefined
  #wake: () => void = () => {}
  #isStopped = false
  #isAsleep = false
  #stayAwake: () => void = () => {}

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Resolves after `stop`. */
  async run(): Promise<void> {
    while (!this.#isStopped) await (this.#isAsleep ? this.#sleep() : this.#attempt())
  }

  stop(): void {
    this.#isStopped = true
    this.#connection?.abort()
    this.#wake()
  }

  /** Nobody looks at the page: after a while it lets go of its connection, which other tabs may need. */
  hide(): void {
    this.#stayAwake()
    this.#stayAwake = this.#options.after(sleepAfterMs, () => {
      this.#isAsleep = true
      this.#connection?.abort(nobodyLooks)
      this.#wake()
    })
  }

  /** The page is looked at again. */
  show(): void {
    this.#stayAwake()
    this.#isAsleep = false
    this.hurry()
  }

  /**
   * There is a reason for hope, such as a network that is back: wait no longer, and trust no old connection.
   */
  hurry(): void {
    const { store, now } = this.#options
    const { heardAt } = store.connection
    if (heardAt !== undefined && now() - heardAt > silenceMs) this.#connection?.abort(silence)
    this.#wake()
  }

  #sleep(): Promise<void> {
    this.#options.store.connect({ kind: 'asleep' })
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** One connection, and after its failure the wait until the next. */
  async #attempt(): Promise<void> {
    const { store, now, random } = this.#options
    store.connect({ kind: 'trying' })
    const why = await this.#follow()
    if (this.#isStopped || this.#isAsleep) return
    const delay = delayAfter(store.connection.failures, random())
    store.connect({ kind: 'failed', why, retryAt: now() + delay })
    await this.#pause(delay)
  }

  /** Follows one connection to its end; answers why it ended. */
  async #follow(): Promise<string> {
    const connection = new AbortController()
    this.#connection = connection
    try {
      await this.#read(connection)
      return 'the operator ended the stream'
    } catch (error) {
      return reasonOf(connection.signal.aborted ? connection.signal.reason : error)
    } finally {
      connection.abort()
      this.#loading?.abort()
    }
  }

  async #read(connection: AbortController): Promise<void> {
    const { store, now } = this.#options
    const headers: Record<string, string> = this.#lastEventId ? { 'last-event-id': this.#lastEventId } : {}
    const response = await this.#request(headers, connection)
    if (!response.body) throw new Error('the stream has no body')
    const reader = new EventStreamReader(this.#lastEventId)
    const texts = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (
      let text = await this.#heard(texts, connection);
      !text.done;
      text = await this.#heard(texts, connection)
    ) {
      store.connect({ kind: 'heard', at: now() })
      for (const event of reader.read(text.value)) this.#take(event, connection)
    }
  }

  #request(headers: Record<string, string>, connection: AbortController): Promise<Response> {
    const answer = request(this.#options, '/api/v1/stream', { headers, signal: connection.signal })
    return this.#unlessSilent(answer, connection)
  }

  #heard(texts: ReadableStreamDefaultReader<string>, connection: AbortController) {
    return this.#unlessSilent(texts.read(), connection)
  }

  /** A server that says nothing for too long ends the connection: the network may have swallowed it. */
  async #unlessSilent<T>(work: Promise<T>, connection: AbortController): Promise<T> {
    const forget = this.#options.after(silenceMs, () => connection.abort(silence))
    try {
      return await work
    } finally {
      forget()
    }
  }

  #take({ type, data, id }: StreamEvent, connection: AbortController): void {
    const { store, now } = this.#options
    this.#lastEventId = id
    if (type === 'reset') this.#load(connection)
    else if (type === 'route') store.putRoutes([decode(data, isRoute, 'a route')])
    else if (type === 'gone') store.removeRoute(decode(data, isGone, 'the name of a route'))
    else if (type === 'timeline') store.addEntries([decode(data, isEntry, 'a line of the timeline')])
    else if (type === 'status') store.setStatus(decode(data, isStatus, 'a status'), now())
    if (!store.isLoading && hasReached(id, store.status)) store.connect({ kind: 'current' })
  }

  /** A load that an earlier `reset` began is called off: its end would be taken for the end of this one. */
  #load(connection: AbortController): void {
    this.#loading?.abort()
    const loading = new AbortController()
    this.#loading = loading
    load(this.#options, this.#options.store, loading.signal).catch((error: unknown) => {
      if (this.#loading !== loading) return
      // What was only half loaded must not be taken for known by the next connection.
      this.#lastEventId = ''
      connection.abort(error)
    })
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const forget = this.#options.after(ms, resolve)
      this.#wake = () => {
        forget()
        resolve()
      }
    })
  }
}

/**
 * True when all is known that had happened when the server spoke of itself: a resumed stream has caught up.
 */
const hasReached = (id: string, status: Status | undefined) =>
  status !== undefined && Number(id.split('-').at(-1)) >= status.revision

const silence = new Error('nothing was heard for too long')
const nobodyLooks = new Error('nobody looked at the page')
