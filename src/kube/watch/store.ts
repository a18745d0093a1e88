/** One entry came (`before` absent), changed, or went (`after` absent). */
export type StoreChange<T> = { readonly key: string; readonly before?: T; readonly after?: T }

export interface StoreReader<T> {
  get(key: string): T | undefined
  resourceVersionOf(key: string): string | undefined
  entries(): Iterable<[string, T]>
  readonly size: number
  /** True once a complete list was seen, or the kind is known not to be served. Never false again. */
  readonly synced: boolean
}

export type StoreEntry<T> = { readonly resourceVersion: string; readonly value: T }

export interface StoreWriter<T> {
  /**
   * A complete list by key, as of `listResourceVersion`; marks the store synced. Entries that are newer than
   * the list stay, unless `force` says that the cluster was restored from a backup: then the list replaces
   * everything.
   */
  replace(
    items: ReadonlyMap<string, StoreEntry<T>>,
    listResourceVersion: string,
    options?: { force?: boolean },
  ): void
  /** All objects of a first list are here: marks the store synced. */
  complete(listResourceVersion: string): void
  /** True if this version of an object is newer than what is there: what `apply` would take. */
  isNews(key: string, resourceVersion: string): boolean
  /** A watch event; ignored unless it is newer than what is there. */
  apply(key: string, resourceVersion: string, value: T): void
  /** A watch event that says the object is gone; ignored if older than what is there. */
  remove(key: string, resourceVersion: string): void
  /** The answer of an own write; taken only if the key is there with a lower resourceVersion. */
  offer(key: string, resourceVersion: string, value: T): boolean
  /** The same version of an object, read in another way: no change. Ignored if `before` is not what is there. */
  revise(key: string, before: T, after: T): void
  /** The kind is not served: the store is empty and complete. */
  markAbsent(): void
  /** The highest resourceVersion seen, '' if none. */
  readonly newest: string
}

/** Orders resourceVersions of one kind: decimal strings, by length, then as text (KEP-5504). '' is lowest. */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a === b ? 0 : a < b ? -1 : 1
}

/** What is kept of an entry: a version as a number, if it is one, which needs no memory of its own. */
type Kept<T> = { readonly version: number | string; value: T }

function keep<T>({ resourceVersion, value }: StoreEntry<T>): Kept<T> {
  const number = Number(resourceVersion)
  const isExact = Number.isSafeInteger(number) && String(number) === resourceVersion
  return { version: isExact ? number : resourceVersion, value }
}

const versionOf = ({ version }: Kept<unknown>): string => String(version)

const isNewer = (a: string, b: string) => compareResourceVersions(a, b) > 0

/** What is known of one kind, with one writer and many readers. `onChange` is called after each change. */
export function createStore<T>(onChange: (change: StoreChange<T>) => void): {
  reader: StoreReader<T>
  writer: StoreWriter<T>
} {
  const store = new Store(onChange)
  return { reader: store, writer: store }
}

class Store<T> implements StoreReader<T>, StoreWriter<T> {
  readonly #entries = new Map<string, Kept<T>>()
  readonly #onChange: (change: StoreChange<T>) => void
  #synced = false
  #newest = ''

  constructor(onChange: (change: StoreChange<T>) => void) {
    this.#onChange = onChange
  }

  get size(): number {
    return this.#entries.size
  }

  get synced(): boolean {
    return this.#synced
  }

  get newest(): string {
    return this.#newest
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value
  }

  resourceVersionOf(key: string): string | undefined {
    const entry = this.#entries.get(key)
    return entry && versionOf(entry)
  }

  *entries(): Iterable<[string, T]> {
    for (const [key, entry] of this.#entries) yield [key, entry.value]
  }

  replace(
    items: ReadonlyMap<string, StoreEntry<T>>,
    listResourceVersion: string,
    options?: { force?: boolean },
  ): void {
    const force = options?.force === true
    if (force) this.#newest = ''
    this.#see(listResourceVersion)
    for (const [key, entry] of items) {
      this.#see(entry.resourceVersion)
      if (force || this.#corrects(key, entry, listResourceVersion)) this.#set(key, entry)
    }
    if (this.#entries.size > items.size) this.#deleteUnlisted(items, listResourceVersion, force)
    this.#synced = true
  }

  complete(listResourceVersion: string): void {
    this.#see(listResourceVersion)
    this.#synced = true
  }

  /**
   * True if a list is right about an object: whenever the list as a whole is not older than the entry here.
   * If it then has an older version of the object, the cluster was restored and has since caught up.
   */
  #corrects(key: string, listed: StoreEntry<T>, listResourceVersion: string): boolean {
    const entry = this.#entries.get(key)
    if (!entry) return true
    const known = versionOf(entry)
    if (isNewer(listed.resourceVersion, known)) return true
    return listed.resourceVersion !== known && !isNewer(known, listResourceVersion)
  }

  /** All objects of the list are here by now, so there is something to delete only if there are more. */
  #deleteUnlisted(items: ReadonlyMap<string, unknown>, listResourceVersion: string, force: boolean): void {
    for (const [key, entry] of this.#entries) {
      if (items.has(key)) continue
      if (force || !isNewer(versionOf(entry), listResourceVersion)) this.#delete(key, entry)
    }
  }

  isNews(key: string, resourceVersion: string): boolean {
    const entry = this.#entries.get(key)
    return entry === undefined || isNewer(resourceVersion, versionOf(entry))
  }

  apply(key: string, resourceVersion: string, value: T): void {
    this.#see(resourceVersion)
    if (this.isNews(key, resourceVersion)) this.#set(key, { resourceVersion, value })
  }

  remove(key: string, resourceVersion: string): void {
    this.#see(resourceVersion)
    const entry = this.#entries.get(key)
    if (entry && !isNewer(versionOf(entry), resourceVersion)) this.#delete(key, entry)
  }

  offer(key: string, resourceVersion: string, value: T): boolean {
    this.#see(resourceVersion)
    if (!this.#entries.has(key) || !this.isNews(key, resourceVersion)) return false
    this.#set(key, { resourceVersion, value })
    return true
  }

  revise(key: string, before: T, after: T): void {
    const entry = this.#entries.get(key)
    if (entry?.value === before) entry.value = after
  }

  markAbsent(): void {
    for (const [key, entry] of this.#entries) this.#delete(key, entry)
    this.#synced = true
  }

  #see(resourceVersion: string): void {
    if (isNewer(resourceVersion, this.#newest)) this.#newest = resourceVersion
  }

  #set(key: string, entry: StoreEntry<T>): void {
    const before = this.#entries.get(key)
    this.#entries.set(key, keep(entry))
    this.#onChange(before ? { key, before: before.value, after: entry.value } : { key, after: entry.value })
  }

  #delete(key: string, entry: Kept<T>): void {
    this.#entries.delete(key)
    this.#onChange({ key, before: entry.value })
  }
}
