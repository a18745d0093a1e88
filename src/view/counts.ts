import type { RouteState } from '../core/state.ts'

/** How many routes are in each state, by kind; kept up to date, so that asking costs nothing. */
export class Counts {
  readonly #counts = new Map<string, { kind: string; state: RouteState; count: number }>()

  /** A route comes (`from` absent), goes (`to` absent), or changes its state. */
  move(kind: string, from: RouteState | undefined, to: RouteState | undefined): void {
    if (from) this.#add(kind, from, -1)
    if (to) this.#add(kind, to, 1)
  }

  all(): Iterable<{ readonly kind: string; readonly state: RouteState; readonly count: number }> {
    return this.#counts.values()
  }

  #add(kind: string, state: RouteState, change: 1 | -1): void {
    const key = `${kind}/${state}`
    const entry = this.#counts.get(key) ?? { kind, state, count: 0 }
    entry.count += change
    if (entry.count === 0) this.#counts.delete(key)
    else this.#counts.set(key, entry)
  }
}
