import type { DrainedOf } from '../../core/policy/drained.ts'
import type { Discovery } from '../../kube/discovery.ts'
import type { CacheTools } from '../../kube/watch/cache.ts'
import { type Drain, drainNames, localCluster, readDrain } from '../../policies/drain.ts'
import { DrainBook, type DrainBookOptions } from '../../policies/drain-book.ts'
import { namesText } from '../../policies/object.ts'
import { placeOf } from '../../readiness/service-facts.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Cause } from '../queue.ts'
import { type KnownRoutes, OwnKind, type OwnKindOptions, type OwnKindsOptions } from './own-kind.ts'

interface Tools extends CacheTools {
  readonly discovery: Discovery
  readonly onDue: (key: RouteKey, cause: Cause) => void
}

/**
 * Watches Drains if they are asked for, and makes routes due of which other backends are drained than before.
 */
export function watchDrains(
  tools: Tools,
  { policies, ownNamespaces }: OwnKindsOptions,
  { index, get, keys, service }: KnownRoutes,
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
  const places = { rootNamespace: policies, namespaces: ownNamespaces }
  return new DrainWatch({ ...tools, ...places, service, onKnown, onChange })
}

interface DrainWatchOptions
  extends Omit<OwnKindOptions<Drain>, 'names' | 'read' | 'book' | 'removed'>,
    Pick<KnownRoutes, 'service'> {
  /** Called when other backends are drained than before: see `DrainBook`. */
  readonly onChange: DrainBookOptions['onChange']
}

/** The Drains of the cluster. */
export class DrainWatch {
  readonly book: DrainBook
  readonly kind: OwnKind<Drain>

  constructor(options: DrainWatchOptions) {
    const { clock, rootNamespace, service, onChange } = options
    this.book = new DrainBook({
      clock,
      scope: { rootNamespace, placeOf: (name) => placeOf(service(name), localCluster) },
      onChange: (concerns) => {
        onChange(concerns)
        this.kind.reportAll()
      },
    })
    this.kind = new OwnKind({ ...options, names: drainNames, read: readDrain, book: this.book, removed })
  }

  /** What is drained for the routes of a namespace; `undefined` for nothing, and before Drains are known. */
  of(namespace: string): DrainedOf | undefined {
    return this.kind.isKnown ? this.book.of(namespace) : undefined
  }
}

const removed: OwnKindOptions<Drain>['removed'] = (kept) => [
  { drains: kept.length },
  `the kind ${drainNames.plural}.${drainNames.group} was removed from the cluster while Drains were in effect: ${namesText(kept)}; they stay in effect until they end, the kind is installed again, or the operator is restarted`,
]
