import { err, ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import type { KubeRequest, Transport } from '../http/transport.ts'
import type { LeaseSpec } from '../lease/lease-record.ts'
import type { ManualClock } from './manual-clock.ts'

type Stored = { metadata: Record<string, unknown>; spec: LeaseSpec }

/** `lost`: what is asked is done, and no answer comes. `silent`: nothing is done, and no answer comes. */
export type Trouble = 'lost' | 'silent' | KubeError

/** An API server with room for one Lease, and optimistic concurrency; all on the test's clock. */
export class LeaseServer {
  lease: Stored | undefined
  /** What was asked, in order: method and who asked. */
  readonly asked: string[] = []
  readonly #clock: ManualClock
  readonly #troubles = new Map<string, Trouble>()
  #version = 0

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  get holder(): string {
    return this.lease?.spec.holderIdentity ?? ''
  }

  /** From now on every request of `who` meets with this trouble, or with none. */
  trouble(who: string, trouble: Trouble | undefined): void {
    if (trouble === undefined) this.#troubles.delete(who)
    else this.#troubles.set(who, trouble)
  }

  /** Somebody else edits the lease. */
  edit(spec: Partial<LeaseSpec>): void {
    this.#store({ metadata: this.lease?.metadata ?? {}, spec: { ...this.lease?.spec, ...spec } })
  }

  /** Somebody else sets the annotations of the lease. */
  annotate(annotations: Readonly<Record<string, string>>): void {
    if (this.lease) this.#store({ ...this.lease, metadata: { ...this.lease.metadata, annotations } })
  }

  /** The way to this server for `who`. */
  transport(who: string): Transport {
    return {
      request: (req) => this.#answer(who, req),
      stream: async () => err({ kind: 'protocol', message: 'no streams here' }),
      close: async () => {},
    }
  }

  async #answer(who: string, req: KubeRequest): Promise<Result<unknown, KubeError>> {
    this.asked.push(`${req.method} ${who}`)
    const trouble = this.#troubles.get(who)
    if (trouble !== undefined && typeof trouble !== 'string') return err(trouble)
    const answer = trouble === 'silent' ? undefined : this.#do(req)
    return trouble === undefined && answer ? answer : this.#noAnswer(req)
  }

  #noAnswer({ timeoutMs, signal }: KubeRequest): Promise<Result<unknown, KubeError>> {
    return new Promise((resolve) => {
      const end = () => resolve(err({ kind: 'timeout', message: 'no answer' }))
      this.#clock.after(timeoutMs ?? 30_000, end)
      signal?.addEventListener('abort', end)
    })
  }

  #do({ method, body }: KubeRequest): Result<unknown, KubeError> {
    if (method === 'GET') return this.lease ? ok(this.lease) : err({ kind: 'notFound', message: 'no lease' })
    const sent = isStored(body) ? body : undefined
    if (!sent) return err({ kind: 'invalid', message: 'not a lease' })
    if (method === 'POST' && this.lease) return err({ kind: 'conflict', message: 'it exists' })
    if (method === 'PUT' && !this.lease) return err({ kind: 'notFound', message: 'no lease' })
    if (method === 'PUT' && sent.metadata.resourceVersion !== this.lease?.metadata.resourceVersion) {
      return err({ kind: 'conflict', message: 'it was modified' })
    }
    return ok(this.#store(sent))
  }

  #store({ metadata, spec }: Stored): Stored {
    this.#version += 1
    this.lease = { metadata: { ...metadata, resourceVersion: String(this.#version) }, spec }
    return this.lease
  }
}

const isStored = (body: unknown): body is Stored =>
  typeof body === 'object' && body !== null && 'metadata' in body && 'spec' in body
