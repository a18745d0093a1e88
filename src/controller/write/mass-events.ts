import type { Clock, Timer } from '../../base/clock.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { RouteMemory } from '../memory.ts'

/** How many routes want to leave what serves, of how many, when a mass event begins. */
export interface MassEventNews {
  readonly wanting: number
  readonly total: number
  readonly percent: number
}

export interface MassEventsOptions {
  readonly clock: Clock
  readonly memory: RouteMemory
  /** How many routes there are. */
  readonly total: () => number
  readonly onBegin: (news: MassEventNews) => void
  /** Called with the routes that were held. */
  readonly onEnd: (held: Iterable<RouteKey>) => void
}

/** What so many routes want within this time (ms) is one event; it is over when fewer have wanted it for so long. */
const windowMs = 60_000
/** So long (ms) the first ones wait to see how many others want the same. */
export const assessMs = 2_000
/** Fewer routes are no mass event, whatever part of all they are. */
const fewest = 10

/** Notices when more of all routes than allowed want to leave what serves within a minute. */
export class MassEvents {
  readonly #options: MassEventsOptions
  /** Since when a route has wanted it (ms on the clock). */
  readonly #wanting: Map<RouteKey, number>
  /** When a route has gone, oldest first. */
  readonly #gone = new Map<RouteKey, number>()
  #percent = 100
  #isHeld = false
  /** Since when fewer want it, while it is held. */
  #fewerSince: number | undefined
  #timer: Timer | undefined
  #isStopped = false

  constructor(options: MassEventsOptions) {
    this.#options = options
    this.#wanting = options.memory.part(() => this.#weighIfHeld())
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** A route wants to leave what serves. Answers since when (ms on the clock), or that it must not. */
  ask(key: RouteKey, percent: number): number | 'held' {
    const since = this.#wanting.get(key) ?? this.#options.clock.now()
    this.#percent = percent
    this.#wanting.set(key, since)
    // Its write failed, or it is back: it is one route.
    this.#gone.delete(key)
    this.#weigh()
    return this.#isHeld ? 'held' : since
  }

  went(key: RouteKey): void {
    this.#wanting.delete(key)
    this.#gone.delete(key)
    this.#gone.set(key, this.#options.clock.now())
  }

  /** A route does not want it any more. */
  rests(key: RouteKey): void {
    if (this.#wanting.delete(key)) this.#weighIfHeld()
  }

  /** Other limits apply, or another replica leads: begins from scratch. */
  forgetAll(): void {
    const held = [...this.#wanting.keys()]
    this.#wanting.clear()
    this.#gone.clear()
    if (this.#isHeld) this.#end(held)
  }

  /** Wakes up no more, whatever it is asked. */
  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  #weighIfHeld(): void {
    if (this.#isHeld) this.#weigh()
  }

  #weigh(): void {
    const { clock, total: totalOf, onBegin } = this.#options
    const now = clock.now()
    const [wanting, total] = [this.#count(now), totalOf()]
    const isMass = wanting >= fewest && wanting * 100 > this.#percent * total
    if (isMass) {
      this.#fewerSince = undefined
      this.#timer?.cancel()
    }
    if (isMass && !this.#isHeld) {
      this.#isHeld = true
      onBegin({ wanting, total, percent: this.#percent })
    }
    if (isMass || !this.#isHeld) return
    this.#fewerSince ??= now
    const leftMs = this.#fewerSince + windowMs - now
    this.#timer?.cancel()
    if (leftMs <= 0) this.#end([...this.#wanting.keys()])
    else if (!this.#isStopped) this.#timer = clock.after(leftMs, () => this.#weigh())
  }

  #end(held: readonly RouteKey[]): void {
    this.#timer?.cancel()
    this.#isHeld = false
    this.#fewerSince = undefined
    this.#options.onEnd(held)
  }

  #count(now: number): number {
    for (const [key, at] of this.#gone) {
      if (now - at < windowMs) break
      this.#gone.delete(key)
    }
    return this.#wanting.size + this.#gone.size
  }
}
