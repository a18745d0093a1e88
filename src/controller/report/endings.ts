import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { startDeadline } from '../../kube/http/deadline.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { resourcePath } from '../../kube/resource.ts'
import { listPages } from '../../kube/watch/pages.ts'
import { type RouteKey, routeTitle } from '../../routes/key.ts'
import type { Route, RouteCodec } from '../../routes/route.ts'
import type { RouteRecord } from '../../view/route-record.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'
import type { View } from '../../view/view.ts'
import { resourceOf } from '../write/route-writer.ts'
import type { Metrics } from './metrics.ts'
import { refOf } from './timeline.ts'

export interface EndingsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly transport: Transport
  readonly view: View
  readonly metrics: Pick<Metrics, 'ended'>
  readonly codecOf: (kind: string) => RouteCodec | undefined
  /** False while another replica leads, and reports for all. */
  readonly leads: () => boolean
  readonly onEntry?: ((entry: TimelineEntry) => void) | undefined
}

const sentences = {
  deleted: 'was deleted',
  unselected: 'is no longer controlled: the selector does not match its labels',
  unknown: 'was deleted, or is no longer controlled',
} as const

/** The answer to the question whether the object still exists must come within this time (ms). */
const patienceMs = 5_000

/**
 * Reports that the operator no longer controls a route. A watch shows a deletion and the loss of the label
 * alike, so the API server is asked which it was: one route after the other, since many may go at once.
 */
export class Endings {
  readonly #options: EndingsOptions
  readonly #stopping = new AbortController()
  #waiting: RouteRecord[] = []
  #isBusy = false

  constructor(options: EndingsOptions) {
    this.#options = options
  }

  /** Must be called with a route that is gone, before the view forgets it. */
  gone(key: RouteKey): void {
    const { view, leads } = this.#options
    const record = view.get(key)
    if (!record || !leads() || this.#stopping.signal.aborted) return
    this.#waiting.push(record)
    if (!this.#isBusy) void this.#work()
  }

  /** What is not reported yet is not reported any more, and nothing more is asked. */
  stop(): void {
    this.#waiting = []
    this.#stopping.abort()
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const end = await this.#endOf(next.route)
      // A server that does not answer is not asked about each of many routes.
      const ended = this.#waiting.splice(0, end === 'unknown' ? this.#waiting.length : 1)
      for (const record of ended) this.#report(record, end)
    }
    this.#isBusy = false
  }

  async #endOf(route: Route): Promise<keyof typeof sentences> {
    const { clock, transport, codecOf } = this.#options
    const codec = codecOf(route.kind)
    if (!codec) return 'unknown'
    const path = resourcePath(resourceOf(route, codec), route.namespace)
    const query = { fieldSelector: `metadata.name=${route.name}` }
    const deadline = startDeadline(clock, patienceMs, this.#stopping.signal)
    const found: Route[] = []
    const listed = await listPages(transport, path, query, deadline.signal, (object) =>
      found.push(codec.read(object)),
    )
    deadline.stop()
    if (!listed.ok) return 'unknown'
    return found.some(({ uid }) => uid === route.uid) ? 'unselected' : 'deleted'
  }

  /** A route that is controlled again by now, such as one that was replaced, has not ended. */
  #report({ key, route, state }: RouteRecord, end: keyof typeof sentences): void {
    const { view, leads, log, metrics, onEntry } = this.#options
    if (view.get(key) || !leads()) return
    const primary = route.splits[0]?.primary
    const entry = view.append({
      what: 'end',
      route: refOf(route),
      rule: undefined,
      state,
      sentence: sentences[end],
      splits: [],
      cluster: primary === undefined ? undefined : view.clusterOf(primary),
      reactionMs: undefined,
    })
    log.info({ id: entry.id, route: routeTitle(route) }, `${routeTitle(route)} ${entry.sentence}`)
    metrics.ended.inc()
    onEntry?.(entry)
  }
}
