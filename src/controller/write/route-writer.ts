import { programName, standbyName } from '../../base/names.ts'
import { ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../../kube/errors.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { patchJson } from '../../kube/patch.ts'
import type { Resource } from '../../kube/resource.ts'
import { readHead } from '../../kube/watch/watch-event.ts'
import type { Judged } from '../../routes/judge.ts'
import { objectKeyOf, type RouteKey, routeKey } from '../../routes/key.ts'
import { routePatch } from '../../routes/patch.ts'
import type { Route, RouteCodec } from '../../routes/route.ts'
import type { Cause } from '../queue.ts'
import type { RouteWatch } from '../watch/route-watch.ts'
import type { UnansweredWrites } from './unanswered-writes.ts'

export interface RouteWriterOptions {
  readonly transport: Transport
  /**
   * Label keys by which routes are selected; a patch holds only while their values stay as they were read.
   */
  readonly selectorKeys: readonly string[]
  readonly writes: UnansweredWrites
  /** The routes of a kind, as its codec calls it. */
  readonly kind: (name: string) => RouteWatch | undefined
  /** A route with what policies ask for. */
  readonly applied: (route: Route) => Route
}

/** Writes weights to the cluster. */
export class RouteWriter {
  readonly #options: RouteWriterOptions

  constructor(options: RouteWriterOptions) {
    this.#options = options
  }

  /**
   * Moves the weights of a route in one atomic patch. The server's answer enters the cache at once, so that
   * the next decision starts from it and not from the watch event that follows.
   */
  async write(judged: Judged, cause: Cause): Promise<Result<Route, KubeError>> {
    const { transport, writes } = this.#options
    const key = routeKey(judged.route)
    const write = writes.begin(key, judged, cause)
    const answer = await this.#patch(judged, transport, programName)
    writes.end(key, write, answer.ok ? undefined : answer.error)
    return answer
  }

  /**
   * The same in the name of a standby, by a transport that lets it write. That it was applied is learnt from
   * the route itself, by every replica.
   */
  hedge(judged: Judged, transport: Transport): Promise<Result<Route, KubeError>> {
    return this.#patch(judged, transport, standbyName)
  }

  async #patch(
    { route, verdicts }: Judged,
    transport: Transport,
    manager: string,
  ): Promise<Result<Route, KubeError>> {
    const { namespace, name } = route
    const watch = this.#options.kind(route.kind)
    if (!watch) throw new Error(`no codec for ${route.kind}`)
    const plans = verdicts.map(({ plan }) => plan)
    const operations = routePatch(route, plans, this.#options.selectorKeys)
    const resource = resourceOf(route, watch.codec)
    const answer = await patchJson(transport, resource, namespace, name, operations, manager)
    return answer.ok ? ok(this.#options.applied(take(watch, routeKey(route), answer.value))) : answer
  }
}

/** The route as the server has it now, which the watch may have shown before the answer came. */
function take({ cache, codec }: RouteWatch, key: RouteKey, object: unknown): Route {
  const { reader, writer } = cache
  const objectKey = objectKeyOf(key)
  const version = readHead(object)?.resourceVersion
  const known = version === reader.resourceVersionOf(objectKey) ? reader.get(objectKey) : undefined
  if (known) return known
  const after = codec.read(object)
  if (version !== undefined) writer.offer(objectKey, version, after)
  return after
}

/** The version in which the route was read: the paths of the patch are that version's. */
export function resourceOf(route: Route, { group, plural }: RouteCodec): Resource {
  return { group, version: route.apiVersion.slice(group.length + 1), plural }
}
