import type { RouteKey } from '../routes/key.ts'

/**
 * What the controller remembers of routes between two looks at them. Each user has a part of its own, and a
 * route that is gone is forgotten in all parts with one call.
 *
 * A part is a map, and no record per route holds all parts, so that counting findings or fights costs as much
 * as there are, not as many as there are routes.
 *
 * Not in here: the queue, which forgets a key when its work is done; the view, which remembers for its
 * readers that a route has gone; and writes without an answer, which must be reported after their route has
 * gone.
 */
export class RouteMemory {
  readonly #parts: ((key: RouteKey) => void)[] = []

  /** A part for one user. `onForget` is called with what was in it of a route that was forgotten. */
  part<T>(onForget?: (key: RouteKey, value: T) => void): Map<RouteKey, T> {
    const values = new Map<RouteKey, T>()
    this.#parts.push((key) => {
      const value = values.get(key)
      if (value === undefined) return
      values.delete(key)
      onForget?.(key, value)
    })
    return values
  }

  /** The route is gone, or not ours any more. */
  forget(key: RouteKey): void {
    for (const forgetIn of this.#parts) forgetIn(key)
  }
}
