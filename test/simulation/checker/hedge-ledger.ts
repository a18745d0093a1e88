import type { Process } from '../engine/process.ts'
import type { Sent } from '../network/sent.ts'
import type { Mark } from '../network/timeline.ts'
import { resourceOfKey } from './facts.ts'
import type { Direction, Moves } from './table.ts'
import { leadsForMs } from './tenure.ts'

/** A move that a standby made. */
interface Hedge {
  readonly key: string
  readonly moves: Moves
  /** Ways that it may be seen to go besides: by who took something else for drained, or knew an undone form. */
  readonly perhaps: Moves
  readonly mark: Mark
  readonly sent: Sent
  readonly at: number
  /** When the process that made it got the answer; absent while it has none. */
  answeredAt: number | undefined
  /** Processes that saw it happen: the state before it, and this one next. */
  readonly seenBy: Set<Process>
}

/** An Event that is not about a move of its sender's own. */
interface Extra {
  readonly process: Process
  readonly key: string
  readonly direction: Direction
  times: number
}

/** Shortly before a leader was last seen, it may have reported what the next one reports too (ms). */
const unreportedMs = 2_000
/** A watch may be so late (ms): it is given up once nothing has come for two minutes, and read from there again. */
const latestSightMs = 130_000

/** Books the moves that standbys made, and who reported them: whoever led next, and no other. */
export class HedgeLedger {
  readonly #hedges: Hedge[] = []
  readonly #extras: Extra[] = []
  /** Who learnt when that it leads. */
  readonly #led: { readonly process: Process; readonly at: number }[] = []

  get count(): number {
    return this.#hedges.length
  }

  made(hedge: Omit<Hedge, 'seenBy' | 'answeredAt'>): void {
    this.#hedges.push({ ...hedge, answeredAt: undefined, seenBy: new Set() })
  }

  answered(sent: Sent, now: number): void {
    const hedge = this.#hedges.find((one) => one.sent === sent)
    if (hedge) hedge.answeredAt = now
  }

  leads(process: Process, now: number): void {
    const last = this.#led.at(-1)
    if (last?.process === process) this.#led[this.#led.length - 1] = { process, at: now }
    else this.#led.push({ process, at: now })
  }

  /** The watch of a process told of a state; `isNext`: it knew the one that the route had before. */
  seen(process: Process, resource: string, { moment }: Mark, isNext: (key: string) => boolean): void {
    const hedge = this.#hedges.findLast(
      ({ mark, key }) => mark.moment === moment && resourceOfKey(key) === resource,
    )
    if (hedge && isNext(hedge.key)) hedge.seenBy.add(process)
  }

  /** The newest version that answers have told a process of one resource since then; 0 if none has. */
  newestOf(process: Process, resource: string, since: number): number {
    const own = this.#hedges.filter(
      ({ sent, answeredAt = since }) =>
        answeredAt > since && sent.process === process && sent.resource === resource,
    )
    return Math.max(0, ...own.map(({ mark }) => mark.version))
  }

  /** How many moves of standbys a process can know of when it sends an Event about them. */
  knownTo({ process, at, view }: Sent, key: string, direction: Direction): number {
    return this.#hedges
      .filter((one) => one.key === key)
      .filter(
        ({ sent, answeredAt, mark }) =>
          (view.of(resourceOfKey(key)) ?? 0) >= mark.moment ||
          (sent.process === process && answeredAt !== undefined && answeredAt <= at),
      )
      .reduce((sum, one) => sum + timesOf(one, direction), 0)
  }

  /**
   * A process has told of so many moves that are not its own. Answers with what is wrong if more were told by all
   * than standbys have made, although each could know what was reported before.
   */
  told(process: Process, key: string, direction: Direction, times: number): string | undefined {
    const known = this.#extras.find(
      (one) => one.process === process && one.key === key && one.direction === direction,
    )
    if (known) known.times = Math.max(known.times, times)
    else this.#extras.push({ process, key, direction, times })
    const all = this.#extras.filter((one) => one.key === key && one.direction === direction)
    const sum = all.reduce((total, one) => total + one.times, 0)
    const hedges = this.#hedges.filter((one) => one.key === key)
    const made = hedges.reduce((total, one) => total + timesOf(one, direction), 0)
    const twice = hedges
      .filter((one) => this.#mayBeToldTwice(one))
      .reduce((total, one) => total + timesOf(one, direction) * this.#led.length, 0)
    return sum > made + twice
      ? `${all.map((one) => one.process.name).join(', ')} told ${sum} times of ${made} moves that standbys made`
      : undefined
  }

  /**
   * How many moves of a route `process` saw standbys make and must have reported: it has led alone since. Who leads
   * by an older renewal reports what it sees until that is over.
   */
  demandOf(process: Process, key: string, direction: Direction): number {
    const isOver = (one: { readonly process: Process; readonly at: number }, at: number) =>
      Math.min(one.at + leadsForMs, one.process.diedAt) < at
    const isAlone = (at: number) => this.#led.every((one) => one.process === process || isOver(one, at))
    return this.#hedges.filter(
      (one) => one.key === key && one.moves.has(direction) && one.seenBy.has(process) && isAlone(one.at),
    ).length
  }

  /** Routes that standbys have moved. */
  get keys(): readonly string[] {
    return this.#hedges.map(({ key }) => key)
  }

  /** The lead changed about when it was made, or when it may have been seen. */
  #mayBeToldTwice({ at }: Hedge): boolean {
    const former = this.#led.slice(0, -1)
    return former.some((one) => one.at >= at - unreportedMs && one.at <= at + latestSightMs)
  }
}

const timesOf = ({ moves, perhaps }: Hedge, direction: Direction): number =>
  (moves.get(direction) ?? 0) + (perhaps.get(direction) ?? 0)
