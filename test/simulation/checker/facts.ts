import type { KubeObject } from '../../../sandbox/server.ts'
import { type Count, endpoints } from './count.ts'
import { FarFacts } from './far-facts.ts'
import type { GatewayWord } from './gateway-view.ts'
import { History } from './history.ts'
import { type Route, readRoute } from './read-route.ts'
import { Services, type Sight } from './services.ts'

/** Resources that hold routes; all kinds of the Gateway API are one shape, so two of them stand for all. */
export const routeResources: readonly string[] = ['trafficsplits', 'httproutes', 'grpcroutes']

/** The resource of a route's key: `trafficsplits/shop/web`. */
export const resourceOfKey = (key: string): string => key.slice(0, key.indexOf('/'))

/** The namespace of that route. */
export const namespaceOfKey = (key: string): string => key.split('/')[1] ?? ''

const end = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as const
const latest = { endpointslices: end, endpoints: end, services: end }

/** Every state that the server ever held, as far as the rules speak of it. */
export class Facts {
  readonly services = new Services()
  readonly far = new FarFacts()
  readonly #routes = new Map<string, History<Route | undefined>>()

  /** A route, by its key, at every moment. */
  route(key: string): History<Route | undefined> {
    const known = this.#routes.get(key) ?? new History<Route | undefined>(undefined)
    this.#routes.set(key, known)
    return known
  }

  /** Takes one change at a time (virtual ms); without `object` it was deleted. */
  change(resource: string, name: string, object: KubeObject | undefined, moment: number, at: number): void {
    if (routeResources.includes(resource)) {
      this.route(`${resource}/${name}`).set(moment, object && readRoute(object))
    }
    if (resource === 'secrets') this.far.secret(name, object, moment)
    if (resource === 'links') this.far.link(object !== undefined, moment)
    this.services.change(resource, name, object, moment, at)
  }

  /**
   * What something called is at the moment; `accepted`: the credentials that the other cluster takes, `gateway`: what
   * the probes say of its gateway.
   */
  now(called: string, accepted: string, gateway: GatewayWord = 'fine'): Count {
    const far: Sight['far'] = (service, port) => [this.far.now(service, port, accepted)]
    const links = this.far.links(end)
    const [count] = this.services.possible(called, {
      spans: latest,
      at: undefined,
      far,
      links,
      gateway: [gateway],
    })
    return count ?? endpoints(0)
  }

  /** The routes that carry the label now. */
  *ours(): Iterable<[key: string, route: Route]> {
    for (const [key, { now }] of this.#routes) if (now?.ours) yield [key, now]
  }
}
