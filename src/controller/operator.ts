import { Registry } from 'prom-client'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { createEventRecorder, type EventRecorder } from '../kube/events/recorder.ts'
import type { Transport } from '../kube/http/transport.ts'
import type { Links } from '../readiness/remote/linked-clusters.ts'
import type { TimelineEntry } from '../view/timeline-entry.ts'
import { View } from '../view/view.ts'
import { createHandler } from './handler.ts'
import { createLeadership, type Election, type Leadership } from './leadership.ts'
import { RouteMemory } from './memory.ts'
import { Queue } from './queue.ts'
import { Diagnoser } from './report/diagnoser.ts'
import { addReadings, createMetrics, type Metrics } from './report/metrics.ts'
import { Reporter } from './report/reporter.ts'
import { createWatches, type Watches, type WatchReading } from './watch/cluster-watch.ts'
import { watchSurroundings } from './watch/surroundings.ts'
import { Fights } from './write/fights.ts'

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
  /** The clusters that Linkerd is linked with and that may be read; none without it. */
  readonly links?: Links | undefined
  /** Several replicas share the work of one: only the elected one writes. Without it this is the only one. */
  readonly election?: Election | undefined
  /** Called with each line of the timeline that this replica tells, after the fact. Must not wait. */
  readonly onEntry?: (entry: TimelineEntry) => void
}

/** A running operator, as its surroundings see it. */
export interface Operator {
  /** What stands still, in words; empty when work goes on. */
  live(): string[]
  /** What it still waits for, in words; empty when it acts. */
  ready(): string[]
  /** Many weights are being moved just now. */
  busy(): boolean
  metrics(): Promise<{ contentType: string; text: string }>
  /** How every route stands, and what happened. */
  readonly view: View
  watches(): Iterable<WatchReading>
  /** Which part this replica has, and who leads; `alone` where nobody is elected. */
  leadership(): { readonly role: 'leader' | 'standby' | 'alone'; readonly leader: string | undefined }
  /** Finishes the writes in flight and the Events that are due, hands the lead over, and leaves. */
  stop(): Promise<void>
}

/** Reconciles in flight: enough to keep an API server busy, few enough to leave it air for others. */
const concurrency = 16
/** So many routes being worked on at once are a mass event. */
const busyFrom = 4
/** Events wait until there was none for so long (ms): while one transition follows another, weights come first. */
const lullMs = 200
/** A due route that no worker took for so long means that work stands still (ms). */
const stuckAfterMs = 120_000
/** For the last Events (ms): little where another replica waits for the lead. */
const eventPatienceMs = { alone: 2_000, elected: 300 } as const

/** Joins the six hops: watches -> index -> queue -> reconcile -> writer -> report. */
export function startOperator(options: OperatorOptions): Operator {
  const { clock, log } = options
  const metrics = createMetrics(options.registry ?? new Registry())
  const memory = new RouteMemory()
  const leadership = createLeadership({
    ...options,
    onChange: (leads) => (leads ? begin(parts) : rest(parts)),
    onOthers: () => watches.forgetWrites(),
  })
  const leads = () => leadership.leads
  const tools = { ...options, transport: leadership.transport, leads }
  let recordedAt = Number.NEGATIVE_INFINITY
  const events = createEventRecorder({
    ...tools,
    reportingInstance: options.instance,
    busy: () => queue.depth + queue.inFlight > 0 || clock.now() - recordedAt < lullMs,
  })
  const view: View = new View({
    clock,
    epoch: epochOf(options),
    readiness: (backend) => watches.readiness(backend),
    clusterOf: (service) => watches.clusterOf(service),
  })
  const reporter = new Reporter({
    ...{ clock, log, metrics, view, onEntry: options.onEntry, leads, memory },
    event: (input) => {
      recordedAt = clock.now()
      events.record(input)
    },
  })
  const queue: Queue = new Queue({
    clock,
    concurrency,
    handle: (key, cause) => handle(key, cause),
    onBug: (key, error) => log.error({ route: key, err: error }, `a bug: reconciling ${key} threw`),
  })
  const watches = createWatches({
    ...tools,
    onEvent: (watch, type) => metrics.watchEvents.inc({ watch, type }),
    onDue: (key, cause) => queue.add(key, cause),
    onCounts: (key) => view.touch(key),
    onFacts: (service) => diagnoser.touch(service),
    onSynced: () => {
      log.info({}, 'the readiness of all services is known')
      queue.start()
      leadership.stand()
    },
  })
  const fights = new Fights(clock, memory)
  const { diagnoser, surroundings } = createDiagnoser({ ...tools, memory }, metrics, reporter, watches)
  const joined = { queue, watches, view, events, leadership, reporter, diagnoser, fights, memory }
  const parts: Parts = { ...options, metrics, ...joined }
  const handle = createHandler(parts)
  addReadings(metrics.registry, readingsOf(parts))
  watches.start()
  return {
    live: () => stuck(queue),
    ready: () => watches.missing(),
    busy: () => queue.depth + queue.inFlight >= busyFrom,
    metrics: () => exposition(metrics),
    view,
    watches: () => watches.readings(),
    leadership: () => ({ role: roleIn(options, leads()), leader: leadership.leader }),
    stop: async () => {
      await queue.drain()
      diagnoser.stop()
      fights.forgetAll()
      await events.stop(options.election ? eventPatienceMs.elected : eventPatienceMs.alone)
      await Promise.all([leadership.leave(), watches.stop(), surroundings.stop()])
    },
  }
}

const roleIn = ({ election }: OperatorOptions, leads: boolean) =>
  !election ? 'alone' : leads ? 'leader' : 'standby'

const exposition = async ({ registry }: Metrics) => ({
  contentType: registry.contentType,
  text: await registry.metrics(),
})

/** What looks for trouble that does not stop the operator, with what it watches for that. */
function createDiagnoser(
  tools: OperatorOptions & { readonly memory: RouteMemory },
  { watchEvents }: Metrics,
  reporter: Reporter,
  watches: Watches,
) {
  const surroundings = watchSurroundings(
    { ...tools, onEvent: (watch, type) => watchEvents.inc({ watch, type }) },
    watches,
    (name) => diagnoser.touch(name),
    () => diagnoser.touchAll(),
  )
  const diagnoser: Diagnoser = new Diagnoser({
    clock: tools.clock,
    memory: tools.memory,
    surroundings,
    say: (route, finding) => reporter.found(route, finding),
  })
  return { diagnoser, surroundings }
}

/** From now on this replica leads. It looks at every route once: what happened while nobody led is seen now. */
function begin(parts: Parts): void {
  const { log, clock, metrics, events, queue, watches, reporter, diagnoser, leadership } = parts
  log.info({}, 'failing over from now on')
  metrics.leaderTransitions.inc({ to: 'leader' })
  events.resume()
  reporter.lead(leadership.lastLed)
  diagnoser.lead(leadership.lastLed)
  for (const key of watches.keys()) queue.add(key, { at: clock.now() })
}

/** This replica leads no more: it goes on looking, and neither writes nor tells. */
function rest({ metrics, events, fights }: Parts): void {
  metrics.leaderTransitions.inc({ to: 'standby' })
  fights.forgetAll()
  events.pause()
}

/** Sets this process apart from those before it and beside it. */
const epochOf = ({ clock, random }: OperatorOptions): string =>
  clock.wallTime().getTime().toString(36) + Math.floor(random() * 36 ** 4).toString(36)

interface Parts extends Pick<OperatorOptions, 'clock' | 'log'> {
  readonly metrics: Metrics
  readonly queue: Queue
  readonly watches: Watches
  readonly view: View
  readonly events: EventRecorder
  readonly leadership: Leadership
  readonly reporter: Reporter
  readonly diagnoser: Diagnoser
  readonly fights: Fights
  readonly memory: RouteMemory
}

function readingsOf({ queue, watches, view, events, leadership, diagnoser, fights }: Parts) {
  return {
    queueDepth: () => queue.depth,
    queueInFlight: () => queue.inFlight,
    queueOldestAgeMs: () => queue.oldestAgeMs,
    watches: () => watches.readings(),
    // Of all replicas one counts them, so that they can be added up.
    routes: () => (leadership.leads ? view.counts() : []),
    eventsLost: () => events.lost,
    fights: () => fights.size,
    findings: () => (leadership.leads ? diagnoser.counts() : []),
    leads: () => leadership.leads,
  }
}

function stuck(queue: Queue): string[] {
  const seconds = Math.round(queue.oldestAgeMs / 1000)
  return queue.oldestAgeMs > stuckAfterMs
    ? [`work stands still: a route has waited ${seconds} s for a worker (${queue.inFlight} are busy)`]
    : []
}
