import type { DrainedOf } from '../../core/policy/drained.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { Discovery } from '../../kube/discovery.ts'
import type { CacheTools } from '../../kube/watch/cache.ts'
import { createJoinedCache, type ReadCache } from '../../kube/watch/joined-cache.ts'
import { type Drain, drainKey, drainNames, localCluster, readDrain } from '../../policies/drain.ts'
import { DrainBook, type DrainBookOptions, drainNamesText } from '../../policies/drain-book.ts'
import { placeOf, type ServiceFacts } from '../../readiness/service-facts.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteIndex } from '../../routes/route-index.ts'
import type { Cause } from '../queue.ts'
import { OwnKind } from './own-kind.ts'

export interface DrainOptions {
  /** The namespace whose Drains are for all routes; without it Drains are not followed. */
  readonly policies?: string | undefined
  /** Drains and FailoverPolicies of these namespaces only; of all without it. */
  readonly drainNamespaces?: readonly string[] | undefined
}

/** What Drains are applied to. */
export interface Drainable {
  readonly index: Pick<RouteIndex, 'services' | 'using'>
  readonly get: (key: RouteKey) => Route | undefined
  /** All routes that are ours. */
  readonly keys: () => Iterable<RouteKey>
  readonly service: (service: ServiceKey) => ServiceFacts | undefined
}

interface Tools extends CacheTools {
  readonly discovery: Discovery
  readonly onDue: (key: RouteKey, cause: Cause) => void
}

/** Watches Drains if they are asked for, and makes routes due of which other backends are drained than before. */
export function watchDrains(
  tools: Tools,
  { policies, drainNamespaces }: DrainOptions,
  { index, get, keys, service }: Drainable,
): DrainWatch | undefined {
  if (policies === undefined) return undefined
  const makeDue = (some: Iterable<RouteKey>) => {
    for (const key of some) tools.onDue(key, { at: tools.clock.now() })
  }
  const onChange: DrainWatchOptions['onChange'] = (concerns) => {
    const due = new Set<RouteKey>()
    for (const name of index.services())
      for (const key of index.using(name)) {
        const namespace = get(key)?.namespace
        if (namespace !== undefined && !due.has(key) && concerns(namespace, name)) due.add(key)
      }
    makeDue(due)
  }
  const onKnown = () => makeDue(keys())
  const places = { rootNamespace: policies, namespaces: drainNamespaces }
  return new DrainWatch({ ...tools, ...places, service, onKnown, onChange })
}

interface DrainWatchOptions extends CacheTools, Pick<Drainable, 'service'> {
  readonly discovery: Discovery
  /** Drains of this namespace are for all routes. */
  readonly rootNamespace: string
  readonly namespaces: readonly string[] | undefined
  /** Called when other backends are drained than before: see `DrainBook`. */
  readonly onChange: DrainBookOptions['onChange']
  /** Called once, when Drains are known. */
  readonly onKnown: () => void
}

/** The Drains of the cluster. */
export class DrainWatch {
  readonly cache: ReadCache<Drain>
  readonly book: DrainBook
  readonly #options: DrainWatchOptions
  readonly #kind: OwnKind
  readonly #listeners: ((keys: readonly string[]) => void)[] = []

  constructor(options: DrainWatchOptions) {
    const { clock, discovery, rootNamespace, service, onChange } = options
    this.#options = options
    this.book = new DrainBook({
      clock,
      scope: { rootNamespace, placeOf: (name) => placeOf(service(name), localCluster) },
      onChange: (concerns) => {
        onChange(concerns)
        this.#tell([...this.book.all()].map(drainKey))
      },
    })
    this.cache = createJoinedCache<Drain>(
      {
        name: drainNames.plural,
        resource: () => discovery.find(drainNames),
        project: readDrain,
        onChange: ({ key, after }) => {
          this.book.see(key, after)
          this.#tell([key])
        },
      },
      {
        ...options,
        onState: () => {
          this.#kind.see()
          options.onState()
        },
      },
      options.namespaces,
    )
    this.#kind = new OwnKind({
      ...options,
      cache: this.cache,
      setSure: (isSure) => this.book.setSure(isSure),
      onRemoved: () => this.#removedText(),
    })
  }

  /** What is drained for the routes of a namespace, `undefined` for nothing; `unknown` before Drains are known. */
  of(namespace: string): DrainedOf | 'unknown' | undefined {
    return this.#kind.isKnown ? this.book.of(namespace) : 'unknown'
  }

  /** Calls back with the Drains (`namespace/name`) that changed, began, ended or went. */
  onChange(listener: (keys: readonly string[]) => void): void {
    this.#listeners.push(listener)
  }

  get rootNamespace(): string {
    return this.#options.rootNamespace
  }

  /** They are known, or the server refuses to list them, which may never end. */
  get isSettled(): boolean {
    return this.#kind.isSettled
  }

  #tell(keys: readonly string[]): void {
    for (const listener of this.#listeners) listener(keys)
  }

  #removedText() {
    const kept = this.book.kept()
    if (kept.length === 0) return undefined
    return {
      fields: { drains: kept.length },
      text: `the kind ${drainNames.plural}.${drainNames.group} was removed from the cluster while Drains were in effect: ${drainNamesText(kept)}; they stay in effect until they end, the kind is installed again, or the operator is restarted`,
    }
  }
}
