import { Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import { createEventRecorder, type EventRecorder } from '../kube/events.ts'
import type { Transport } from '../kube/transport.ts'
import type { Log } from '../log.ts'
import { addReadings, createMetrics } from './metrics.ts'
import { type Cause, Queue } from './queue.ts'
import { reconcile } from './reconcile.ts'
import { Reporter } from './report.ts'
import type { RouteKey } from './route-index.ts'
import { createWatches, type Watches } from './watches.ts'

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
  const events = createEventRecorder({ ...options, reportingInstance: options.instance })
  const reporter = new Reporter({ clock, log, metrics, event: (input) => events.record(input) })
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
    onSynced: () => {
      log.info({}, 'all caches are complete; failing over from now on')
      queue.start()
    },
  })
  const handle = async (key: RouteKey, cause: Cause) => {
    const outcome = await reconcile(key, watches)
    reporter.report(key, outcome, cause)
    return outcome.kind === 'failed' ? 'retry' : 'done'
  }
  addReadings(metrics.registry, readingsOf(queue, watches, reporter, events))
  watches.start()
  return {
    live: () => stuck(queue),
    ready: () => watches.missing(),
    metrics: async () => ({
      contentType: metrics.registry.contentType,
      text: await metrics.registry.metrics(),
    }),
    stop: async () => {
      await queue.drain()
      await Promise.all([watches.stop(), events.stop()])
    },
  }
}

function readingsOf(queue: Queue, watches: Watches, reporter: Reporter, events: EventRecorder) {
  return {
    queueDepth: () => queue.depth,
    queueInFlight: () => queue.inFlight,
    queueOldestAgeMs: () => queue.oldestAgeMs,
    watches: () => watches.readings(),
    routes: () => reporter.counts(),
    eventsDropped: () => events.dropped,
  }
}

function stuck(queue: Queue): string[] {
  const seconds = Math.round(queue.oldestAgeMs / 1000)
  return queue.oldestAgeMs > stuckAfterMs
    ? [`work stands still: a route has waited ${seconds} s for a worker (${queue.inFlight} are busy)`]
    : []
}
