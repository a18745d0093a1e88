import type { KubeObject } from '../../../sandbox/server.ts'
import { History } from './history.ts'
import { type Route, readRoute } from './read-route.ts'
import { Services } from './services.ts'

/** Resources that hold routes; all kinds of the Gateway API are one shape, so two of them stand for all. */
export const routeResources: readonly string[] = ['trafficsplits', 'httproutes', 'grpcroutes']

/** The resource of a route's key: `trafficsplits/shop/web`. */
export const resourceOfKey = (key: string): string => key.slice(0, key.indexOf('/'))

/** Every state that the server ever held, as far as the rules speak of it. */
export class Facts {
  readonly services = new Services()
  readonly #routes = new Map<string, History<Route | undefined>>()

  /** A route, by its key, at every moment. */
  route(key: string): History<Route | undefined> {
    const known = this.#routes.get(key) ?? new History<Route | undefined>(undefined)
    this.#routes.set(key, known)
    return known
  }

  /** Takes one change; without `object` it was deleted. */
  change(resource: string, name: string, object: KubeObject | undefined, moment: number): void {
    if (routeResources.includes(resource)) {
      this.route(`${resource}/${name}`).set(moment, object && readRoute(object))
    }
    this.services.change(resource, name, object, moment)
  }

  /** The routes that carry the label now. */
  *ours(): Iterable<[key: string, route: Route]> {
    for (const [key, { now }] of this.#routes) if (now?.ours) yield [key, now]
  }
}
