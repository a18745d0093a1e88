import type { Registry } from 'prom-client'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { EventInput } from '../kube/events/recorder.ts'
import type { Transport } from '../kube/http/transport.ts'

/** What all controllers of a process share. `operator/` makes it. */
export interface Platform {
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** The way to the API server; it writes nothing unless this replica leads. */
  readonly transport: Transport
  /** Takes a Kubernetes Event without waiting for it. */
  readonly recordEvent: (input: EventInput) => void
  /** How this replica stands in for a leader that does not act; `undefined` if it never does. */
  readonly hedging: Hedging | undefined
  /** Where metrics go. */
  readonly registry: Registry
  /** Sets this process apart from those before it and beside it; letters and digits. */
  readonly epoch: string
  /** Whether this replica is the one that writes. */
  readonly leads: () => boolean
  /**
   * Each controller calls it once, when it knows all that a leader needs; the replica may lead once all have.
   */
  readonly onSynced: () => void
}

/** How a standby makes a move that the leader does not make. */
export interface Hedging {
  /** How long it leaves the move to the leader (ms); a part of it is added, another one for each replica. */
  readonly afterMs: number
  /** Sets this replica apart from the others. */
  readonly identity: string
  /** The way to the API server that also writes while another replica leads. */
  readonly transport: Transport
}

/** Looks after objects of one sort, beside others in one process. */
export interface Controller {
  /** Begins to watch. */
  start(): void
  /** What makes no progress, in words; empty when work goes on. */
  live(): string[]
  /** What it still waits for, in words; empty when it acts. */
  ready(): string[]
  /** Objects that wait for a worker or have one. Events wait while there are any. */
  readonly workload: number
  /**
   * This replica leads from now on. Another was last seen to lead at `lastLed` (ms on the clock), or never.
   */
  lead(lastLed: number): void
  /** This replica leads no more: go on looking, and neither write nor report. */
  rest(): void
  /** Another replica may have led since this one did; called again and again while this one stands by. */
  onOtherLeader(): void
  /** Takes no more work; resolves when the writes in flight have ended. */
  drain(): Promise<void>
  /** Stops watching. */
  stop(): Promise<void>
}

/** What a leader saw in its last moments (ms) may not have been reported any more. */
export const unreportedWindowMs = 2_000
