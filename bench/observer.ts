import { z } from 'zod'

const pair = z.object({ spec: z.object({ backends: z.array(z.object({ weight: z.number() })) }) })

/** Where the traffic of a pair goes. */
export type Side = 'primary' | 'secondary'

export const sideOf = (split: unknown): Side =>
  (pair.parse(split).spec.backends[0]?.weight ?? 0) > 0 ? 'primary' : 'secondary'

interface Seen {
  readonly side: Side
  readonly at: number
}

/** Sees by a watch of its own when the weights of a split have moved, as a proxy's controller would. */
export class Observer {
  /** How many changes of splits it has seen. */
  changes = 0
  readonly #close: () => Promise<void>
  readonly #seen = new Map<string, Seen>()
  readonly #waiting = new Map<string, { side: Side; resolve: (at: number) => void }>()

  constructor(close: () => Promise<void>) {
    this.#close = close
  }

  /** Takes one change of a split, seen at `at` (ms). */
  take(name: string, side: Side, at: number): void {
    this.changes += 1
    if (this.#seen.get(name)?.side !== side) this.#seen.set(name, { side, at })
    const waiting = this.#waiting.get(name)
    if (waiting?.side !== side) return
    this.#waiting.delete(name)
    waiting.resolve(at)
  }

  /** Resolves to the moment (ms) at which the split was seen to be on that side. One wait per split at a time. */
  on(name: string, side: Side): Promise<number> {
    const seen = this.#seen.get(name)
    if (seen?.side === side) return Promise.resolve(seen.at)
    return new Promise((resolve) => this.#waiting.set(name, { side, resolve }))
  }

  stop(): Promise<void> {
    return this.#close()
  }
}
