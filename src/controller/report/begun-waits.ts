import type { Clock } from '../../base/clock.ts'
import type { Verdict } from '../../core/judge.ts'
import type { WaitKind } from '../../core/policy/types.ts'
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
interface Begun {
  readonly names: ReadonlySet<string>
  /** When another replica should have reported them (ms on the clock); absent for what this one has reported. */
  readonly leftAt?: number | undefined
}

/** Which waits of routes have begun, so that each is reported once. */
export class BegunWaits {
  readonly #options: BegunWaitsOptions
  /** Nothing is kept of a route that does not wait. */
  readonly #begun: Map<RouteKey, Begun>

  constructor(options: BegunWaitsOptions) {
    this.#options = options
    this.#begun = options.memory.part()
  }

  /** Must be called with each look at a route, and the names of its waits; those that this replica has to report now. */
  see(key: RouteKey, names: ReadonlySet<string>): readonly string[] {
    const before = this.#begun.get(key)
    if (names.size === 0) {
      this.#begun.delete(key)
      return []
    }
    const { leads, clock } = this.#options
    const fresh = [...names].filter((name) => !before?.names.has(name))
    if (!leads()) {
      this.#begun.set(key, { names, leftAt: fresh.length > 0 ? clock.now() : before?.leftAt })
      return []
    }
    this.#begun.set(key, { names })
    return before?.leftAt === undefined ? fresh : [...names]
  }

  /** As for the `Reporter`: what the last leader has reported is not reported again. */
  lead(lastLed: number): void {
    for (const [key, { names, leftAt }] of this.#begun)
      if (leftAt !== undefined && leftAt < lastLed - unreportedWindowMs) this.#begun.set(key, { names })
  }
}

/** A verdict by the name of its wait, its split and backend, if it waits for this. */
export function namedBy(verdict: Verdict, what: WaitKind): [string, Verdict][] {
  const { split, wait } = verdict
  const backend = wait?.what === what ? split.backends[wait.backend] : undefined
  return backend ? [[`${split.where ?? ''} ${backend.service} ${backend.port ?? ''}`, verdict]] : []
}
