import { isSameResource, type Resource } from '../resource.ts'
import { type Listed, type ListOutcome, listAll } from './list.ts'
import type { ListBuffer } from './list-buffer.ts'
import { ListFreshness } from './list-freshness.ts'
import { type ReflectorOptions, readingPath, readingQuery, serverTimeout } from './reflector-state.ts'
import { typeOfEvent } from './watch-event.ts'

type ListingOptions<T> = ReflectorOptions<T> & {
  readonly buffer: ListBuffer<T>
  readonly signal: AbortSignal
}

/** The lists of a reflector: how they are requested, and which of them the store may take. */
export class Listing<T> {
  readonly #options: ListingOptions<T>
  readonly #freshness = new ListFreshness()
  #streaming: 'try' | 'skipOnce' | 'refused' = 'try'
  #listed: Resource | undefined

  constructor(options: ListingOptions<T>) {
    this.#options = options
  }

  /**
   * Reads a complete list, and puts it into the store. After `refused`, call it again at once: it uses pages
   * from then on. `lastSeen`: the newest version that a list or a watch has shown.
   */
  async read(resource: Resource, lastSeen: string): Promise<ListOutcome> {
    const { transport, writer, buffer, signal, random } = this.#options
    const seen = [writer.newest, lastSeen]
    const listed = await listAll({
      transport,
      path: readingPath(resource, this.#options),
      query: readingQuery(this.#options),
      stream: this.#streaming === 'try',
      signal,
      buffer,
      timeoutSeconds: serverTimeout(random),
      onEvent: (item) => this.#options.onEvent?.(typeOfEvent(item)),
    })
    if (listed.kind === 'listed') return this.#accept(resource, listed, seen)
    if (listed.kind === 'refused') this.#streaming = 'refused'
    else if (this.#streaming !== 'refused') this.#streaming = this.#streaming === 'try' ? 'skipOnce' : 'try'
    return listed
  }

  /**
   * Takes a complete list, unless it is older than what was seen before it was requested: then only after a
   * minute of trying again. It is not compared with its own objects, which the store may already have from
   * the first list.
   */
  async #accept(resource: Resource, listed: Listed, seen: readonly string[]): Promise<ListOutcome> {
    const { clock, log, name, buffer } = this.#options
    const age = this.#freshness.judge(listed.resourceVersion, seen, clock.now())
    const message = `the server's list (${listed.resourceVersion}) is older than what was seen before (${seen.join(', ')})`
    if (age === 'stale') {
      await listed.events?.return?.()
      return { kind: 'failed', error: { kind: 'protocol', message } }
    }
    if (age === 'restored') log.warn({ reflector: name }, `${message}; accepting it: was etcd restored?`)
    // The same objects in another version of the API have the same resourceVersions, and must be read again.
    const isOtherVersion = this.#listed !== undefined && !isSameResource(resource, this.#listed)
    buffer.finish(listed.resourceVersion, age === 'restored' || isOtherVersion)
    this.#listed = resource
    if (this.#streaming === 'skipOnce') this.#streaming = 'try'
    return listed
  }
}
