import type { Clock } from '../../base/clock.ts'
import type { Verdict } from '../../core/judge.ts'
import { primaryServes } from '../../core/transition.ts'
import type { LongHold } from '../../routes/finding.ts'
import type { RouteKey } from '../../routes/key.ts'
import { longHoldMs } from '../../routes/long-hold.ts'
import type { RouteMemory } from '../memory.ts'

interface Held extends LongHold {
  /** On the clock. */
  readonly since: number
}

/**
 * Remembers since when splits are held because something is unknown. After a restart that is the first look,
 * and every replica remembers it.
 */
export class LongHolds {
  readonly #clock: Pick<Clock, 'now'>
  readonly #onNews: (key: RouteKey) => void
  /** By split (position); nothing is kept of a route without a hold. */
  readonly #held: Map<RouteKey, ReadonlyMap<number, Held>>
  /** Routes with a long hold, and what was long at the last look. */
  readonly #long: Map<RouteKey, string>

  /** `onNews` is called with a route of which other holds are long than before, or for other reasons. */
  constructor(clock: Pick<Clock, 'now'>, memory: RouteMemory, onNews: (key: RouteKey) => void) {
    this.#clock = clock
    this.#onNews = onNews
    this.#held = memory.part()
    this.#long = memory.part()
  }

  /**
   * Must be called with each look at a route; answers with the time (ms on the clock) at which a hold of it
   * will be long, so that it is looked at then.
   */
  see(key: RouteKey, verdicts: readonly Verdict[]): number | undefined {
    const isHeld = verdicts.some(isByUnknown)
    if (!isHeld && !this.#held.has(key)) return undefined
    if (isHeld) this.#held.set(key, this.#heldOf(key, verdicts))
    else this.#held.delete(key)
    if (this.#isNews(key)) this.#onNews(key)
    return this.#nextOf(key)
  }

  /** The splits of a route that have been held for long. */
  of(key: RouteKey): readonly LongHold[] {
    const latest = this.#clock.now() - longHoldMs
    return [...(this.#held.get(key)?.values() ?? [])]
      .filter(({ since }) => since <= latest)
      .map(({ where, serving, reason }) => ({ where, serving, reason }))
  }

  #heldOf(key: RouteKey, verdicts: readonly Verdict[]): ReadonlyMap<number, Held> {
    const before = this.#held.get(key)
    const held = new Map<number, Held>()
    for (const [index, verdict] of verdicts.entries()) {
      if (!isByUnknown(verdict)) continue
      const { split, reason } = verdict
      const since = before?.get(index)?.since ?? this.#clock.now()
      const serving = primaryServes(split) ? 'primary' : 'secondaries'
      held.set(index, { since, where: split.where, serving, reason })
    }
    return held
  }

  #isNews(key: RouteKey): boolean {
    const [before, now] = [this.#long.get(key), JSON.stringify(this.of(key))]
    if (now === '[]') this.#long.delete(key)
    else this.#long.set(key, now)
    return now !== (before ?? '[]')
  }

  #nextOf(key: RouteKey): number | undefined {
    const times = [...(this.#held.get(key)?.values() ?? [])].map(({ since }) => since + longHoldMs)
    const next = Math.min(...times.filter((time) => time > this.#clock.now()))
    return next === Number.POSITIVE_INFINITY ? undefined : next
  }
}

const isByUnknown = ({ decision }: Verdict): boolean => decision.state === 'hold'
