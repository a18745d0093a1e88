import { equal } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import { epoch, type Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'
import { DrainSight } from './drain-sight.ts'
import { timesOfDay } from './drain-view.ts'
import type { View } from './view.ts'

const resource = 'drains'
const definition = 'drains.failover.linkerd.io'
/** After the end of a Drain, all that is to be written about it is written within so long (ms). */
const reportedMs = 120_000

/** Follows what happens to Drains, and what each process comes to know of them. */
export class DrainChecker {
  readonly sight: DrainSight
  readonly #objects = new Map<string, KubeObject>()

  /** Drains of this namespace are for all routes. */
  constructor(rootNamespace: string) {
    this.sight = new DrainSight(rootNamespace)
  }

  /** Takes each change of the cluster; answers with what is wrong with it if the operator made it. */
  changed(
    plural: string,
    key: string,
    object: KubeObject | undefined,
    moment: number,
    at: number,
  ): string | undefined {
    if (plural === 'services') this.sight.clusters.change(key, object, moment)
    if (plural === 'customresourcedefinitions' && key.endsWith(definition))
      this.sight.facts.serve(object !== undefined, moment, at)
    if (plural !== resource) return undefined
    const before = this.#objects.get(key)
    if (object) this.#objects.set(key, object)
    else this.#objects.delete(key)
    this.sight.facts.change(key, object, moment, at)
    const isStatus = before && object && equal(withoutStatus(before), withoutStatus(object))
    return isStatus ? undefined : `wrote more of the Drain ${key} than its status`
  }

  /** A process may know more of Drains now. */
  told(process: Process, of: string, view: View, at: number): void {
    const known = view.of(resource)
    if (of === resource && known !== undefined) this.sight.view(process).knows(known, at)
  }

  sent({ process, resource: of, at }: Sent): void {
    if (of === 'discovery') this.sight.lookUps.sent(process, at)
  }

  /** A list that is read by a watch goes on as that watch. */
  listed(process: Process, of: string, at: number): void {
    if (of === resource) this.sight.view(process).opened(at)
  }

  answered(
    { process, request, resource: of }: Sent,
    status: number,
    at: number,
    retryAfterSeconds: number | undefined,
  ): void {
    if (of === 'discovery') this.sight.lookUps.answered(process, status, at, retryAfterSeconds)
    const isPlainWatch = request.query?.watch === '1' && request.query.sendInitialEvents === undefined
    if (of === resource && isPlainWatch && status === 200) this.sight.view(process).opened(at)
  }

  left({ process, resource: of }: Sent, at: number): void {
    if (of === resource) this.sight.view(process).left(at)
  }

  /** Whether a Drain has ended so shortly before, by the time of day of a process, that it still writes about that. */
  isReporting(process: Process, at: number): boolean {
    const walls = timesOfDay(process, at).map((time) => epoch + time)
    return this.sight.facts.versions.some(
      ({ spec }) => spec && walls.some((wall) => spec.until <= wall && wall < spec.until + reportedMs),
    )
  }
}

/** An object but for its status and what every write changes. */
function withoutStatus({ status: _, ...object }: KubeObject) {
  const { resourceVersion: __, managedFields: ___, ...metadata } = object.metadata
  return { ...object, metadata }
}
