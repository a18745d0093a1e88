import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import type { KubeRequest, Transport } from '../http/transport.ts'
import { resourcePath } from '../resource.ts'
import {
  fingerprintOf,
  heldSpec,
  holderOf,
  type LeaseObject,
  type LeaseSpec,
  leaseBody,
  readLease,
  releasedSpec,
} from './lease-record.ts'

export type LeaseClientOptions = {
  readonly transport: Transport
  readonly clock: Clock
  readonly namespace: string
  readonly name: string
  /** Names this process among all that want the lease; no two may share it. */
  readonly identity: string
  /** For how long a lease that is written here holds without being renewed. */
  readonly durationMs: number
  /**
   * Called whenever the lease is seen to be another's, or nobody's: since it was ours last, somebody else may have
   * held it. Every write names the version that was seen, so between two sights of our own name nobody has.
   */
  readonly onOthers: () => void
}

type Limits = Pick<KubeRequest, 'timeoutMs' | 'signal'>
type Answer = Result<undefined, KubeError>

const resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' } as const

/**
 * A Lease as it was last seen, and the requests that change it. A write succeeds only if the lease still is what
 * was seen; `conflict` says that somebody else was there. Of another holder's lease only its changes count: when
 * they were seen here, on our monotonic clock, never the times that are written in it.
 */
export class LeaseClient {
  /** The server may have our name in the lease: we wrote it, and nobody has said otherwise since. */
  mayBeOurs = false
  /** When somebody else was last seen to have changed it, on the clock; before all time if nobody did. */
  othersSeenAt = Number.NEGATIVE_INFINITY
  readonly #options: LeaseClientOptions
  #lease: LeaseObject | undefined
  #fingerprint = ''
  #heldUntil = 0

  constructor(options: LeaseClientOptions) {
    this.#options = options
  }

  /** Whose it is: '' if it is free or was never made. */
  get holder(): string {
    return this.#lease ? holderOf(this.#lease) : ''
  }

  /**
   * True if it may be taken: never made, given back, ours by a write whose answer was lost, or not renewed for as
   * long as its holder asked for. One that was deleted stays held for that time, since its holder does not know; and
   * so does one that has our name again and not from us: out of a backup, from which the server was restored.
   */
  get isFree(): boolean {
    return this.#options.clock.now() >= this.#heldUntil
  }

  async look(limits: Limits): Promise<Answer> {
    const { namespace, name } = this.#options
    const path = resourcePath(resource, namespace, name)
    const answer = await this.#options.transport.request({ method: 'GET', path, ...limits })
    if (answer.ok || answer.error.kind !== 'notFound') return this.#see(answer)
    this.#lease = undefined
    this.mayBeOurs = false
    this.#options.onOthers()
    return ok(undefined)
  }

  /** Takes or renews the lease. */
  take(limits: Limits): Promise<Answer> {
    const { identity, durationMs, clock } = this.#options
    this.mayBeOurs = true
    return this.#write(heldSpec(this.#lease?.spec, identity, durationMs, clock.wallTime()), limits)
  }

  /** Gives the lease back. */
  empty(limits: Limits): Promise<Answer> {
    return this.#write(releasedSpec(this.#lease?.spec ?? {}, this.#options.clock.wallTime()), limits)
  }

  async #write(spec: LeaseSpec, limits: Limits): Promise<Answer> {
    const { namespace, name, transport } = this.#options
    const request = this.#lease
      ? { method: 'PUT' as const, path: resourcePath(resource, namespace, name) }
      : { method: 'POST' as const, path: resourcePath(resource, namespace) }
    const body = leaseBody(this.#lease?.metadata ?? { namespace, name }, spec)
    return this.#see(await transport.request({ ...request, body, ...limits }))
  }

  #see(answer: Result<unknown, KubeError>): Answer {
    if (!answer.ok) return answer
    const { namespace, name, identity, clock, durationMs, onOthers } = this.#options
    const lease = readLease(answer.value)
    if (!lease)
      return err({
        kind: 'protocol',
        message: `lease ${namespace}/${name}: the server's answer is not a Lease`,
      })
    this.#lease = lease
    const holder = holderOf(lease)
    this.mayBeOurs = this.mayBeOurs && holder === identity
    if (!this.mayBeOurs) onOthers()
    const fingerprint = fingerprintOf(lease)
    if (fingerprint === this.#fingerprint) return ok(undefined)
    this.#fingerprint = fingerprint
    if (!this.mayBeOurs) this.othersSeenAt = clock.now()
    const seconds = lease.spec.leaseDurationSeconds ?? durationMs / 1000
    if (holder === '' || this.mayBeOurs) this.#heldUntil = 0
    else if (holder !== identity) this.#heldUntil = clock.now() + seconds * 1000
    return ok(undefined)
  }
}
