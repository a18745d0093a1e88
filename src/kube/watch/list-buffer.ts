import type { Log } from '../../base/log.ts'
import type { StoreEntry, StoreWriter } from './store.ts'
import type { ObjectHead } from './watch-event.ts'

export type Projected<T> = { readonly key: string; readonly value: T }

/** An object on its way into the store. */
export type Arrival = ObjectHead & { readonly object: unknown }

type ListBufferOptions<T> = {
  readonly name: string
  readonly project: (object: unknown) => T
  readonly isAskedFor?: ((object: unknown) => boolean) | undefined
  readonly writer: StoreWriter<T>
  readonly log: Log
}

/**
 * Turns objects into projections as they arrive. Those of the very first list go into the store at once, so
 * that the work they cause is spread over time, and none of them is held twice; no decision uses them before
 * the store is synced. Those of other lists are held here until the list is complete.
 */
export class ListBuffer<T> {
  readonly #options: ListBufferOptions<T>
  readonly #bad = new Set<string>()
  /** `undefined` during the very first list. */
  #items: Map<string, StoreEntry<T>> | undefined
  #isSelectorIgnored = false

  constructor(options: ListBufferOptions<T>) {
    this.#options = options
  }

  begin(): void {
    this.#items = this.#options.writer.newest === '' ? undefined : new Map()
  }

  take(arrival: Arrival): void {
    if (!this.isAskedFor(arrival)) {
      this.drop(arrival)
      return
    }
    const projected = this.project(arrival)
    if (!projected) return
    const { key, resourceVersion } = arrival
    if (this.#items) this.#items.set(key, { resourceVersion, value: projected.value })
    else this.#options.writer.apply(key, resourceVersion, projected.value)
  }

  /** Whether the object is to be kept; the first one that is not is one line in the log. */
  isAskedFor({ key, object }: Arrival): boolean {
    const { isAskedFor, log, name } = this.#options
    if (!isAskedFor || isAskedFor(object)) return true
    if (!this.#isSelectorIgnored) {
      this.#isSelectorIgnored = true
      const message = `${name}: the API server ignores the selector; the operator drops what it did not ask for, such as ${key}`
      log.warn({ reflector: name, object: key }, message)
    }
    return false
  }

  /** An object that was listed, and deleted before the list was complete. */
  drop({ key, resourceVersion }: ObjectHead): void {
    if (this.#items) this.#items.delete(key)
    else this.#options.writer.remove(key, resourceVersion)
  }

  /** The list is complete: puts it into the store. `force` as for `StoreWriter.replace`. */
  finish(listResourceVersion: string, force: boolean): void {
    const { writer } = this.#options
    if (this.#items) writer.replace(this.#items, listResourceVersion, { force })
    else writer.complete(listResourceVersion)
    this.#items = undefined
  }

  /** The projection of an object; `undefined`, and one line in the log, if `project` throws. */
  project({ key, object }: Arrival): Projected<T> | undefined {
    try {
      const value = this.#options.project(object)
      this.#bad.delete(key)
      return { key, value }
    } catch (problem) {
      this.#report(key, problem)
      return undefined
    }
  }

  forget(key: string): void {
    this.#bad.delete(key)
  }

  #report(key: string, problem: unknown): void {
    if (this.#bad.has(key)) return
    this.#bad.add(key)
    const { log, name } = this.#options
    log.warn({ reflector: name, object: key }, `ignoring an object that cannot be read: ${String(problem)}`)
  }
}
