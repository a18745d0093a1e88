import { type Clock, sleep, type Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { programName } from '../../base/names.ts'
import { type KubeError, waitAskedBy } from '../../kube/errors.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { resourcePath } from '../../kube/resource.ts'

/** What a status is of: an object of one of our own kinds. */
interface StatusOwner {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

export interface StatusLaneOptions<T extends StatusOwner, S> {
  /** The kind as sentences name it, and where its objects are. */
  readonly kind: string
  readonly names: { readonly group: string; readonly versions: readonly [string]; readonly plural: string }
  readonly clock: Clock
  readonly log: Log
  /** It writes nothing unless this replica leads. */
  readonly transport: Transport
  readonly leads: () => boolean
  /** True while weights are written, which come first. */
  readonly busy: () => boolean
  /** An object (`namespace/name`) as it is in the cluster. */
  readonly object: (key: string) => T | undefined
  /** The status that it should have now; `undefined` if it has that already. */
  readonly due: (object: T, now: Date) => S | undefined
  /** Called with each status that was written. */
  readonly onWritten?: (object: T, status: S) => void
}

/** No object is written to more often (ms). */
const roundMs = 1_000
/** How long statuses wait for weights at most (ms). */
const longestYieldMs = 60_000
/** After so many looks (a few ms with large statuses) others have a turn of the event loop. */
const looksInOneTurn = 10
/** After a write that failed nothing is written for so long (ms). */
const afterFailureMs = 5_000

/** Writes the status of the objects of a kind, after the weights, and only what is not so already. */
export class StatusLane<T extends StatusOwner, S> {
  readonly #options: StatusLaneOptions<T, S>
  readonly #due = new Set<string>()
  #timer: Timer | undefined
  #dueSince = 0
  #complaint = ''
  readonly #stopping = new AbortController()
  #round: Promise<void> = Promise.resolve()

  constructor(options: StatusLaneOptions<T, S>) {
    this.#options = options
  }

  /** The status of these objects may have to change. */
  touch(keys: Iterable<string>): void {
    for (const key of keys) this.#due.add(key)
    if (this.#due.size > 0) this.#wakeUp(roundMs)
  }

  /** Writes nothing more; resolves when the write in flight has ended. */
  stop(): Promise<void> {
    this.#stopping.abort()
    this.#timer?.cancel()
    return this.#round
  }

  #wakeUp(ms: number): void {
    if (this.#timer || this.#stopping.signal.aborted || !this.#options.leads()) return
    const { clock } = this.#options
    this.#dueSince = clock.now()
    this.#timer = clock.after(ms, () => this.#tick())
  }

  #tick(): void {
    const { clock, busy, leads } = this.#options
    if (busy() && clock.now() - this.#dueSince < longestYieldMs) {
      this.#timer = clock.after(roundMs, () => this.#tick())
      return
    }
    this.#round = this.#writeAll().then((waitMs) => {
      this.#timer = undefined
      if (this.#due.size > 0 && leads()) this.#wakeUp(waitMs)
    })
  }

  /** One after the other; answers how long to wait for the next round (ms). */
  async #writeAll(): Promise<number> {
    const { clock, object, due, onWritten } = this.#options
    const { signal } = this.#stopping
    let looks = 0
    for (const key of [...this.#due]) {
      if (looks === looksInOneTurn) await sleep(clock, 0, signal)
      if (signal.aborted) return roundMs
      looks = (looks % looksInOneTurn) + 1
      this.#due.delete(key)
      const known = object(key)
      const status = known && due(known, clock.wallTime())
      const error = status && (await this.#write(known, status))
      if (status && !error) onWritten?.(known, status)
      if (!error || error.kind === 'notFound' || error.kind === 'invalid') continue
      this.#due.add(key)
      return this.#afterFailure(error)
    }
    this.#complaint = ''
    return roundMs
  }

  /** Answers with the error, if it failed. */
  async #write({ namespace, name, uid }: T, status: S): Promise<KubeError | undefined> {
    const { group, versions, plural } = this.#options.names
    const answer = await this.#options.transport.request({
      method: 'PATCH',
      path: `${resourcePath({ group, version: versions[0], plural }, namespace, name)}/status`,
      query: { fieldManager: programName },
      contentType: 'application/json-patch+json',
      // Of another object with the same name nothing is known yet.
      body: [
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'add', path: '/status', value: status },
      ],
      timeoutMs: 10_000,
    })
    return answer.ok ? undefined : answer.error
  }

  #afterFailure(error: KubeError): number {
    if (error.kind === 'notLeader') return roundMs
    if (this.#complaint !== error.message)
      this.#options.log.warn(
        { error: error.kind },
        `the status of a ${this.#options.kind} could not be written: ${error.message}`,
      )
    this.#complaint = error.message
    return Math.max(afterFailureMs, waitAskedBy(error) ?? 0)
  }
}
