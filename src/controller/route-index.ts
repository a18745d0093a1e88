import type { ServiceKey } from '../core/types.ts'
import type { Route } from '../routes/route.ts'

/** Identifies a route across kinds: `kind/namespace/name`, with the kind as its codec calls it. */
export type RouteKey = string

/** Service -> routes that use it, so that a change costs as much as the routes it touches, and no more. */
export class RouteIndex {
  readonly #routes = new Map<ServiceKey, Set<RouteKey>>()

  /** The routes that name a Service as a backend. */
  using(service: ServiceKey): Iterable<RouteKey> {
    return this.#routes.get(service) ?? []
  }

  /** Moves a route from the Services of its old form to those of its new one. */
  change(key: RouteKey, before: Route | undefined, after: Route | undefined): void {
    for (const service of servicesOf(before)) this.#remove(service, key)
    for (const service of servicesOf(after)) this.#add(service, key)
  }

  #add(service: ServiceKey, key: RouteKey): void {
    const routes = this.#routes.get(service)
    if (routes) routes.add(key)
    else this.#routes.set(service, new Set([key]))
  }

  #remove(service: ServiceKey, key: RouteKey): void {
    const routes = this.#routes.get(service)
    routes?.delete(key)
    if (routes?.size === 0) this.#routes.delete(service)
  }
}

const servicesOf = (route: Route | undefined): Set<ServiceKey> =>
  new Set(route?.splits.flatMap((split) => split.backends.map(({ service }) => service)))
