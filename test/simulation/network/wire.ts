import type { KubeRequest } from '../../../src/kube/http/transport.ts'
import type { Process } from '../engine/process.ts'
import type { Random } from '../engine/random.ts'
import type { Scheduler } from '../engine/scheduler.ts'
import type { Trace } from '../engine/trace.ts'
import { type Asked, type Conditions, take } from './conditions.ts'
import type { Sent } from './sent.ts'
import type { Server } from './server.ts'
import type { Mark } from './timeline.ts'

/** Who watches the traffic from outside. */
export interface Witness {
  /** A request leaves a process. */
  sent(process: Process, request: KubeRequest): Sent
  /** The process has its answer: a status, or 0 where it gave up waiting or the connection broke. */
  answered(sent: Sent, status: number, retryAfterSeconds: number | undefined): void
  /** The process has a watch no more. */
  left(sent: Sent): void
  /** The process read of a change up to this version. */
  told(process: Process, resource: string, mark: Mark): void
  /** The process read the end of a complete list. */
  listed(process: Process, resource: string, mark: Mark): void
}

/** A watch that a process has open, as the network's faults and the end of its process reach for it. */
export interface OpenWatch {
  readonly sent: Sent
  /** The connection breaks: the server notices at once, the process a little later. */
  cut(): void
  /** Nothing arrives any more, and neither end is told. */
  silence(): void
  /** The process is done with it, or dead. */
  leave(): void
}

/** All that is a replica and the server. */
export interface Wire {
  readonly scheduler: Scheduler
  readonly server: Server
  readonly conditions: Conditions
  readonly witness: Witness
  readonly trace: Pick<Trace, 'add'>
  /** Why the server does not let the caller in; absent while it does. */
  readonly denial?: () => 'unreachable' | 'unauthorized' | undefined
  /** Watches that are open, seen from the processes. */
  readonly streams: Set<OpenWatch>
  /** Chance for one kind of exchange, so that other exchanges draw the same with or without it. */
  readonly chance: (what: string) => Random
  /** A trap snapped: the process is to die, and its replica to come back after so long. */
  readonly kill: (process: Process, downMs: number) => void
}

/** Kills the process if a trap waits for this moment of this exchange; true if it did. */
export function trapped(wire: Wire, process: Process, asked: Asked, when: string): boolean {
  if (process.state === 'dead') return false
  const trap = take(wire.conditions.traps, asked, (one) => one.when === when)
  if (trap?.left !== 0) return false
  wire.kill(process, trap.downMs)
  return true
}

/** One way through the network (ms): a millisecond or so, seldom much more, up to seconds while it is slow. */
export function delay({ conditions }: Pick<Wire, 'conditions'>, replica: string, chance: Random): number {
  const slowest = conditions.slow.get(replica)
  if (slowest !== undefined) return chance.between(0.2, slowest)
  return chance.chance(0.02) ? chance.between(5, 150) : chance.between(0.2, 3)
}
