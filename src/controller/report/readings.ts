import type { Registry } from 'prom-client'
import type { Clock } from '../../base/clock.ts'
import type { View } from '../../view/view.ts'
import type { Queue } from '../queue.ts'
import type { Brake } from '../write/brake.ts'
import type { Fights } from '../write/fights.ts'
import type { Diagnoser } from './diagnoser.ts'
import { drainGauges } from './drain-readings.ts'
import type { DrainReading } from './drain-reports.ts'
import { addReadings, type Readings } from './metrics.ts'

/** The parts of a controller of which gauges are read. */
export interface Read {
  readonly controller: Pick<Readings, 'watches' | 'gateways'> & {
    drains(): Iterable<DrainReading>
  }
  /** Each FailoverPolicy: whether it applies to anything. */
  readonly policies: () => Iterable<boolean>
  readonly brake: Pick<Brake, 'isHeld'>
  readonly clock: Pick<Clock, 'wallTime'>
  readonly leads: () => boolean
  readonly queue: Pick<Queue, 'depth' | 'inFlight' | 'oldestAgeMs'>
  readonly view: Pick<View, 'counts' | 'waiting' | 'records' | 'readiness'>
  readonly fights: Pick<Fights, 'size'>
  readonly diagnoser: Pick<Diagnoser, 'counts'>
}

/** Adds the gauges of a controller. What is true of the cluster one of all replicas counts, so that it can be added up. */
export function readController(registry: Registry, parts: Read): void {
  const { clock, leads, queue, view, fights, diagnoser, controller, policies, brake } = parts
  addReadings(registry, {
    queueDepth: () => queue.depth,
    queueInFlight: () => queue.inFlight,
    queueOldestAgeMs: () => queue.oldestAgeMs,
    watches: () => controller.watches(),
    gateways: () => controller.gateways(),
    routes: () => (leads() ? view.counts() : []),
    drains: () => (leads() ? drainGauges(controller.drains(), view, clock.wallTime().getTime()) : []),
    policies: () => (leads() ? policies() : []),
    isMassEvent: () => leads() && brake.isHeld,
    waiting: () => (leads() ? view.waiting() : []),
    fights: () => fights.size,
    findings: () => (leads() ? diagnoser.counts() : []),
  })
}
