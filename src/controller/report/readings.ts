import type { Registry } from 'prom-client'
import type { View } from '../../view/view.ts'
import type { Queue } from '../queue.ts'
import type { Fights } from '../write/fights.ts'
import type { Diagnoser } from './diagnoser.ts'
import { addReadings, type Readings } from './metrics.ts'

/** The parts of a controller of which gauges are read. */
export interface Read extends Pick<Readings, 'watches' | 'gateways'> {
  readonly leads: () => boolean
  readonly queue: Pick<Queue, 'depth' | 'inFlight' | 'oldestAgeMs'>
  readonly view: Pick<View, 'counts' | 'waiting'>
  readonly fights: Pick<Fights, 'size'>
  readonly diagnoser: Pick<Diagnoser, 'counts'>
}

/** Adds the gauges of a controller. What is true of the cluster one of all replicas counts, so that it can be added up. */
export function readController(registry: Registry, parts: Read): void {
  const { leads, queue, view, fights, diagnoser, watches, gateways } = parts
  addReadings(registry, {
    queueDepth: () => queue.depth,
    queueInFlight: () => queue.inFlight,
    queueOldestAgeMs: () => queue.oldestAgeMs,
    watches,
    gateways,
    routes: () => (leads() ? view.counts() : []),
    waiting: () => (leads() ? view.waiting() : []),
    fights: () => fights.size,
    findings: () => (leads() ? diagnoser.counts() : []),
  })
}
