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
import { type LeaseScope, ScopeWatch, withScope } from './lease-scope.ts'

export type LeaseClientOptions = {
  readonly transport: Transport
  readonly clock: Clock
  readonly namespace: string
  readonly name: string
  /** Names this process among all that want the lease; no two may share it. */
  readonly identity: string
  /** How long a lease that is written here is valid without a renewal (ms). */
  readonly durationMs: number
  readonly scope?: LeaseScope | undefined
  /**
   * Called whenever the lease is seen with another holder or none: another replica may have held it since it
   * was last ours. Every write names the version that was read, so if we read our own name twice, nobody held
   * it in between.
   */
  readonly onOtherLeader: () => void
}

type Limits = Pick<KubeRequest, 'timeoutMs' | 'signal'>
type Answer = Result<undefined, KubeError>

const resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' } as const

/**
 * A Lease as it was last read, and the requests that change it. A write succeeds only if the lease has not
 * changed since; `conflict` means that somebody else wrote it. Whether another holder renews is judged by
 * when its changes were seen here, on our monotonic clock, never by the times that are written in the lease.
 */
export class LeaseClient {
  /** Our name may be in the lease: we wrote it, and nothing that was read since says otherwise. */
  mayBeOurs = false
  /**
   * When a change by somebody else was last seen, on the clock (ms); -Infinity if none was. What was read
   * first is no change, since its holder may have died before; nor is a lease out of a backup.
   */
  othersSeenAt = Number.NEGATIVE_INFINITY
  readonly #options: LeaseClientOptions
  readonly #scopes: ScopeWatch
  #lease: LeaseObject | undefined
  #fingerprint = ''
  /** As it was last read; its writer's clock. */
  #renewTime = ''
  #heldUntil = 0

  constructor(options: LeaseClientOptions) {
    this.#options = options
    this.#scopes = new ScopeWatch(options.scope, options.clock)
  }

  /** Its holder; '' if it is free or does not exist. */
  get holder(): string {
    return this.#lease ? holderOf(this.#lease) : ''
  }

  /**
   * True if it may be taken: it does not exist, was released, is ours by a write whose answer was lost, or
   * was not renewed for as long as its holder asked for. A deleted lease counts as held for that time,
   * because its holder may not know. So does one with our name that we did not write: the server was restored
   * from a backup.
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
    this.#options.onOtherLeader()
    return ok(undefined)
  }

  /** Takes or renews the lease. */
  take(limits: Limits): Promise<Answer> {
    const { identity, durationMs, clock } = this.#options
    this.mayBeOurs = true
    return this.#write(heldSpec(this.#lease?.spec, identity, durationMs, clock.wallTime()), limits)
  }

  /** Releases the lease. */
  empty(limits: Limits): Promise<Answer> {
    return this.#write(releasedSpec(this.#lease?.spec ?? {}, this.#options.clock.wallTime()), limits)
  }

  async #write(spec: LeaseSpec, limits: Limits): Promise<Answer> {
    const { namespace, name, transport, scope } = this.#options
    const request = this.#lease
      ? { method: 'PUT' as const, path: resourcePath(resource, namespace, name) }
      : { method: 'POST' as const, path: resourcePath(resource, namespace) }
    const body = leaseBody(withScope(this.#lease?.metadata ?? { namespace, name }, scope), spec)
    return this.#see(await transport.request({ ...request, body, ...limits }))
  }

  #see(answer: Result<unknown, KubeError>): Answer {
    if (!answer.ok) return answer
    const { namespace, name, identity, clock, durationMs, onOtherLeader } = this.#options
    const lease = readLease(answer.value)
    if (!lease)
      return err({
        kind: 'protocol',
        message: `lease ${namespace}/${name}: the server's answer is not a Lease`,
      })
    this.#lease = lease
    this.#scopes.see(lease)
    const holder = holderOf(lease)
    this.mayBeOurs = this.mayBeOurs && holder === identity
    if (!this.mayBeOurs) onOtherLeader()
    const fingerprint = fingerprintOf(lease)
    if (fingerprint === this.#fingerprint) return ok(undefined)
    const { renewTime } = lease.spec
    const isNews = this.#fingerprint !== '' && (renewTime ?? '') >= this.#renewTime
    if (!this.mayBeOurs && isNews) this.othersSeenAt = clock.now()
    this.#fingerprint = fingerprint
    this.#renewTime = renewTime ?? ''
    const seconds = lease.spec.leaseDurationSeconds ?? durationMs / 1000
    if (holder === '' || this.mayBeOurs) this.#heldUntil = 0
    else if (holder !== identity) this.#heldUntil = clock.now() + seconds * 1000
    return ok(undefined)
  }
}
