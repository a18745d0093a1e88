import type { SplitPlan } from '../core/plan.ts'
import type { KubeError } from '../kube/errors.ts'
import { patchJson } from '../kube/patch.ts'
import type { Resource } from '../kube/resource.ts'
import { ok, type Result } from '../result.ts'
import { readMetadata } from '../routes/metadata.ts'
import { identityTests, ownershipTests } from '../routes/ownership.ts'
import type { Route, RouteCodec } from '../routes/route.ts'
import { weightPatch } from '../routes/weight-patch.ts'
import { type Cache, createCache } from './caches.ts'
import type { Discovery } from './discovery.ts'
import type { RouteIndex, RouteKey } from './route-index.ts'
import type { WatchesOptions } from './watches.ts'

export interface RouteWatchOptions extends WatchesOptions {
  readonly onState: () => void
  readonly codec: RouteCodec
  readonly index: RouteIndex
  /** Shared by all kinds, so that what is missing is asked for once. */
  readonly discovery: Discovery
  /** Label keys by which routes are selected; a patch holds only while their values stand. */
  readonly selectorKeys: readonly string[]
}

/** One kind of route: the routes that are ours, the index of what they use, and the way to write them. */
export class RouteWatch {
  readonly cache: Cache<Route>
  readonly #options: RouteWatchOptions

  constructor(options: RouteWatchOptions) {
    this.#options = options
    const { codec, index, discovery, clock, selector, onDue } = options
    this.cache = createCache(
      {
        name: watchName(codec),
        resource: () => discovery.find(codec),
        labelSelector: selector,
        project: codec.read,
        onChange: ({ key, before, after }) => {
          const routeKey = `${codec.kind}/${key}`
          index.change(routeKey, before, after)
          onDue(routeKey, { at: clock.now() })
        },
      },
      options,
    )
  }

  get(key: RouteKey): Route | undefined {
    return this.cache.reader.get(key.slice(this.#options.codec.kind.length + 1))
  }

  *keys(): Iterable<RouteKey> {
    for (const [key] of this.cache.reader.entries()) yield `${this.#options.codec.kind}/${key}`
  }

  /**
   * Moves the weights of a route in one atomic patch. The server's answer enters the cache at once, so that the
   * next decision starts from it and not from the watch event that follows.
   */
  async write(route: Route, plans: readonly SplitPlan[]): Promise<Result<Route, KubeError>> {
    const { codec, transport, selectorKeys } = this.#options
    const { namespace, name } = route
    const tests = [...identityTests(route), ...ownershipTests(route, selectorKeys)]
    const operations = [...tests, ...weightPatch(route, plans)]
    const answer = await patchJson(transport, resourceOf(route, codec), namespace, name, operations)
    if (!answer.ok) return answer
    const after = codec.read(answer.value)
    const { resourceVersion } = readMetadata(answer.value).metadata
    this.cache.writer.offer(`${namespace}/${name}`, resourceVersion, after)
    return ok(after)
  }
}

/** The plural, as logs and metrics name the watch; with the group where another kind has taken the plural. */
const watchName = ({ kind, objectKind, plural, group }: RouteCodec): string =>
  kind === objectKind ? plural : `${plural}.${group}`

/** The version in which the route was read: the paths of the patch are that version's. */
function resourceOf(route: Route, { group, plural }: RouteCodec): Resource {
  return { group, version: route.apiVersion.slice(group.length + 1), plural }
}
