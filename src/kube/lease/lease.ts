import { sleep } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { type KubeError, waitAskedBy } from '../errors.ts'
import { LeaseClient, type LeaseClientOptions } from './lease-client.ts'

export type LeaseOptions = Omit<LeaseClientOptions, 'durationMs'> & {
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  /** While it returns false the lease is read, but not taken. */
  readonly eligible: () => boolean
  /**
   * Called with true after the lease was taken, and with false after it was lost; not when it is released.
   */
  readonly onChange: (leads: boolean) => void
}

/**
 * - `standby`: reads the lease twice a second, and takes it if it is free. Then `leading`.
 * - `leading`: renews it every 2 s or so. `standby` again if another holds it, or if no renewal succeeded for
 *   10 s.
 * - `released`: for good, and only on request.
 */
export type LeaseState = 'standby' | 'leading' | 'released'

/** A claim on a Lease of coordination.k8s.io/v1. It never gives up. */
export interface Lease {
  readonly state: LeaseState
  /** Who holds it, as it was last seen; '' for nobody. */
  readonly holder: string
  /** When another holder was last seen to renew or release it, on the clock (ms); -Infinity if none was. */
  readonly othersSeenAt: number
  /**
   * How long a write that is sent now may take (ms) so that it has ended before anybody else can hold the
   * lease; 0 if it must not be sent. Reads the clock, so it is right even after the process was suspended.
   */
  writeBudgetMs(): number
  /**
   * Releases the lease, so that another replica may take it at once. Tries for 2 s, then claims nothing more.
   */
  release(): Promise<void>
}

/** How long others wait after the last renewal that they saw (client-go's numbers, as the next two). */
const durationMs = 15_000
/** The holder stops if it could not renew for this long. */
const renewDeadlineMs = 10_000
const retryMs = 2_000
/** Between the end of the last write and the end of the lease: room for clocks that differ in speed. */
const marginMs = 1_000
/** Standbys read more often than needed for a crash, so that a planned hand-over is short. */
const lookMs = 400
const requestMs = 5_000
const releaseMs = 2_000

/** Claims the lease from now on. */
export function startLease(options: LeaseOptions): Lease {
  const claim = new Claim(options)
  const done = claim.run()
  return {
    get state() {
      return claim.state
    },
    get holder() {
      return claim.holder
    },
    get othersSeenAt() {
      return claim.othersSeenAt
    },
    writeBudgetMs: () => claim.writeBudgetMs(),
    release: async () => {
      claim.stop()
      await done
      await claim.giveBack()
    },
  }
}

class Claim {
  state: LeaseState = 'standby'
  readonly #options: LeaseOptions
  readonly #client: LeaseClient
  readonly #stopping = new AbortController()
  /** When our last successful renewal was sent: no other replica can have seen it earlier. */
  #renewedAt = 0
  /** The API server asked us to wait until then (Retry-After). */
  #askedUntil = 0
  /** Kind of the error that was last logged; '' while all is well. */
  #complaint = ''

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#client = new LeaseClient({ ...options, durationMs })
  }

  get holder(): string {
    return this.#client.holder
  }

  get othersSeenAt(): number {
    return this.#client.othersSeenAt
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Each step returns how long to wait until the next (ms). */
  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const ms = this.state === 'leading' ? await this.#hold() : await this.#campaign()
      await sleep(this.#options.clock, ms, this.#stopping.signal)
    }
  }

  writeBudgetMs(): number {
    return this.#isInTime ? this.#leftMs + durationMs - renewDeadlineMs - marginMs : 0
  }

  async giveBack(): Promise<void> {
    this.state = 'released'
    const { clock, log } = this.#options
    const end = clock.now() + releaseMs
    const notGiven = `could not release the lease ${this.#name}; it will expire`
    while (this.#client.mayBeOurs) {
      if (this.#askedUntil > end) return log.warn({}, `${notGiven}: the API server asked us to wait`)
      if (this.#askedMs > 0) await sleep(clock, this.#askedMs)
      const seen = await this.#client.look({ timeoutMs: end - clock.now() })
      if (seen.ok && !this.#client.mayBeOurs) return
      const given = seen.ok ? await this.#client.empty({ timeoutMs: end - clock.now() }) : seen
      if (given.ok) return log.info({ lease: this.#name }, `released the lease ${this.#name}`)
      if (given.error.kind === 'conflict' && clock.now() < end) continue
      return log.warn({}, `${notGiven}: ${given.error.message}`)
    }
  }

  async #campaign(): Promise<number> {
    const seen = await this.#client.look(this.#limits(requestMs))
    if (!seen.ok) return this.#complain(seen.error)
    if (!this.#client.isFree || !this.#options.eligible()) return this.#carryOn()
    const sentAt = this.#options.clock.now()
    const taken = await this.#client.take(this.#limits(requestMs))
    if (taken.ok) return this.#lead(sentAt)
    return taken.error.kind === 'conflict' ? this.#carryOn() : this.#complain(taken.error)
  }

  async #hold(): Promise<number> {
    const tooLate = `it was not renewed for ${renewDeadlineMs / 1000} s`
    if (!this.#isInTime) return this.#lose(tooLate)
    const sentAt = this.#options.clock.now()
    const renewed = await this.#client.take(this.#limits(this.#leftMs))
    // Too late counts, even if the server accepted the renewal: writes were refused meanwhile, and must start
    // over.
    if (!this.#isInTime) return this.#lose(tooLate)
    if (renewed.ok) {
      this.#renewedAt = sentAt
      return this.#carryOn()
    }
    if (renewed.error.kind !== 'conflict' && renewed.error.kind !== 'notFound') {
      return this.#complain(renewed.error)
    }
    return this.#lookAfterTouch()
  }

  /** The lease is not what it was when we renewed it last: somebody edited, deleted or took it. */
  async #lookAfterTouch(): Promise<number> {
    const seen = await this.#client.look(this.#limits(this.#leftMs))
    if (!seen.ok) return this.#complain(seen.error)
    const { holder, mayBeOurs } = this.#client
    return holder === '' || mayBeOurs ? 0 : this.#lose(`"${holder}" holds it now`)
  }

  #lead(sentAt: number): number {
    const { log, identity, onChange } = this.#options
    this.state = 'leading'
    this.#renewedAt = sentAt
    log.info({ lease: this.#name, identity }, `this replica leads: it took the lease ${this.#name}`)
    onChange(true)
    return this.#carryOn()
  }

  #lose(why: string): number {
    const { log, identity, onChange } = this.#options
    this.state = 'standby'
    const message = `this replica no longer leads: it lost the lease ${this.#name}: ${why}`
    log.warn({ lease: this.#name, identity }, message)
    onChange(false)
    return this.#askedMs
  }

  #carryOn(): number {
    const { log, random } = this.#options
    if (this.#complaint !== '')
      log.info({ lease: this.#name }, `the lease ${this.#name} can be reached again`)
    this.#complaint = ''
    if (this.state === 'standby') return lookMs * (1 + random() / 2)
    return Math.min(retryMs * (1 + random() / 5), this.#leftMs)
  }

  /** Logs each kind of error once; a holder tries again in time for its deadline. */
  #complain(error: KubeError): number {
    const { clock, log, random } = this.#options
    if (this.#stopping.signal.aborted) return 0
    const leads = this.state === 'leading'
    const text = `could not ${leads ? 'renew' : 'acquire'} the lease ${this.#name}: ${error.message}`
    const fields = { lease: this.#name, error: error.kind }
    if (error.kind === this.#complaint) log.debug(fields, text)
    else log.warn(fields, text)
    this.#complaint = error.kind
    this.#askedUntil = clock.now() + (waitAskedBy(error) ?? 0)
    const wait = Math.max((retryMs / 2) * (1 + random()), this.#askedMs)
    return leads ? Math.min(wait, this.#leftMs) : wait
  }

  #limits(timeoutMs: number) {
    return { timeoutMs: Math.max(1, Math.min(timeoutMs, requestMs)), signal: this.#stopping.signal }
  }

  get #isInTime(): boolean {
    return this.state === 'leading' && this.#leftMs > 0
  }

  /** Until the holder must stop (ms). */
  get #leftMs(): number {
    return this.#renewedAt + renewDeadlineMs - this.#options.clock.now()
  }

  /** Until the API server may be asked again (ms). */
  get #askedMs(): number {
    return Math.max(0, this.#askedUntil - this.#options.clock.now())
  }

  get #name(): string {
    return `${this.#options.namespace}/${this.#options.name}`
  }
}
