import type { Clock, Timer } from '../../../src/base/clock.ts'
import type { Scheduler } from './scheduler.ts'

/** The wall clock at the beginning of every story. */
export const epoch = Date.UTC(2026, 0, 1)

/**
 * One life of a replica, as a kernel sees it: work enters it only while it runs. A frozen process (SIGSTOP)
 * finds at its thaw all that came meanwhile; a dead one does nothing any more, whatever its code was waiting for.
 */
export class Process {
  /** `a.2`: the second life of replica a. */
  readonly name: string
  readonly replica: string
  readonly bornAt: number
  /** The server's moment at its birth. */
  readonly bornMoment: number
  state: 'running' | 'frozen' | 'dead' = 'running'
  /** When it ended (virtual ms). */
  diedAt = Number.POSITIVE_INFINITY
  /** What its wall clock is off by (ms). */
  skewMs = 0
  /** When it jumped, and what it was off by before. */
  readonly jumps: { readonly at: number; readonly before: number }[] = []
  /** From when to when it was frozen last (virtual ms). */
  thawed: { readonly from: number; readonly at: number } | undefined
  /** The server once showed it an older state as if it were the present. */
  wasMisled = false
  /** Timers that wait. */
  timers = 0
  readonly #scheduler: Scheduler
  #backlog: (() => void)[] = []
  #frozenAt = 0

  constructor(replica: string, life: number, bornMoment: number, scheduler: Scheduler) {
    this.replica = replica
    this.name = `${replica}.${life}`
    this.bornAt = scheduler.now
    this.bornMoment = bornMoment
    this.#scheduler = scheduler
  }

  /** Does `work` inside the process: now, after its thaw, or never. */
  enter(work: () => void): void {
    if (this.state === 'running') work()
    if (this.state === 'frozen') this.#backlog.push(work)
  }

  freeze(): void {
    if (this.state !== 'running') return
    this.state = 'frozen'
    this.#frozenAt = this.#scheduler.now
  }

  /** Its wall clock is set. */
  jump(ms: number): void {
    this.jumps.push({ at: this.#scheduler.now, before: this.skewMs })
    this.skewMs += ms
  }

  /** Goes on with what came meanwhile, one thing after the other, in the order in which it came. */
  thaw(): void {
    if (this.state !== 'frozen') return
    this.state = 'running'
    this.thawed = { from: this.#frozenAt, at: this.#scheduler.now }
    for (const work of this.#backlog.splice(0)) this.#scheduler.after(0, () => this.enter(work))
  }

  /** SIGKILL, or a machine that is gone. */
  kill(): void {
    if (this.state !== 'dead') this.diedAt = this.#scheduler.now
    this.state = 'dead'
    this.#backlog = []
  }

  /** Its own clock: monotonic from its birth on, also while it is frozen. */
  readonly clock: Clock = {
    now: () => this.#scheduler.now - this.bornAt,
    wallTime: () => new Date(epoch + this.#scheduler.now + this.skewMs),
    after: (ms, callback) => this.#after(ms, callback),
  }

  #after(ms: number, callback: () => void): Timer {
    this.timers += 1
    let waits = true
    const over = () => {
      if (waits) this.timers -= 1
      waits = false
    }
    // As Node.js does it: no timer waits for less, however little is left of a wait.
    const task = this.#scheduler.after(Math.max(ms, 1), () =>
      this.enter(() => {
        if (!waits) return
        over()
        callback()
      }),
    )
    return {
      cancel: () => {
        over()
        task.cancel()
      },
    }
  }
}
