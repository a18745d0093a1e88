import { Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import { createEventRecorder, type EventRecorder } from '../kube/events.ts'
import type { Transport } from '../kube/transport.ts'
import type { Log } from '../log.ts'
import { View } from '../view/view.ts'
import { addReadings, createMetrics } from './metrics.ts'
import { type Cause, Queue } from './queue.ts'
import { reconcile } from './reconcile.ts'
import { Reporter } from './report.ts'
import type { RouteKey } from './route-index.ts'
import { createWatches, type Watches, type WatchReading } from './watches.ts'

export interface OperatorOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Label selector of the routes that are ours. */
  readonly selector: string
  /** Names this process in Events. */
  readonly instance: string
  /** Where its metrics go, beside those that the process puts there; one of its own without it. */
  readonly registry?: Registry
}

/** A running operator, as its surroundings see it. */
export interface Operator {
  /** What stands still, in words; empty when work goes on. */
  live(): string[]
  /** What it still waits for, in words; empty when it acts. */
  ready(): string[]
  metrics(): Promise<{ contentType: string; text: string }>
  /** How every route stands, and what happened. */
  readonly view: View
  watches(): Iterable<WatchReading>
  /** Finishes the writes in flight and the Events that are due, then leaves. */
  stop(): Promise<void>
}

/** Reconciles in flight: enough to keep an API server busy, few enough to leave it air for others. */
const concurrency = 16
/** A due route that no worker took for so long means that work stands still (ms). */
const stuckAfterMs = 120_000

/** Joins the six hops: watches -> index -> queue -> reconcile -> writer -> report. */
export function startOperator(options: OperatorOptions): Operator {
  const { clock, log } = options
  const metrics = createMetrics(options.registry ?? new Registry())
  const events = createEventRecorder({
    ...options,
    reportingInstance: options.instance,
    busy: () => queue.depth + queue.inFlight > 0,
  })
  const view: View = new View({
    clock,
    epoch: epochOf(options),
    readiness: (service) => watches.readiness(service),
    clusterOf: (service) => watches.clusterOf(service),
  })
  const reporter = new Reporter({ clock, log, metrics, view, event: (input) => events.record(input) })
  const queue: Queue = new Queue({
    clock,
    concurrency,
    handle: (key, cause) => handle(key, cause),
    onBug: (key, error) => log.error({ route: key, err: error }, `a bug: reconciling ${key} threw`),
  })
  const watches = createWatches({
    ...options,
    onEvent: (watch, type) => metrics.watchEvents.inc({ watch, type }),
    onDue: (key, cause) => queue.add(key, cause),
    onCounts: (key) => view.touch(key),
    onSynced: () => {
      log.info({}, 'the readiness of all services is known; failing over from now on')
      queue.start()
    },
  })
  const handle = async (key: RouteKey, cause: Cause) => {
    const outcome = await reconcile(key, watches)
    reporter.report(key, outcome, cause)
    return outcome.kind === 'failed' ? 'retry' : 'done'
  }
  addReadings(metrics.registry, readingsOf(queue, watches, view, events))
  watches.start()
  return {
    live: () => stuck(queue),
    ready: () => watches.missing(),
    metrics: async () => ({
      contentType: metrics.registry.contentType,
      text: await metrics.registry.metrics(),
    }),
    view,
    watches: () => watches.readings(),
    stop: async () => {
      await queue.drain()
      await Promise.all([watches.stop(), events.stop()])
    },
  }
}

/** Sets this process apart from those before it and beside it. */
const epochOf = ({ clock, random }: OperatorOptions): string =>
  clock.wallTime().getTime().toString(36) + Math.floor(random() * 36 ** 4).toString(36)

function readingsOf(queue: Queue, watches: Watches, view: View, events: EventRecorder) {
  return {
    queueDepth: () => queue.depth,
    queueInFlight: () => queue.inFlight,
    queueOldestAgeMs: () => queue.oldestAgeMs,
    watches: () => watches.readings(),
    routes: () => view.counts(),
    eventsDropped: () => events.dropped,
  }
}

function stuck(queue: Queue): string[] {
  const seconds = Math.round(queue.oldestAgeMs / 1000)
  return queue.oldestAgeMs > stuckAfterMs
    ? [`work stands still: a route has waited ${seconds} s for a worker (${queue.inFlight} are busy)`]
    : []
}
