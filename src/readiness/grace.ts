import type { Clock, Timer } from '../base/clock.ts'
import type { ServiceKey } from '../core/types.ts'

/**
 * A mirrored Service may lack its Endpoints for so long without a meaning (ms). The service mirror deletes
 * them 17 ms before it writes the labels of another mode, and makes a Service before its Endpoints (both
 * seen).
 */
export const graceMs = 2_000

/**
 * Which Services are in a state that is most probably between two writes. It begins when it is first asked
 * about, and again after `restart`.
 */
export class Grace {
  readonly #clock: Clock
  readonly #onOver: (service: ServiceKey) => void
  readonly #timers = new Map<ServiceKey, Timer>()
  /** Those whose time is over. */
  readonly #settled = new Set<ServiceKey>()

  /** `onOver` is called with a Service whose time is over. */
  constructor(clock: Clock, onOver: (service: ServiceKey) => void) {
    this.#clock = clock
    this.#onOver = onOver
  }

  /** Whether this Service may still get what it lacks. */
  holds(service: ServiceKey): boolean {
    if (this.#settled.has(service)) return false
    if (!this.#timers.has(service)) {
      const timer = this.#clock.after(graceMs, () => {
        this.#timers.delete(service)
        this.#settled.add(service)
        this.#onOver(service)
      })
      this.#timers.set(service, timer)
    }
    return true
  }

  /** Something of this Service was written: if it lacks something now, it is new that it does. */
  restart(service: ServiceKey): void {
    this.#settled.delete(service)
    this.#timers.get(service)?.cancel()
    this.#timers.delete(service)
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }
}
