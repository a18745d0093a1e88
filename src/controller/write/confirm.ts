import type { Clock } from '../../base/clock.ts'
import { ok, type Result } from '../../base/result.ts'
import type { ReadinessOf } from '../../core/types.ts'
import type { KubeError } from '../../kube/errors.ts'
import { startDeadline } from '../../kube/http/deadline.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { resourcePath } from '../../kube/resource.ts'
import { listPages } from '../../kube/watch/pages.ts'
import { type BesideNow, type ReadNow, readNow } from '../../readiness/read-now.ts'
import type { Judged } from '../../routes/judge.ts'
import { type RouteKey, routeKey } from '../../routes/key.ts'
import { type Route, type RouteCodec, servicesBehind } from '../../routes/route.ts'
import { resourceOf } from './route-writer.ts'

export interface ConfirmOptions {
  readonly clock: Clock
  readonly transport: Transport
  /** Label selector of the routes that are ours. */
  readonly selector: string
  readonly codecOf: (kind: string) => RouteCodec | undefined
  /** What is made of a route by the caches, as they are by now; `undefined` if it is gone. */
  readonly known: (key: RouteKey) => Judged | undefined
  /** What is made of a route by this readiness, and by all else that is known. */
  readonly judge: (route: Route, readiness: ReadinessOf) => Judged
  /** Whether the caches know what Drains and policies there are now for the routes of a namespace. */
  readonly isOwnCurrent: (namespace: string, reading: ReadNow) => Promise<Result<boolean, KubeError>>
}

/**
 * Judges a route by the cluster as the API server has it now, and answers with the plans of it that `part`
 * chooses if they are those of `planned`; with `undefined` if they are not, or if the caches have come to
 * know better meanwhile, or do not know of a Drain or a policy yet. What the API server does not know is
 * known `beside`. The error is that of a read that failed, or took longer than `freshMs`.
 */
export type Confirm = (
  planned: Judged,
  beside: BesideNow,
  part: (judged: Judged) => Judged | undefined,
) => Promise<Result<Judged | undefined, KubeError>>

/** What was read is good for so long (ms). */
export const freshMs = 1_000

export const confirmWith =
  (options: ConfirmOptions): Confirm =>
  async (planned, beside, part) => {
    const deadline = startDeadline(options.clock, freshMs)
    const now = await judgeNow(planned.route, beside, deadline.signal, options)
    deadline.stop()
    if (!now.ok) return now
    const known = options.known(routeKey(planned.route))
    const [confirmed, still] = [now.value, known].map((judged) => judged && part(judged))
    const isSame = [confirmed, still].every((judged) => planText(judged) === planText(planned))
    return ok(isSame ? confirmed : undefined)
  }

const planText = (judged: Judged | undefined): string =>
  JSON.stringify(judged?.verdicts.map(({ plan }) => plan) ?? null)

/** Reads a route, then what its decision depends on; `undefined` if it is gone, or is not ours any more. */
async function judgeNow(
  route: Route,
  beside: BesideNow,
  signal: AbortSignal,
  { transport, selector, codecOf, judge, isOwnCurrent }: ConfirmOptions,
): Promise<Result<Judged | undefined, KubeError>> {
  const codec = codecOf(route.kind)
  if (!codec) return ok(undefined)
  const path = resourcePath(resourceOf(route, codec), route.namespace)
  const query = { labelSelector: selector, fieldSelector: `metadata.name=${route.name}` }
  const found: Route[] = []
  const listed = await listPages(transport, path, query, signal, (object) => found.push(codec.read(object)))
  if (!listed.ok) return listed
  const [now] = found
  if (!now) return ok(undefined)
  const reading = { transport, signal }
  const [readiness, isCurrent] = await Promise.all([
    readNow(servicesBehind(now), reading, beside),
    isOwnCurrent(now.namespace, reading),
  ])
  if (!readiness.ok) return readiness
  if (!isCurrent.ok) return isCurrent
  return ok(isCurrent.value ? judge(now, readiness.value) : undefined)
}
