import type { Writable } from 'node:stream'
import type { Clock, Timer } from '../../base/clock.ts'
import type { ApiSources } from '../api/sources.ts'
import { statusOf } from '../api/status.ts'
import { type Batch, batchAfter, frame, idAt, revisionOf } from './frames.ts'

/** How long changes are collected before they are sent, and at most while many weights are written (ms). */
const gatherMs = 50
const gatherBusyMs = 500
const heartbeatMs = 5_000
/** A reader whose connection accepts no data for so long is dropped (ms). */
const patienceMs = 15_000
/** The most that is written to one connection at once (bytes). */
const maxBatchBytes = 128 * 1024
export const maxClients = 64

interface Client {
  readonly response: Writable
  /** The last revision that was sent to it. */
  cursor: number
  /** Since when its connection has accepted no data, on the clock. */
  blockedSince: number | undefined
}

/**
 * Sends every change to all readers of the stream. A reader is only a position in the order of changes:
 * nothing is kept for a slow reader, which later receives the state at that time. Nothing is serialised if
 * there is no reader, and only once for all readers at the same position.
 */
export class Hub {
  readonly #sources: ApiSources
  readonly #clock: Clock
  readonly #clients = new Set<Client>()
  #flush: Timer | undefined
  #gatheringSince = 0
  #heartbeat: Timer | undefined

  constructor(sources: ApiSources) {
    this.#sources = sources
    this.#clock = sources.clock
    sources.view.onChange(() => this.#schedule())
  }

  get size(): number {
    return this.#clients.size
  }

  /**
   * Begins a stream. `lastEventId` resumes at the position of a reader; if it is unknown, the stream begins
   * with a `reset`.
   */
  join(response: Writable, lastEventId: string | undefined): void {
    const { view } = this.#sources
    const known = revisionOf(view, lastEventId)
    const client: Client = { response, cursor: known ?? view.revision, blockedSince: undefined }
    response.once('close', () => this.#leave(client))
    response.on('drain', () => {
      client.blockedSince = undefined
      this.#schedule()
    })
    this.#clients.add(client)
    this.#write(client, 'retry: 1000\n\n')
    if (known === undefined) this.#write(client, this.#reset(client, 'start'))
    this.#write(client, this.#status())
    this.#heartbeat ??= this.#clock.after(heartbeatMs, () => this.#beat())
    this.#schedule()
  }

  #leave(client: Client): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    this.#heartbeat?.cancel()
    this.#heartbeat = undefined
    this.#flush?.cancel()
    this.#flush = undefined
  }

  #schedule(): void {
    if (this.#clients.size === 0 || this.#flush) return
    this.#gatheringSince = this.#clock.now()
    this.#gather()
  }

  /** In a mass event the weights come first; the readers of the stream wait for some tenths of a second. */
  #gather(): void {
    this.#flush = this.#clock.after(gatherMs, () => {
      const mayWait = this.#clock.now() - this.#gatheringSince < gatherBusyMs
      if (mayWait && this.#sources.busy()) this.#gather()
      else {
        this.#flush = undefined
        this.#sendAll()
      }
    })
  }

  #sendAll(): void {
    const batches = new Map<number, Batch | 'forgotten' | undefined>()
    for (const client of this.#clients) {
      if (client.blockedSince !== undefined) continue
      const { cursor } = client
      if (!batches.has(cursor)) batches.set(cursor, batchAfter(this.#sources.view, cursor, maxBatchBytes))
      this.#send(client, batches.get(cursor))
    }
  }

  #send(client: Client, batch: Batch | 'forgotten' | undefined): void {
    if (batch === undefined) return
    if (batch === 'forgotten') this.#write(client, this.#reset(client, 'forgotten'))
    else {
      client.cursor = batch.upTo
      this.#write(client, batch.bytes)
      if (client.cursor < this.#sources.view.revision) this.#schedule()
    }
  }

  #reset(client: Client, reason: 'start' | 'forgotten'): string {
    const { view } = this.#sources
    client.cursor = view.revision
    return frame('reset', { reason }, idAt(view, client.cursor))
  }

  #status(): string {
    return frame('status', statusOf(this.#sources))
  }

  #beat(): void {
    this.#heartbeat = this.#clock.after(heartbeatMs, () => this.#beat())
    const status = this.#status()
    for (const client of this.#clients) {
      if (client.blockedSince === undefined) this.#write(client, status)
      else if (this.#clock.now() - client.blockedSince >= patienceMs) client.response.destroy()
    }
  }

  #write(client: Client, bytes: Buffer | string): void {
    if (!client.response.write(bytes)) client.blockedSince ??= this.#clock.now()
  }
}
