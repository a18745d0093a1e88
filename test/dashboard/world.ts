import { accountOf, type MemberAccount } from '../../src/core/account.ts'
import { type Readiness, readinessOf } from '../../src/core/types.ts'
import { type FakeOperator, type MadeUpRoute, notKnown } from './fake-operator.ts'

const namespaces = ['shop', 'bank', 'media', 'auth', 'core']
const apps = ['web', 'cart', 'search', 'payment', 'login', 'stock', 'mail', 'price', 'image', 'review']

/** The `index`th made-up route: a third have their primary in cluster east, all have secondaries east and asia. */
export function madeUp(index: number): MadeUpRoute {
  const app = apps[index % apps.length] ?? ''
  const generation = Math.floor(index / (apps.length * namespaces.length))
  const name = generation > 0 ? `${app}-${generation}` : app
  const namespace = namespaces[Math.floor(index / apps.length) % namespaces.length] ?? ''
  const cluster = index % 3 === 0 ? 'east' : ''
  return {
    namespace,
    name,
    backends: { [name]: cluster, [`${name}-east`]: 'east', [`${name}-asia`]: 'asia' },
  }
}

/** Hands so many made-up routes over to an operator; answers with them. */
export function populate(operator: FakeOperator, count: number): MadeUpRoute[] {
  const routes = Array.from({ length: count }, (_, index) => madeUp(index))
  for (const route of routes) operator.add(route)
  return routes
}

export const primaryOf = ({ namespace, name }: MadeUpRoute): string => `${namespace}/${name}`

/** The Service is federated: one member is ready here, one is down in cluster asia, and east is unknown. */
export function federate(operator: FakeOperator, service: string): void {
  const member = (cluster: string | undefined, readiness: Readiness): MemberAccount => {
    const { why } = accountOf(service, readiness)
    const isThere = cluster !== undefined && readiness.state !== 'unknown'
    return { service, cluster, readiness, why: isThere ? `${why} in cluster ${cluster}` : why }
  }
  const members = [
    member(undefined, readinessOf(2, 3)),
    member('asia', readinessOf(0, 3)),
    member('east', notKnown(service).readiness),
  ]
  const why = `${service} has 2 of 6 endpoints ready, according to its members`
  operator.believe(service, { readiness: readinessOf(2, 6), why, members })
}

/** Every primary in the cluster loses its endpoints, or gets them back. */
export function turn(
  operator: FakeOperator,
  routes: readonly MadeUpRoute[],
  cluster: string,
  ready: number,
): void {
  for (const route of routes)
    if (route.backends[route.name] === cluster) operator.ready(primaryOf(route), ready)
}
