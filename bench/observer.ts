import { z } from 'zod'
import type { Kind } from './kind.ts'

/**
 * Where the traffic of a pair goes; `mixed` where the splits of its route do not agree, which no patch may
 * do.
 */
export type Side = 'primary' | 'secondary' | 'mixed'

/** Reads the side from a route object. */
export const sideOf =
  ({ weights }: Pick<Kind, 'weights'>) =>
  (route: unknown): Side => {
    const active = weights.filter(([primary]) => z.number().parse(valueAt(route, primary)) > 0).length
    return active === 0 ? 'secondary' : active === weights.length ? 'primary' : 'mixed'
  }

/** What a JSON Pointer without escapes leads to; `undefined` where it leads nowhere. */
function valueAt(object: unknown, pointer: string): unknown {
  const child = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return pointer.split('/').slice(1).reduce(child, object)
}

interface Seen {
  readonly side: Side
  readonly at: number
}

/** Sees by a watch of its own when the weights of a route have moved, as a proxy's controller would. */
export class Observer {
  /** How many changes of routes it has seen. */
  changes = 0
  readonly #close: () => Promise<void>
  readonly #seen = new Map<string, Seen>()
  readonly #waiting = new Map<string, { side: Side; resolve: (at: number) => void }>()

  constructor(close: () => Promise<void>) {
    this.#close = close
  }

  /** Takes one change of a route, seen at `at` (ms). */
  take(name: string, side: Side, at: number): void {
    this.changes += 1
    if (this.#seen.get(name)?.side !== side) this.#seen.set(name, { side, at })
    const waiting = this.#waiting.get(name)
    if (waiting?.side !== side) return
    this.#waiting.delete(name)
    waiting.resolve(at)
  }

  /**
   * Resolves to the moment (ms) at which the route was seen to be on that side. One wait per route at a time.
   */
  on(name: string, side: Side): Promise<number> {
    const seen = this.#seen.get(name)
    if (seen?.side === side) return Promise.resolve(seen.at)
    return new Promise((resolve) => this.#waiting.set(name, { side, resolve }))
  }

  stop(): Promise<void> {
    return this.#close()
  }
}
