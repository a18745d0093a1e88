import type { Writable } from 'node:stream'
import type { Clock, Timer } from '../../base/clock.ts'
import type { ApiSources } from '../api/sources.ts'
import { statusOf } from '../api/status.ts'
import { type Batch, batchAfter, frame, idAt, revisionOf } from './frames.ts'

/** Changes are gathered for so long before they are told, and at most so long while many weights move (ms). */
const gatherMs = 50
const gatherBusyMs = 500
const heartbeatMs = 5_000
/** A reader whose connection takes nothing for so long is dropped (ms). */
const patienceMs = 15_000
/** Most that is handed to one connection at once. */
const maxBatchBytes = 128 * 1024
export const maxClients = 64

interface Client {
  readonly response: Writable
  /** The last revision that it was told. */
  cursor: number
  /** Since when its connection takes nothing more, on the clock. */
  blockedSince: number | undefined
}

/**
 * Tells every reader of the stream what changes. A reader is a place in the order of changes and nothing else:
 * nothing is kept for one that is slow, it only learns later how things stand by then. Nothing is serialised
 * while nobody listens, and once for all who are equally far.
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
   * Begins a stream. `lastEventId` resumes where a reader had come to; one that names no such place gets a
   * `reset` first.
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

  /** In a mass event the weights come first: who looks on waits for some tenths of a second. */
  #gather(): void {
    this.#flush = this.#clock.after(gatherMs, () => {
      const mayWait = this.#clock.now() - this.#gatheringSince < gatherBusyMs
      if (mayWait && this.#sources.busy()) this.#gather()
      else {
        this.#flush = undefined
        this.#tellAll()
      }
    })
  }

  #tellAll(): void {
    const batches = new Map<number, Batch | 'forgotten' | undefined>()
    for (const client of this.#clients) {
      if (client.blockedSince !== undefined) continue
      const { cursor } = client
      if (!batches.has(cursor)) batches.set(cursor, batchAfter(this.#sources.view, cursor, maxBatchBytes))
      this.#tell(client, batches.get(cursor))
    }
  }

  #tell(client: Client, batch: Batch | 'forgotten' | undefined): void {
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
