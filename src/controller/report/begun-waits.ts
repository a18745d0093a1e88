import type { Clock } from '../../base/clock.ts'
import type { Split } from '../../core/types.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { RouteMemory } from '../memory.ts'
import { unreportedWindowMs } from '../platform.ts'

export interface BegunWaitsOptions {
  readonly memory: RouteMemory
  readonly clock: Pick<Clock, 'now'>
  /** False while another replica leads, and reports for all. */
  readonly leads: () => boolean
}

/** The waits of a route, by name. */
type Waits<T> = ReadonlyMap<string, T>

interface Begun<T> {
  readonly waits: Waits<T>
  /** When another replica should have reported them (ms on the clock); absent for what this one has reported. */
  readonly leftAt?: number | undefined
}

/** Which waits of routes have begun, so that each is reported once. `T`: what is kept of a wait. */
export class BegunWaits<T> {
  readonly #options: BegunWaitsOptions
  /** Nothing is kept of a route that does not wait. */
  readonly #begun: Map<RouteKey, Begun<T>>

  constructor(options: BegunWaitsOptions) {
    this.#options = options
    this.#begun = options.memory.part()
  }

  /** Must be called with each look at a route, and its waits; the names of those that this replica has to report now. */
  see(key: RouteKey, waits: Waits<T>): readonly string[] {
    const before = this.#begun.get(key)
    if (waits.size === 0) {
      this.#begun.delete(key)
      return []
    }
    const { leads, clock } = this.#options
    const names = [...waits.keys()]
    const fresh = names.filter((name) => !before?.waits.has(name))
    if (!leads()) {
      this.#begun.set(key, { waits, leftAt: fresh.length > 0 ? clock.now() : before?.leftAt })
      return []
    }
    this.#begun.set(key, { waits })
    return before?.leftAt === undefined ? fresh : names
  }

  /** The waits of a route at the last look; `undefined` if there were none. */
  of(key: RouteKey): Waits<T> | undefined {
    return this.#begun.get(key)?.waits
  }

  /** As for the `Reporter`: what the last leader has reported is not reported again. */
  lead(lastLed: number): void {
    for (const [key, { waits, leftAt }] of this.#begun)
      if (leftAt !== undefined && leftAt < lastLed - unreportedWindowMs) this.#begun.set(key, { waits })
  }
}

/** What a wait of a backend (by its index) is known by in its route. */
export function nameOfWait({ backends, where }: Split, index: number): string | undefined {
  const backend = backends[index]
  return backend && `${where ?? ''} ${backend.service} ${backend.port ?? ''}`
}
