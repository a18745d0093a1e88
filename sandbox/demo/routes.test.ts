import { describe, expect, it } from 'vitest'
import { type DemoRoute, routeNamed, routes } from './routes.ts'
import { backends, declaredWeights, routeName, service } from './world.ts'

describe.each<DemoRoute>(Object.values(routes))('the story with a route of kind $kind', (route) => {
  it('begins with the declared weights, in the order of the backends', () => {
    const read = route.read(route.object)
    expect(read?.name).toBe(routeName)
    expect(read?.weights.map(([name]) => name)).toEqual(backends)
    expect(Object.fromEntries(read?.weights ?? [])).toEqual(declaredWeights)
  })

  it('hands the route over to the operator, with the primary of the story', () => {
    expect(route.object).toMatchObject({
      kind: route.kind,
      metadata: {
        labels: { 'failover.linkerd.io/controlled-by': 'linkerd-failover' },
        annotations: { 'failover.linkerd.io/primary-service': 'sample-svc' },
      },
    })
  })

  it('leaves alone what has another shape', () => {
    expect(route.read({ metadata: { name: routeName }, spec: {} })).toBeUndefined()
    expect(route.read(null)).toBeUndefined()
  })
})

it('names ports that the Services have, and says that Linkerd follows the route', () => {
  const { object, status } = routes.http
  const ports = [...object.spec.parentRefs, ...(object.spec.rules[0]?.backendRefs ?? [])]
  const known = service('sample-svc').spec.ports.map(({ port }) => port)
  for (const { port } of ports) expect(known).toContain(port)
  expect(status).toMatchObject({
    parents: [{ parentRef: object.spec.parentRefs[0], conditions: [{ type: 'Accepted', status: 'True' }] }],
  })
})

it('is chosen by --route; a wrong word is answered with the right ones', () => {
  expect(routeNamed(undefined).kind).toBe('TrafficSplit')
  expect(routeNamed('split').kind).toBe('TrafficSplit')
  expect(routeNamed('http').kind).toBe('HTTPRoute')
  expect(() => routeNamed('tls')).toThrow('--route is "tls"; write --route split or --route http')
})
