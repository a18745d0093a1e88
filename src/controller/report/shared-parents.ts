import type { ServiceKey } from '../../core/types.ts'
import type { RouteKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import { RouteIndex } from '../../routes/route-index.ts'
import { type Conflict, conflictsAt } from '../../routes/sharing.ts'

/** Which routes have one parent, and how they stand in each other's way as of the last look. */
export class SharedParents {
  readonly #routes = new Map<RouteKey, Route>()
  readonly #byParent = new RouteIndex(({ apexes }) => apexes)
  /** By parent, and by route; only what there is. */
  readonly #conflicts = new Map<ServiceKey, ReadonlyMap<RouteKey, readonly Conflict[]>>()

  /** A route became another, or is gone; answers with the parents to look at because of it. */
  change(key: RouteKey, before: Route | undefined, after: Route | undefined): readonly ServiceKey[] {
    if (after) this.#routes.set(key, after)
    else this.#routes.delete(key)
    if (claimOf(before) === claimOf(after)) return []
    this.#byParent.change(key, before, after)
    return [...new Set([...(before?.apexes ?? []), ...(after?.apexes ?? [])])]
  }

  /** What the last look at a parent found of a route. */
  conflicts(key: RouteKey, parent: ServiceKey): readonly Conflict[] {
    return this.#conflicts.get(parent)?.get(key) ?? []
  }

  /**
   * Looks at a parent in small steps; answers with the routes that had a conflict there before, or have one
   * now.
   */
  *look(parent: ServiceKey): Generator<undefined, ReadonlySet<RouteKey>> {
    const keys = new Map<Route, RouteKey>()
    for (const key of this.#byParent.using(parent)) {
      const route = this.#routes.get(key)
      if (route) keys.set(route, key)
    }
    const now = new Map<RouteKey, readonly Conflict[]>()
    for (const [route, conflicts] of yield* conflictsAt(parent, [...keys.keys()])) {
      const key = keys.get(route)
      if (key !== undefined) now.set(key, conflicts)
    }
    const before = this.#conflicts.get(parent)
    if (now.size > 0) this.#conflicts.set(parent, now)
    else this.#conflicts.delete(parent)
    return new Set([...(before?.keys() ?? []), ...now.keys()])
  }
}

/** All of a route that other routes of its parents may meet. */
const claimOf = (route: Route | undefined): string =>
  JSON.stringify([route?.apexes, route?.apexPorts, route?.matches])
