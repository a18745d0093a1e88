import { intern } from '../../base/intern.ts'
import type { Discovery } from '../../kube/discovery.ts'
import { type Cache, type CacheTools, createCache } from '../../kube/watch/cache.ts'
import { objectKeyOf, type RouteKey, routeKeyOf } from '../../routes/key.ts'
import type { Route, RouteCodec } from '../../routes/route.ts'

export interface RouteWatchOptions extends CacheTools {
  /** Label selector of the routes that are ours. */
  readonly selector: string
  readonly codec: RouteCodec
  /** Routes of this namespace only; of all without it. */
  readonly namespace?: string | undefined
  /** Shared by all kinds, so that what is missing is asked for once. */
  readonly discovery: Discovery
  /** Called with each state of a route, and the one before it; `undefined` if there is none. */
  readonly onRoute: (key: RouteKey, before: Route | undefined, after: Route | undefined) => void
}

/** One kind of route: the routes that are ours. */
export class RouteWatch {
  readonly codec: RouteCodec
  readonly cache: Cache<Route>

  constructor(options: RouteWatchOptions) {
    const { codec, discovery, namespace, selector, onRoute } = options
    this.codec = codec
    this.cache = createCache(
      {
        name: watchName(codec),
        resource: () => discovery.find(codec),
        namespace,
        labelSelector: selector,
        project: codec.read,
        onChange: ({ key, before, after }) => onRoute(this.#keyOf(key), before, after),
      },
      options,
    )
  }

  get(key: RouteKey): Route | undefined {
    return this.cache.reader.get(objectKeyOf(key))
  }

  /** Keeps another reading of a route; see `StoreWriter.revise`. */
  revise(key: RouteKey, before: Route, after: Route): void {
    this.cache.writer.revise(objectKeyOf(key), before, after)
  }

  *keys(): Iterable<RouteKey> {
    for (const [objectKey] of this.cache.reader.entries()) yield this.#keyOf(objectKey)
  }

  /** Kept in many maps, so it is one text. */
  #keyOf(objectKey: string): RouteKey {
    return intern(routeKeyOf(this.codec.kind, objectKey))
  }
}

/** The plural, as logs and metrics name the watch; with the group if another kind has taken the plural. */
const watchName = ({ kind, objectKind, plural, group }: RouteCodec): string =>
  kind === objectKind ? plural : `${plural}.${group}`
