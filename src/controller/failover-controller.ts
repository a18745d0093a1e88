import { countsMatter } from '../core/policy/threshold.ts'
import type { GatewayReading } from '../readiness/gateways/gateways.ts'
import type { RouteKey } from '../routes/key.ts'
import { trafficSplit } from '../routes/trafficsplit.ts'
import type { TimelineEntry } from '../view/timeline-entry.ts'
import { View } from '../view/view.ts'
import { createHandler } from './handler.ts'
import { RouteMemory } from './memory.ts'
import type { Controller, Platform } from './platform.ts'
import type { Followed, ProfileOptions } from './profiles/profile-controller.ts'
import { type Cause, logBugs, Queue } from './queue.ts'
import { Diagnoser } from './report/diagnoser.ts'
import type { DrainReading } from './report/drain-reports.ts'
import { LongHolds } from './report/long-holds.ts'
import { createMetrics, type Metrics } from './report/metrics.ts'
import { readController } from './report/readings.ts'
import { createReporting, type Reporting } from './report/reporting.ts'
import { type ClusterWatch, type WatchReading, watchCluster } from './watch/cluster-watch.ts'
import type { OwnKindsOptions } from './watch/own-kind.ts'
import type { OtherClusterOptions } from './watch/readiness-watch.ts'
import { type Surroundings, watchSurroundings } from './watch/surroundings.ts'
import { createWriting, type Writing } from './writing.ts'

export interface FailoverOptions extends OtherClusterOptions, Pick<OwnKindsOptions, 'policies'> {
  /** Label selector of the routes that are ours. */
  readonly selector: string
  /** Set if the ServiceProfiles of TrafficSplits are written too. */
  readonly serviceProfiles?: ProfileOptions | undefined
  /** Called with each line of the timeline that this replica reports, after the fact. Must not wait. */
  readonly onEntry?: ((entry: TimelineEntry) => void) | undefined
}

/** Reconciles in flight: the share of a busy API server that weights ask for (docs/developing/BENCHMARKS.md). */
const concurrency = 32

/**
 * Keeps the weights of routes as the readiness of their backends asks: watch -> queue -> handler -> report.
 */
export class FailoverController implements Controller {
  /** The state of every route, and what happened. */
  readonly view: View
  readonly #platform: Platform
  readonly #metrics: Metrics
  readonly #memory = new RouteMemory()
  readonly #queue: Queue
  readonly #watch: ClusterWatch
  readonly #reporting: Reporting
  readonly #surroundings: Surroundings
  readonly #diagnoser: Diagnoser
  readonly #longHolds: LongHolds
  readonly #followers: Parameters<Followed['follow']>[0][] = []
  readonly #writing: Writing

  constructor(platform: Platform, { selector, onEntry, serviceProfiles, ...others }: FailoverOptions) {
    const { clock, registry, epoch } = platform
    this.#platform = platform
    this.#metrics = createMetrics(registry)
    this.#watch = this.#watchCluster(selector, others)
    const { readiness, account, clusterOf } = this.#watch
    this.#longHolds = new LongHolds(clock, this.#memory, (key) => this.#diagnoser.recheck(key))
    this.view = new View({ clock, epoch, readiness, account, clusterOf })
    this.#reporting = createReporting({
      platform,
      onEntry,
      view: this.view,
      watch: this.#watch,
      memory: this.#memory,
      metrics: this.#metrics,
      busy: () => this.workload > 0 || this.ready().length > 0,
    })
    this.#surroundings = this.#watchSurroundings(serviceProfiles?.clusterDomain)
    this.#diagnoser = new Diagnoser({
      clock,
      memory: this.#memory,
      surroundings: this.#surroundings,
      longHolds: this.#longHolds,
      busy: () => this.workload > 0,
      show: (key, found) => this.view.find(key, [...this.#reporting.reporter.fightOf(key), ...found]),
      report: (route, finding) => this.#reporting.reporter.found(route, finding),
      reportOver: (route, finding) => this.#reporting.reporter.foundOver(route, finding),
    })
    this.#writing = createWriting({
      platform,
      selector,
      watch: this.#watch,
      memory: this.#memory,
      metrics: this.#metrics,
      busy: () => this.workload > 0,
      makeDue: (key) => this.#queue.add(key, { at: clock.now() }),
    })
    this.#queue = this.#createQueue()
    this.#addReadings()
  }

  start(): void {
    this.#watch.start()
  }

  live(): string[] {
    return this.#queue.stuck('a route')
  }

  ready(): string[] {
    return this.#watch.missing()
  }

  get workload(): number {
    return this.#queue.depth + this.#queue.inFlight
  }

  *watches(): Iterable<WatchReading> {
    yield* this.#watch.readings()
    yield* this.#surroundings.profiles.readings()
  }

  /** The gateways of linked clusters that are probed. */
  readonly gateways = (): readonly GatewayReading[] => this.#watch.gateways()

  /** The Drains that are in effect, and the last ones that were. */
  readonly drains = (): Iterable<DrainReading> => this.#writing.drainReports?.shown() ?? []

  /** What a controller of ServiceProfiles looks at. Must be asked for before `start()`. */
  followed(): Followed {
    return {
      profiles: this.#surroundings.profiles,
      splitsSynced: () => this.#watch.kind(trafficSplit.kind)?.cache.reader.synced ?? false,
      follow: (listener) => this.#followers.push(listener),
    }
  }

  /** Looks at every route once: what happened while no replica led is seen now. */
  lead(lastLed: number): void {
    this.#platform.log.info({}, 'this replica now performs failovers')
    this.#writing.hedges.forgetAll()
    for (const part of [this.#writing.standbyMoves, this.#reporting.reporter, this.#diagnoser])
      part.lead(lastLed)
    this.#writing.policies.lead()
    for (const reports of this.#writing.ownReports) reports.lead()
    for (const key of this.#keys()) this.#queue.add(key, { at: this.#platform.clock.now() })
    this.#reporting.recall.read()
  }

  rest(): void {
    for (const part of [this.#writing.fights, this.#writing.brake]) part.forgetAll()
    for (const key of this.#reporting.reporter.rest()) this.#diagnoser.recheck(key)
  }

  /** It may have made the same writes: of ours without an answer nothing more can be known. */
  onOtherLeader(): void {
    this.#writing.writes.forget()
  }

  async drain(): Promise<void> {
    await Promise.all([this.#queue.drain(), ...this.#writing.ownReports.map((reports) => reports.stop())])
    for (const part of [this.#diagnoser, this.#reporting, this.#writing.brake]) part.stop()
  }

  async stop(): Promise<void> {
    await Promise.all([this.#watch.stop(), this.#surroundings.stop()])
  }

  /** All routes that are ours, and those that are ours no more, with a write that is still to be reported. */
  *#keys(): Iterable<RouteKey> {
    yield* this.#watch.keys()
    for (const keys of [this.#writing.writes.lateKeys(), this.#writing.standbyMoves.keys()])
      for (const key of keys) if (!this.#watch.route(key)) yield key
  }

  #watchCluster(selector: string, others: OtherClusterOptions & OwnKindsOptions): ClusterWatch {
    return watchCluster({
      ...this.#watchTools(),
      ...others,
      selector,
      onProbe: this.#metrics.countProbe,
      onRoute: (key, before, after) => {
        this.#writing.see(key, before, after)
        for (const follow of this.#followers) follow(key, after)
      },
      onDue: (key, cause) => this.#makeDue(key, cause),
      onCounts: (key) => this.#onCounts(key),
      onFacts: (service) => this.#diagnoser.touch(service),
      onSynced: () => {
        this.#platform.log.info({}, 'the readiness of all services is known')
        this.#queue.start()
        this.#reporting.recall.read()
        this.#platform.onSynced()
      },
    })
  }

  /** However late the look at the route is. */
  #makeDue(key: RouteKey, cause: Cause): void {
    const route = this.#watch.route(key)
    if (route) this.#writing.remember(key, route)
    this.#queue.add(key, cause)
  }

  /** Only a policy that asks for more than one ready endpoint makes a difference of counts. */
  #onCounts(key: RouteKey): void {
    this.view.touch(key)
    if (this.#watch.route(key)?.splits.some(countsMatter))
      this.#makeDue(key, { at: this.#platform.clock.now() })
  }

  /** What looks for trouble that does not stop the controller needs to watch more. */
  #watchSurroundings(clusterDomain: string | undefined): Surroundings {
    return watchSurroundings(
      { ...this.#watchTools(), clusterDomain },
      this.#watch,
      (name) => this.#diagnoser.touch(name),
      () => this.#diagnoser.touchAll(),
    )
  }

  #watchTools() {
    const { transport, clock, random, log } = this.#platform
    const onEvent = (watch: string, type: string) => this.#metrics.watchEvents.inc({ watch, type })
    return { transport, clock, random, log, onEvent }
  }

  #createQueue(): Queue {
    const { clock, log } = this.#platform
    const handle = createHandler({
      ...this.#platform,
      ...this.#writing,
      watch: this.#watch,
      memory: this.#memory,
      longHolds: this.#longHolds,
      diagnoser: this.#diagnoser,
      ...this.#reporting,
    })
    const onBug = logBugs(log, 'route', (key) => `reconciling ${key}`)
    return new Queue({ clock, concurrency, handle, onBug, isUrgent: this.#writing.isOut })
  }

  #addReadings(): void {
    readController(this.#platform.registry, {
      ...this.#platform,
      ...this.#writing,
      queue: this.#queue,
      view: this.view,
      diagnoser: this.#diagnoser,
      controller: this,
      policies: () => this.#writing.policyReports?.accepted() ?? [],
    })
  }
}
