import { Registry } from 'prom-client'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Controller, Hedging, Platform } from '../controller/platform.ts'
import { createEventRecorder, type EventInput, type EventRecorder } from '../kube/events/recorder.ts'
import type { Transport } from '../kube/http/transport.ts'
import { createLeadership, type Election, type Leadership } from './leadership.ts'
import { createProcessMetrics, type ProcessMetrics } from './process-metrics.ts'

export interface PlatformOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Names this process in Events. */
  readonly instance: string
  /** Where its metrics go, beside those that the process puts there; one of its own without it. */
  readonly registry?: Registry
  /** Several replicas share the work of one: only the elected one writes. Without it this is the only one. */
  readonly election?: Election | undefined
}

/**
 * Events wait until there was none for so long (ms): while one transition follows another, weights come
 * first.
 */
const lullMs = 200
/** For the last Events (ms): little if another replica waits for the lead. */
const eventPatienceMs = { alone: 2_000, elected: 300 } as const

/** What the controllers of this process share, and who starts and stops them. */
export class ProcessPlatform implements Platform {
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly transport: Transport
  readonly hedging: Hedging | undefined
  readonly registry: Registry
  readonly epoch: string
  readonly #elects: boolean
  readonly #metrics: ProcessMetrics
  readonly #leadership: Leadership
  readonly #events: EventRecorder
  #controllers: readonly Controller[] = []
  #synced = 0
  /** When the last Event was recorded, on the clock. */
  #recordedAt = Number.NEGATIVE_INFINITY

  constructor(options: PlatformOptions) {
    const { clock, random, log, instance, registry = new Registry(), election } = options
    this.hedging = hedgingOf(options)
    this.clock = clock
    this.random = random
    this.log = log
    this.registry = registry
    this.#elects = election !== undefined
    this.#leadership = createLeadership({
      ...options,
      onChange: (leads) => this.#onChange(leads),
      onOtherLeader: () => {
        for (const controller of this.#controllers) controller.onOtherLeader()
      },
    })
    this.transport = this.#leadership.transport
    this.#events = createEventRecorder({
      clock,
      random,
      log,
      transport: this.transport,
      reportingInstance: instance,
      busy: () => this.#isBusy(),
    })
    this.epoch = epochOf(clock, random)
    const eventsLost = () => this.#events.lost
    this.#metrics = createProcessMetrics(registry, { leads: this.leads, eventsLost })
  }

  /** Starts the controllers, once. One that follows what another writes comes after it, and ends after it. */
  start(controllers: readonly Controller[]): void {
    this.#controllers = controllers
    for (const controller of controllers) controller.start()
  }

  readonly leads = (): boolean => this.#leadership.leads

  readonly recordEvent = (input: EventInput): void => {
    this.#recordedAt = this.clock.now()
    this.#events.record(input)
  }

  readonly onSynced = (): void => {
    this.#synced += 1
    if (this.#synced === this.#controllers.length) this.#leadership.stand()
  }

  /** Which part this replica has, and who leads; `alone` if there is no election. */
  leadership(): { readonly role: 'leader' | 'standby' | 'alone'; readonly leader: string | undefined } {
    const { leads, leader } = this.#leadership
    if (!this.#elects) return { role: 'alone', leader }
    return { role: leads ? 'leader' : 'standby', leader }
  }

  /** Finishes the writes in flight and the Events that are due, hands the lead over, and leaves. */
  async stop(): Promise<void> {
    for (const controller of this.#controllers) await controller.drain()
    await this.#events.stop(this.#elects ? eventPatienceMs.elected : eventPatienceMs.alone)
    await Promise.all([this.#leadership.leave(), ...this.#controllers.map((controller) => controller.stop())])
  }

  #onChange(leads: boolean): void {
    this.#metrics.leaderTransitions.inc({ to: leads ? 'leader' : 'standby' })
    if (!leads) {
      for (const controller of this.#controllers) controller.rest()
      this.#events.pause()
      return
    }
    this.#events.resume()
    for (const controller of this.#controllers) controller.lead(this.#leadership.lastLed)
  }

  #isBusy(): boolean {
    const hasWork = this.#controllers.some(({ workload }) => workload > 0)
    return hasWork || this.clock.now() - this.#recordedAt < lullMs
  }
}

function hedgingOf({ election, transport }: PlatformOptions): Hedging | undefined {
  if (!election || election.hedgeAfterMs === 0) return undefined
  return { afterMs: election.hedgeAfterMs, identity: election.identity, transport }
}

const epochOf = (clock: Clock, random: () => number): string =>
  clock.wallTime().getTime().toString(36) + Math.floor(random() * 36 ** 4).toString(36)
