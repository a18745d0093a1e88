import type { Clock } from '../../base/clock.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { TimelineEntry } from '../../view/timeline-entry.ts'
import type { RouteMemory } from '../memory.ts'

/** A route flaps with its fourth failover within an hour, and with each one after it. */
export const flapsFrom = 4
const windowMs = 3_600_000

/** Remembers when routes failed over lately, to distinguish a flap from a failover. */
export class Flaps {
  readonly #clock: Pick<Clock, 'now'>
  /** As many as are needed for that, oldest first. */
  readonly #failovers: Map<RouteKey, readonly number[]>

  constructor(clock: Pick<Clock, 'now'>, memory: RouteMemory) {
    this.#clock = clock
    this.#failovers = memory.part()
  }

  /** Must be called with each move of a route; true for one that is a flap. What a drain moves is none. */
  see(key: RouteKey, { what, state }: Pick<TimelineEntry, 'what' | 'state'>): boolean {
    if (what !== 'failover' || state === 'drained') return false
    const now = this.#clock.now()
    const before = (this.#failovers.get(key) ?? []).filter((at) => now - at < windowMs)
    this.#failovers.set(key, [...before, now].slice(1 - flapsFrom))
    return before.length >= flapsFrom - 1
  }
}
