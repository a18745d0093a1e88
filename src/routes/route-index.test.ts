import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RouteIndex } from './route-index.ts'
import { trafficSplit } from './trafficsplit.ts'

const routeUsing = (services: readonly string[]) =>
  trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    metadata: { namespace: 'shop', name: 'route' },
    spec: { backends: services.map((service) => ({ service, weight: 1 })) },
  })

describe('the index of routes', () => {
  it('names exactly the routes that use a Service now, whatever came before', () => {
    const services = ['web', 'east', 'west']
    const keys = ['TrafficSplit/shop/a', 'TrafficSplit/shop/b', 'TrafficSplit/shop/c']
    const change = fc.record({
      key: fc.constantFrom(...keys),
      services: fc.option(fc.array(fc.constantFrom(...services), { maxLength: 4 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const index = new RouteIndex()
        const routes = new Map<string, readonly string[]>()
        for (const { key, services: used } of changes) {
          const before = routes.get(key)
          index.change(key, before && routeUsing(before), used && routeUsing(used))
          if (used) routes.set(key, used)
          else routes.delete(key)
        }
        for (const service of services) {
          const expected = keys.filter((key) => routes.get(key)?.includes(service))
          expect([...index.using(`shop/${service}`)].sort()).toEqual(expected)
        }
      }),
    )
  })

  it('may follow other Services of a route than its backends', () => {
    const index = new RouteIndex(({ name }) => [`shop/${name}-apex`])
    index.change('TrafficSplit/shop/route', undefined, routeUsing(['web']))
    expect([...index.using('shop/route-apex')]).toEqual(['TrafficSplit/shop/route'])
    expect([...index.using('shop/web')]).toEqual([])
  })

  it('says when a Service gets its first route, and loses its last', () => {
    let calls = 0
    const index = new RouteIndex(undefined, () => {
      calls += 1
    })
    const change = (name: string, before: string[], after: string[]) => {
      const [was, is] = [before, after].map((used) => (used.length === 0 ? undefined : routeUsing(used)))
      calls = 0
      index.change(`TrafficSplit/shop/${name}`, was, is)
      return [calls, [...index.services()].join()]
    }
    expect(change('a', [], ['web'])).toEqual([1, 'shop/web'])
    expect(change('b', [], ['web'])).toEqual([0, 'shop/web'])
    expect(change('a', ['web'], ['east'])).toEqual([1, 'shop/web,shop/east'])
    expect(change('b', ['web'], [])).toEqual([1, 'shop/east'])
  })

  it('answers for one Service without looking at the routes of others', () => {
    const index = new RouteIndex()
    for (let number = 0; number < 1_000; number += 1) {
      index.change(`TrafficSplit/shop/${number}`, undefined, routeUsing([`web-${number}`, `east-${number}`]))
    }
    expect([...index.using('shop/web-7')]).toEqual(['TrafficSplit/shop/7'])
    expect([...index.using('shop/nobody')]).toEqual([])
  })
})
