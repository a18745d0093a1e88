import type { Kind } from './kinds.ts'
import { type KubeObject, keyOf, withMeta } from './object.ts'

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED'

/**
 * One write, as watches see it. `encoded` keeps its lines, so that a change is serialised once, not per
 * watch.
 */
export type Change = {
  type: ChangeType
  version: number
  object: KubeObject
  previous: KubeObject | undefined
  encoded: Map<string, string>
}

export type Watcher = { deliver(change: Change): void; end(): void; fail(): void }

/** What a reader sees at one moment: keys in order, and the object under each. */
export type Snapshot = { version: number; keys: readonly string[]; get(key: string): KubeObject | undefined }

/** All that there is at one moment, as a backup of etcd has it. */
export type Backup = {
  readonly version: number
  readonly collections: readonly { readonly kind: Kind; readonly objects: ReadonlyMap<string, KubeObject> }[]
}

/** The first place in sorted keys that is not before `key`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

/** All objects of one kind, their recent history and those who watch them. */
export class Collection {
  readonly kind: Kind
  readonly objects: Map<string, KubeObject>
  readonly keys: string[]
  readonly watchers = new Set<Watcher>()
  history: Change[] = []
  /** Changes after this version are in the history; a watch from before it is expired. */
  oldest: number

  constructor(kind: Kind, version: number, objects: ReadonlyMap<string, KubeObject> = new Map()) {
    this.kind = kind
    this.oldest = version
    this.objects = new Map(objects)
    this.keys = [...objects.keys()].sort(compareKeys)
  }

  apply(change: Change): void {
    const key = keyOf(change.object)
    if (change.type === 'ADDED') this.keys.splice(lowerBound(this.keys, key), 0, key)
    if (change.type === 'DELETED') {
      this.keys.splice(lowerBound(this.keys, key), 1)
      this.objects.delete(key)
    } else this.objects.set(key, change.object)
    this.history.push(change)
  }

  /** Forgets all but the newest changes; done in bulk so that it costs nothing per write. */
  trim(limit: number): void {
    if (this.history.length <= limit * 2) return
    const kept = this.history.slice(-limit)
    this.oldest = (kept[0]?.version ?? 1) - 1
    this.history = kept
  }

  /** Changes after a version, oldest first; undefined when some of them are forgotten. */
  since(version: number): Change[] | undefined {
    if (version < this.oldest) return undefined
    let start = this.history.length
    while (start > 0 && (this.history[start - 1]?.version ?? 0) > version) start -= 1
    return this.history.slice(start)
  }

  /** The collection as it was at a version, by undoing what came later; undefined when that is forgotten. */
  at(version: number): Snapshot | undefined {
    const later = this.since(version)
    if (!later) return undefined
    const undone = new Map<string, KubeObject | undefined>()
    for (const change of later.reverse()) undone.set(keyOf(change.object), change.previous)
    if (undone.size === 0) return { version, keys: this.keys, get: (key) => this.objects.get(key) }
    const get = (key: string) => (undone.has(key) ? undone.get(key) : this.objects.get(key))
    const keys = new Set([...this.keys, ...undone.keys()])
    return { version, keys: [...keys].filter((key) => get(key)).sort(compareKeys), get }
  }
}

const compareKeys = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The objects of the cluster. Knows versions, history and watchers, and nothing of the rules of the API:
 * whoever writes here has checked the write.
 */
export class Store {
  /** Every write, of any kind, gets the next number. Starts above 1, so that 1 is always too old. */
  version = 100
  readonly #collections = new Map<string, Collection>()
  readonly #listeners = new Set<(kind: Kind, change: Change) => void>()
  readonly #historyLimit: number

  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit
  }

  collection(kind: Kind): Collection {
    let collection = this.#collections.get(kind.id)
    if (!collection) {
      collection = new Collection(kind, this.version)
      this.#collections.set(kind.id, collection)
    }
    return collection
  }

  collections(): Iterable<Collection> {
    return this.#collections.values()
  }

  get(kind: Kind, key: string): KubeObject | undefined {
    return this.collection(kind).objects.get(key)
  }

  /** Objects of one namespace, or of all, in key order. */
  list(kind: Kind, namespace?: string): KubeObject[] {
    const { keys, objects } = this.collection(kind)
    const [start, end] = rangeOf(keys, namespace)
    return keys.slice(start, end).flatMap((key) => objects.get(key) ?? [])
  }

  /** Stores an object under the next version and tells everyone; returns it as stored. */
  put(kind: Kind, object: KubeObject): KubeObject {
    const previous = this.get(kind, keyOf(object))
    return this.#commit(kind, previous ? 'MODIFIED' : 'ADDED', object, previous)
  }

  /** Removes an object; the deletion has a version of its own, as a watch sees it. */
  remove(kind: Kind, object: KubeObject): KubeObject {
    return this.#commit(kind, 'DELETED', object, object)
  }

  /** Ends the watches of a kind that is no longer served and forgets it. */
  drop(kind: Kind): void {
    const collection = this.#collections.get(kind.id)
    this.#collections.delete(kind.id)
    for (const watcher of collection?.watchers ?? []) watcher.end()
  }

  /** Ends the watches of a kind, which may be opened again. */
  endWatches(kind: Kind): void {
    for (const watcher of [...this.collection(kind).watchers]) watcher.end()
  }

  /** Calls back after every write, in order, and with what a restored backup makes of each object. */
  onChange(listener: (kind: Kind, change: Change) => void): void {
    this.#listeners.add(listener)
  }

  /** Forgets all history: every version that anyone has seen is expired, and open watches are told so. */
  expire(): void {
    this.version += 1
    for (const collection of this.#collections.values()) {
      collection.history = []
      collection.oldest = this.version
      for (const watcher of [...collection.watchers]) watcher.fail()
    }
  }

  backUp(): Backup {
    const collections = [...this.#collections.values()].map(({ kind, objects }) => ({
      kind,
      objects: new Map(objects),
    }))
    return { version: this.version, collections }
  }

  /**
   * Everything is again as it was, and nothing that came later has ever been: versions are counted from there
   * on, and no history is left. Open watches end; who listens to changes is told what became of each object.
   */
  restore({ version, collections }: Backup): void {
    const undone = [...this.#collections.values()]
    for (const { watchers } of undone) for (const watcher of [...watchers]) watcher.end()
    this.version = version
    this.#collections.clear()
    for (const { kind, objects } of collections) {
      this.#collections.set(kind.id, new Collection(kind, version, objects))
    }
    const before = new Map(undone.map((collection) => [collection.kind.id, collection.objects]))
    const kinds = new Map([...undone, ...collections].map(({ kind }) => [kind.id, kind]))
    for (const kind of kinds.values()) this.#tellDifference(kind, before.get(kind.id) ?? new Map())
  }

  #tellDifference(kind: Kind, before: ReadonlyMap<string, KubeObject>): void {
    const { version } = this
    const after = new Map(this.#collections.get(kind.id)?.objects)
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const [previous, now] = [before.get(key), after.get(key)]
      const object = now ?? previous
      if (!object || previous === now) continue
      const type = !now ? 'DELETED' : previous ? 'MODIFIED' : 'ADDED'
      this.#tell(kind, { type, version, object, previous, encoded: new Map() })
    }
  }

  #tell(kind: Kind, change: Change): void {
    for (const listener of this.#listeners) listener(kind, change)
  }

  #commit(kind: Kind, type: ChangeType, object: KubeObject, previous: KubeObject | undefined): KubeObject {
    this.version += 1
    const stored = withMeta(object, { resourceVersion: String(this.version) })
    const change = { type, version: this.version, object: stored, previous, encoded: new Map() }
    const collection = this.collection(kind)
    collection.apply(change)
    collection.trim(this.#historyLimit)
    for (const watcher of collection.watchers) watcher.deliver(change)
    this.#tell(kind, change)
    return stored
  }
}

/** Where the keys of a namespace begin and end among sorted keys; all of them without a namespace. */
export function rangeOf(keys: readonly string[], namespace: string | undefined): [number, number] {
  if (!namespace) return [0, keys.length]
  return [lowerBound(keys, `${namespace}/`), lowerBound(keys, `${namespace}0`)]
}
