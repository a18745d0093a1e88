import { drainKey } from '../../policies/drain.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteMemory } from '../memory.ts'
import type { DrainWatch } from '../watch/drain-watch.ts'
import { DrainLedger } from './drain-ledger.ts'
import { DrainStatusLane, type DrainStatusLaneOptions } from './drain-status-lane.ts'

export interface DrainReportsOptions extends Omit<DrainStatusLaneOptions, 'drain' | 'outcome'> {
  readonly memory: RouteMemory
  readonly drains: DrainWatch
}

/** What is told of Drains: their status. */
export class DrainReports {
  readonly ledger: DrainLedger
  readonly #drains: DrainWatch
  readonly #lane: DrainStatusLane

  constructor({ memory, drains, ...options }: DrainReportsOptions) {
    this.#drains = drains
    this.ledger = new DrainLedger({
      memory,
      drainsOf: (namespace, service) => drains.book.drainsOf(namespace, service).map(drainKey),
      onChange: (key) => this.#lane.touch([key]),
    })
    this.#lane = new DrainStatusLane({
      ...options,
      drain: (key) => drains.book.get(key),
      outcome: (key) => this.ledger.of(key),
    })
    drains.onChange((keys) => this.#lane.touch(keys))
  }

  /** Must be called with each look at a route, and with the route as it is after it. */
  see(key: RouteKey, judged: Judged, after: Route): void {
    this.ledger.see(key, judged, after)
  }

  /** This replica leads: whatever changed while another did may not be written yet. */
  lead(): void {
    this.#lane.touch([...this.#drains.book.all()].map(drainKey))
  }

  stop(): Promise<void> {
    return this.#lane.stop()
  }
}
