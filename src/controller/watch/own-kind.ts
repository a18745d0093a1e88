import type { Log } from '../../base/log.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { Discovery, Names } from '../../kube/discovery.ts'
import type { CacheTools } from '../../kube/watch/cache.ts'
import { createJoinedCache, type ReadCache } from '../../kube/watch/joined-cache.ts'
import { type ObjectHead, objectKey } from '../../policies/object.ts'
import type { ServiceFacts } from '../../readiness/service-facts.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteIndex } from '../../routes/route-index.ts'

/** What keeps the objects of a kind, and knows which of them count. */
export interface Book<T> {
  see(key: string, after: T | undefined): void
  /** Whether it is certain that what is not there was deleted on purpose. */
  setSure(isSure: boolean): void
  all(): Iterable<T>
  /** Those that count although they are not in the cluster any more. */
  kept(): readonly T[]
  stop(): void
}

/** Which objects of our own kinds are followed. */
export interface OwnKindsOptions {
  /** The namespace whose Drains and FailoverPolicies are for all routes; without it none are followed. */
  readonly policies?: string | undefined
  /** Drains and FailoverPolicies of these namespaces only; of all without it. */
  readonly ownNamespaces?: readonly string[] | undefined
}

/** The routes that are ours, and the Services behind them: what our own kinds are applied to. */
export interface KnownRoutes {
  readonly index: Pick<RouteIndex, 'services' | 'using'>
  /** A route as it is kept: declared, or with what policies ask for. */
  readonly get: (key: RouteKey) => Route | undefined
  /** Keeps `after` instead of `before`. */
  readonly revise: (key: RouteKey, before: Route, after: Route) => void
  /** All routes that are ours. */
  readonly keys: () => Iterable<RouteKey>
  readonly service: (service: ServiceKey) => ServiceFacts | undefined
}

export interface OwnKindOptions<T> extends CacheTools {
  readonly discovery: Discovery
  readonly names: Names
  /** Reads an object of the API server. */
  readonly read: (object: unknown) => T
  /** The namespace whose objects are for all routes. */
  readonly rootNamespace: string
  /** Objects of these namespaces only; of all if it is `undefined`. */
  readonly namespaces: readonly string[] | undefined
  readonly book: Book<T>
  /** What to report if the kind itself was removed while some of its objects were `kept`. */
  readonly removed: (kept: readonly T[]) => Parameters<Log['error']>
  /** Called once, when the objects are known. */
  readonly onKnown: () => void
}

/** The objects of one of our own kinds, which may be installed and removed at any time. */
export class OwnKind<T extends ObjectHead> {
  readonly cache: ReadCache<T>
  readonly #options: OwnKindOptions<T>
  readonly #listeners: ((keys: readonly string[]) => void)[] = []
  #isKnown = false
  #wasAbsent = false

  constructor(options: OwnKindOptions<T>) {
    const { discovery, names, read, book, namespaces, onState } = options
    this.#options = options
    this.cache = createJoinedCache<T>(
      {
        name: names.plural,
        resource: () => discovery.find(names),
        project: read,
        // What came and went while the watch was silent must not take effect for a moment.
        relists: true,
        onChange: ({ key, after }) => {
          book.see(key, after)
          this.report([key])
        },
      },
      {
        ...options,
        onState: () => {
          this.#see()
          onState()
        },
      },
      namespaces,
    )
  }

  get names(): Names {
    return this.#options.names
  }

  get rootNamespace(): string {
    return this.#options.rootNamespace
  }

  get reader(): ReadCache<T>['reader'] {
    return this.cache.reader
  }

  get isKnown(): boolean {
    return this.#isKnown
  }

  /** They are known, or the server refuses to list them, which may never end. */
  get isSettled(): boolean {
    return this.#isKnown || this.cache.state() === 'backingOff'
  }

  /** Calls back with each object (`namespace/name`) that changed, or counts for other routes than before. */
  onChange(listener: (keys: readonly string[]) => void): void {
    this.#listeners.push(listener)
  }

  report(keys: readonly string[]): void {
    for (const listener of this.#listeners) listener(keys)
  }

  /** For when it is not known which of the objects count for others now. */
  reportAll(): void {
    this.report([...this.#options.book.all()].map(objectKey))
  }

  stop(): void {
    this.#options.book.stop()
  }

  #see(): void {
    const { book, onKnown } = this.#options
    const state = this.cache.state()
    // Without a watch it is not known why an object is gone: with the whole kind, maybe.
    book.setSure(state === 'watching')
    if (state === 'absent') this.#reportRemoved()
    this.#wasAbsent = state === 'absent' || (this.#wasAbsent && state === 'resolving')
    if (!this.reader.synced || this.#isKnown) return
    this.#isKnown = true
    onKnown()
  }

  #reportRemoved(): void {
    const { book, log, removed } = this.#options
    const kept = this.#wasAbsent ? [] : book.kept()
    if (kept.length > 0) log.error(...removed(kept))
  }
}
