import { ok, type Result } from '../../base/result.ts'
import type { Discovery } from '../../kube/discovery.ts'
import type { KubeError } from '../../kube/errors.ts'
import { patchJson } from '../../kube/patch.ts'
import type { Resource } from '../../kube/resource.ts'
import { type Cache, type CacheTools, createCache } from '../../kube/watch/cache.ts'
import { readHead } from '../../kube/watch/watch-event.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import { routePatch } from '../../routes/patch.ts'
import type { Route, RouteCodec } from '../../routes/route.ts'
import type { RouteIndex } from '../../routes/route-index.ts'
import type { Cause } from '../queue.ts'
import { type Landed, OwnWrites } from '../write/unanswered-writes.ts'

export interface RouteWatchOptions extends CacheTools {
  /** Label selector of the routes that are ours. */
  readonly selector: string
  /** Whether this process is the one that writes. */
  readonly leads: () => boolean
  /** A route that may have to change, and what made it so. */
  readonly onDue: (key: RouteKey, cause: Cause) => void
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
  /** What this process is writing, or has written without an answer. */
  readonly writes: OwnWrites
  readonly #options: RouteWatchOptions

  constructor(options: RouteWatchOptions) {
    this.#options = options
    this.writes = new OwnWrites(options)
    const { codec, index, discovery, clock, selector, onDue } = options
    this.cache = createCache(
      {
        name: watchName(codec),
        resource: () => discovery.find(codec),
        labelSelector: selector,
        project: codec.read,
        onChange: ({ key, before, after }) => {
          const routeKey = this.#keyOf(key)
          this.writes.see(key, after)
          index.change(routeKey, before, after)
          onDue(routeKey, { at: clock.now() })
        },
      },
      options,
    )
  }

  get(key: RouteKey): Route | undefined {
    return this.cache.reader.get(this.#objectOf(key))
  }

  /** A write of ours that was applied and never answered; each such write is told of once. */
  takeLanded(key: RouteKey): Landed | undefined {
    return this.writes.takeLanded(this.#objectOf(key))
  }

  *keys(): Iterable<RouteKey> {
    const { reader } = this.cache
    for (const [key] of reader.entries()) yield this.#keyOf(key)
    for (const key of this.writes.landedKeys()) if (!reader.get(key)) yield this.#keyOf(key)
  }

  /**
   * Moves the weights of a route in one atomic patch. The server's answer enters the cache at once, so that the
   * next decision starts from it and not from the watch event that follows.
   */
  async write(judged: Judged, cause: Cause): Promise<Result<Route, KubeError>> {
    const { codec, transport, selectorKeys } = this.#options
    const { route, verdicts } = judged
    const { namespace, name } = route
    const plans = verdicts.map(({ plan }) => plan)
    const operations = routePatch(route, plans, selectorKeys)
    const key = `${namespace}/${name}`
    const write = this.writes.begin(key, judged, cause)
    const answer = await patchJson(transport, resourceOf(route, codec), namespace, name, operations)
    this.writes.end(key, write, answer.ok ? undefined : answer.error)
    if (!answer.ok) return answer
    return ok(this.#take(key, answer.value))
  }

  /** The route as the server has it now, which the watch may have told before the answer came. */
  #take(key: string, object: unknown): Route {
    const { reader, writer } = this.cache
    const version = readHead(object)?.resourceVersion
    const told = version === reader.resourceVersionOf(key) ? reader.get(key) : undefined
    if (told) return told
    const after = this.#options.codec.read(object)
    if (version !== undefined) writer.offer(key, version, after)
    return after
  }

  #keyOf(object: string): RouteKey {
    return `${this.#options.codec.kind}/${object}`
  }

  #objectOf(key: RouteKey): string {
    return key.slice(this.#options.codec.kind.length + 1)
  }
}

/** The plural, as logs and metrics name the watch; with the group where another kind has taken the plural. */
const watchName = ({ kind, objectKind, plural, group }: RouteCodec): string =>
  kind === objectKind ? plural : `${plural}.${group}`

/** The version in which the route was read: the paths of the patch are that version's. */
function resourceOf(route: Route, { group, plural }: RouteCodec): Resource {
  return { group, version: route.apiVersion.slice(group.length + 1), plural }
}
