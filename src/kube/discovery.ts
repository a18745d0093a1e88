import * as z from 'zod'
import type { Clock } from '../base/clock.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { KubeError } from './errors.ts'
import type { Transport } from './http/transport.ts'
import type { Resource } from './resource.ts'

/** A kind of object, and the versions in which it can be read, the best first. */
export interface Names {
  readonly group: string
  readonly versions: readonly string[]
  readonly plural: string
}

const groupList = z.object({
  groups: z.array(z.object({ name: z.string(), versions: z.array(z.object({ version: z.string() })) })),
})
const served = z.object({ name: z.string(), shortNames: z.array(z.string()).default([]) })
const resourceList = z.object({ resources: z.array(served).catch([]) }).catch({ resources: [] })

/**
 * A kind that is not served is looked up again after this time (ms); one snapshot serves all kinds meanwhile.
 */
const absentForMs = 12_000
/** Questions that come within this time (ms), as at the start, share one snapshot, whatever it contains. */
const togetherMs = 50

/**
 * Finds which kinds the cluster serves, and in which version. What is missing costs one request for all kinds
 * together (`/apis`), and one more for each version of a group that is there without the kind.
 */
export class Discovery {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #stopping = new AbortController()
  #last: DiscoverySnapshot | undefined
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport
    this.#clock = clock
  }

  /**
   * The best version of a kind that is served now; `undefined` where none is. A positive answer is always
   * fresh; a negative one may be 12 s old.
   */
  async find(names: Names): Promise<Result<Resource | undefined, KubeError>> {
    const age = this.#clock.now() - this.#lastAt
    if (this.#last && age < absentForMs) {
      const found = await this.#last.find(names)
      if (age < togetherMs || (found.ok && found.value === undefined)) return found
    }
    this.#last = new DiscoverySnapshot({ transport: this.#transport, signal: this.#stopping.signal })
    this.#lastAt = this.#clock.now()
    return this.#last.find(names)
  }

  /** Cancels the requests in flight. */
  stop(): void {
    this.#stopping.abort()
  }
}

/** What the server says it serves, at one time; each document is requested once. */
export class DiscoverySnapshot {
  readonly #transport: Transport
  readonly #signal: AbortSignal
  readonly #documents = new Map<string, Promise<Result<unknown, KubeError>>>()

  /** The signal cancels the requests in flight. */
  constructor({ transport, signal }: { readonly transport: Transport; readonly signal: AbortSignal }) {
    this.#transport = transport
    this.#signal = signal
  }

  /** The best version of a kind that is served; `undefined` where none is. */
  async find({ group, versions, plural }: Names): Promise<Result<Resource | undefined, KubeError>> {
    const found = await this.#lookUp({ group, versions, plural })
    return found.ok ? ok(found.value && { group, version: found.value.version, plural }) : found
  }

  /** What a kind may be called for short; nothing where it is not served. */
  async shortNames(names: Names): Promise<Result<readonly string[], KubeError>> {
    const found = await this.#lookUp(names)
    return found.ok ? ok(found.value?.shortNames ?? []) : found
  }

  async #lookUp({ group, versions, plural }: Names) {
    const served = await this.#versionsOf(group)
    if (!served.ok) return served
    for (const version of versions.filter((name) => served.value.includes(name))) {
      const answer = await this.#ask(`/apis/${group}/${version}`)
      // The list of groups is ahead of the documents while a CRD is being installed.
      if (!answer.ok && answer.error.kind === 'notFound') continue
      if (!answer.ok) return answer
      const { resources } = resourceList.parse(answer.value)
      const resource = resources.find(({ name }) => name === plural)
      if (resource) return ok({ version, shortNames: resource.shortNames })
    }
    return ok(undefined)
  }

  async #versionsOf(group: string): Promise<Result<readonly string[], KubeError>> {
    const answer = await this.#ask('/apis')
    if (!answer.ok) return answer
    const list = groupList.safeParse(answer.value)
    if (!list.success)
      return err({ kind: 'protocol', message: 'GET /apis: the answer is not a list of API groups' })
    const found = list.data.groups.find(({ name }) => name === group)
    return ok(found?.versions.map(({ version }) => version) ?? [])
  }

  #ask(path: string): Promise<Result<unknown, KubeError>> {
    const asked = this.#documents.get(path)
    if (asked) return asked
    const signal = this.#signal
    const answer = this.#transport.request({ method: 'GET', path, timeoutMs: 10_000, signal })
    this.#documents.set(path, answer)
    return answer
  }
}
