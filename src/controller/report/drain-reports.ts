import type { EventInput } from '../../kube/events/recorder.ts'
import { type Drain, drainNames } from '../../policies/drain.ts'
import { type DrainOutcome, type DrainStatus, statusDue, writtenStatus } from '../../policies/drain-status.ts'
import { objectKey } from '../../policies/object.ts'
import type { Judged } from '../../routes/judge.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import type { RouteMemory } from '../memory.ts'
import type { DrainWatch } from '../watch/drain-watch.ts'
import { DrainEvents } from './drain-events.ts'
import { DrainLedger } from './drain-ledger.ts'
import { DrainLog, type ShownDrain } from './drain-log.ts'
import { StatusLane, type StatusLaneOptions } from './status-lane.ts'

export interface DrainReportsOptions
  extends Pick<StatusLaneOptions<Drain, DrainStatus>, 'clock' | 'log' | 'transport' | 'leads' | 'busy'> {
  readonly memory: RouteMemory
  readonly drains: DrainWatch
  readonly recordEvent: (input: EventInput) => void
}

/** A Drain with what has become of its routes. */
export type DrainReading = ShownDrain & { readonly routes: Pick<DrainOutcome, 'moved' | 'left'> }

/** What is reported of Drains: their status, their Events, and what the page shows. */
export class DrainReports {
  readonly ledger: DrainLedger
  readonly #drains: DrainWatch
  readonly #lane: StatusLane<Drain, DrainStatus>
  readonly #log: DrainLog

  constructor({ memory, drains, recordEvent: event, ...options }: DrainReportsOptions) {
    this.#drains = drains
    const events = new DrainEvents({ ...options, event })
    this.ledger = new DrainLedger({
      memory,
      drainsOf: (namespace, service) => drains.book.drainsOf(namespace, service).map(objectKey),
      onChange: (key) => this.#lane.touch([key]),
    })
    this.#lane = new StatusLane({
      ...options,
      kind: 'Drain',
      names: drainNames,
      object: (key) => drains.book.get(key),
      due: (drain, now) => statusDue(drain, this.ledger.of(objectKey(drain)), now),
      onWritten: (drain, status) => events.wrote(drain, writtenStatus(drain), status),
    })
    this.#log = new DrainLog({
      ...options,
      rootNamespace: drains.kind.rootNamespace,
      onDeleted: (drain) => events.deleted(drain),
    })
    drains.kind.onChange((keys) => {
      this.#lane.touch(keys)
      this.#log.see(drains.book.all(), drains.book.kept())
    })
  }

  /** Must be called with each look at a route, and with the route as it is after it. */
  see(key: RouteKey, judged: Judged, after: Route): void {
    this.ledger.see(key, judged, after)
  }

  /** The Drains in effect, the one that ends first first, and the last ones that are over. */
  *shown(): Iterable<DrainReading> {
    for (const drain of this.#log.shown()) yield { ...drain, routes: this.ledger.of(objectKey(drain)) }
  }

  /** This replica leads: whatever changed while another did may not be written yet. */
  lead(): void {
    this.#lane.touch([...this.#drains.book.all()].map(objectKey))
  }

  stop(): Promise<void> {
    return this.#lane.stop()
  }
}
