import type { Socket } from 'node:net'
import type { Call } from './requests.ts'
import { ApiError } from './status.ts'
import type { Backup, Snapshot, Store } from './store.ts'

export type FailOptions = {
  /** The HTTP method that fails; all without it. */
  method?: string
  /** The plural of the resource that fails; all without it. */
  resource?: string
  /** How many requests fail; without it they fail until `clear`. */
  times?: number
  retryAfterSeconds?: number
}

type Failure = FailOptions & { status: number; left: number }

const reasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/**
 * What can go wrong with a server, on demand. Each stays until `clear`, but `cutWatches`, `expire` and
 * `restore`.
 */
export class Faults {
  delayMs = 0
  refusing = false
  readonly sockets = new Set<Socket>()
  readonly watchSockets = new Set<Socket>()
  readonly #store: Store
  #failures: Failure[] = []
  #frozen = new Map<string, Snapshot>()
  #staleResource: string | undefined

  constructor(store: Store) {
    this.#store = store
  }

  /** Every request waits this long before it is answered. */
  slow(ms: number): void {
    this.delayMs = ms
  }

  /** Connections are broken, open ones and new ones. */
  refuse(): void {
    this.refusing = true
    for (const socket of this.sockets) socket.destroy()
  }

  /** Breaks the connections of the watches that are open now, in the middle of whatever they say. */
  cutWatches(): void {
    for (const socket of this.watchSockets) socket.destroy()
  }

  /** History is forgotten: open watches get a 410, and so does whoever comes with a version from before. */
  expire(): void {
    this.#store.expire()
  }

  /** A copy of all objects, for `restore`. */
  backUp(): Backup {
    return this.#store.backUp()
  }

  /**
   * The server starts again on an etcd that was restored: what was written since the backup never happened.
   */
  restore(backup: Backup): void {
    this.cutWatches()
    this.#store.restore(backup)
  }

  /** Requests are answered with this status instead. */
  fail(status: number, options: FailOptions = {}): void {
    this.#failures.push({ ...options, status, left: options.times ?? Number.POSITIVE_INFINITY })
  }

  /** Lists and gets show what there is at this moment, whatever is written later, like a lagging cache. */
  stale(options: { resource?: string } = {}): void {
    this.#staleResource = options.resource
    for (const { kind, objects, keys } of this.#store.collections()) {
      const copy = new Map(objects)
      this.#frozen.set(kind.id, {
        version: this.#store.version,
        keys: [...keys],
        get: (key) => copy.get(key),
      })
    }
  }

  clear(): void {
    this.delayMs = 0
    this.refusing = false
    this.#failures = []
    this.#frozen = new Map()
  }

  /** What a read of this kind shows instead of the present, if it is to be stale. */
  frozen({ resource }: Call): Snapshot | undefined {
    if (this.#staleResource && this.#staleResource !== resource.kind.plural) return undefined
    return this.#frozen.get(resource.kind.id)
  }

  /** Throws if a failure was ordered for this request, and uses it up. */
  check(method: string, plural: string | undefined): void {
    const failure = this.#failures.find(
      (one) => one.left > 0 && (one.method ?? method) === method && (one.resource ?? plural) === plural,
    )
    if (!failure) return
    failure.left -= 1
    const { status, retryAfterSeconds } = failure
    const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds }
    throw new ApiError(status, reasons[status] ?? 'Unknown', 'an injected fault of the sandbox', details)
  }
}
