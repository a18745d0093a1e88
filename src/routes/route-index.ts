import type { ServiceKey } from '../core/types.ts'
import type { RouteKey } from './key.ts'
import { backendServices, type Route } from './route.ts'

/** Service -> routes that use it, so that a change costs as much as the routes it touches, and no more. */
export class RouteIndex {
  readonly #routes = new Map<ServiceKey, Set<RouteKey>>()
  readonly #servicesOf: (route: Route) => Iterable<ServiceKey>

  readonly #onUse: () => void

  /**
   * `servicesOf` says which Services a route uses; its backends by default. `onUse` is called when a Service
   * got its first route, or lost its last.
   */
  constructor(
    servicesOf: (route: Route) => Iterable<ServiceKey> = backendServices,
    onUse: () => void = () => {},
  ) {
    this.#servicesOf = servicesOf
    this.#onUse = onUse
  }

  /** All Services that a route uses. */
  services(): Iterable<ServiceKey> {
    return this.#routes.keys()
  }

  /** The routes that use a Service. */
  using(service: ServiceKey): Iterable<RouteKey> {
    return this.#routes.get(service) ?? []
  }

  /** Moves a route from the Services of its old form to those of its new one. */
  change(key: RouteKey, before: Route | undefined, after: Route | undefined): void {
    const used = this.#usedBy(before)
    const uses = this.#usedBy(after)
    for (const service of used) if (!uses.has(service)) this.#remove(service, key)
    for (const service of uses) if (!used.has(service)) this.#add(service, key)
  }

  #usedBy(route: Route | undefined): Set<ServiceKey> {
    return new Set(route ? this.#servicesOf(route) : [])
  }

  #add(service: ServiceKey, key: RouteKey): void {
    const routes = this.#routes.get(service)
    if (routes) {
      routes.add(key)
      return
    }
    this.#routes.set(service, new Set([key]))
    this.#onUse()
  }

  #remove(service: ServiceKey, key: RouteKey): void {
    const routes = this.#routes.get(service)
    routes?.delete(key)
    if (routes?.size !== 0) return
    this.#routes.delete(service)
    this.#onUse()
  }
}
