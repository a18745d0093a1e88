import { describe, expect, it } from 'vitest'
import { finding, route } from '../testing/builders.ts'
import { arrange, everything, type Filter, facetsOf, wanting, worstFirst } from './table.ts'

const since = (seconds: number) => new Date(seconds * 1000).toISOString()
const wants =
  (filter: Partial<Filter>) =>
  (title: string, state: Parameters<typeof route>[1] = 'primary') =>
    wanting({ ...everything, ...filter })(route(title, state, { cluster: 'east' }))

describe('a route fits', () => {
  it('when nothing is asked for', () => expect(wants({})('shop/web')).toBe(true))

  it('by every word of the text: in its name, its kind or a backend', () => {
    expect(wants({ text: 'web' })('shop/web')).toBe(true)
    expect(wants({ text: 'SHOP split' })('shop/web')).toBe(true)
    expect(wants({ text: 'web-b' })('shop/web')).toBe(true)
    expect(wants({ text: 'shop cart' })('shop/web')).toBe(false)
  })

  it('by state, any of the chosen', () => {
    expect(wants({ states: ['dark', 'failover'] })('shop/web', 'failover')).toBe(true)
    expect(wants({ states: ['dark', 'failover'] })('shop/web', 'primary')).toBe(false)
  })

  it('by its findings, whatever its state', () => {
    const wanted = wanting({ ...everything, states: ['finding'] })
    expect(wanted(route('shop/web'))).toBe(false)
    expect(wanted(route('shop/web', 'failover', { findings: [finding] }))).toBe(true)
  })

  it('by namespace, kind and cluster', () => {
    expect(wants({ namespace: 'shop', kind: 'TrafficSplit', cluster: 'east' })('shop/web')).toBe(true)
    expect(wants({ namespace: 'bank' })('shop/web')).toBe(false)
    expect(wants({ kind: 'HTTPRoute' })('shop/web')).toBe(false)
    expect(wants({ cluster: 'west' })('shop/web')).toBe(false)
  })
})

describe('the order', () => {
  const routes = [
    route('shop/b'),
    route('shop/a', 'failover', { since: since(1) }),
    route('bank/c', 'failover', { since: since(2) }),
    route('auth/d', 'dark', { since: since(3) }),
    route('auth/a'),
  ]
  const names = (by: 'state' | 'name' | 'since', descending = false) =>
    arrange(routes, everything, { by, descending }).map((key) => key.slice('TrafficSplit/'.length))

  it('is the worst first, and there the newest', () => {
    expect(arrange(routes, everything, worstFirst)).toEqual(
      ['auth/d', 'bank/c', 'shop/a', 'auth/a', 'shop/b'].map((name) => `TrafficSplit/${name}`),
    )
  })

  it('has what was found around routes after what is dark, and before all else', () => {
    const found = route('shop/z', 'primary', { findings: [finding] })
    const order = arrange([...routes, found, route('shop/m', 'misconfigured')], everything, worstFirst)
    expect(order.slice(0, 3)).toEqual(['auth/d', 'shop/z', 'shop/m'].map((name) => `TrafficSplit/${name}`))
  })

  it('can be the other way round, with equal ones still by name', () => {
    expect(names('state', true)).toEqual(['auth/a', 'shop/b', 'shop/a', 'bank/c', 'auth/d'])
  })

  it('can be by name or by time', () => {
    expect(names('name')).toEqual(['auth/a', 'auth/d', 'bank/c', 'shop/a', 'shop/b'])
    expect(names('since')).toEqual(['auth/d', 'bank/c', 'shop/a', 'auth/a', 'shop/b'])
  })
})

it('offers what there is to choose from', () => {
  expect(
    facetsOf([
      route('shop/a', 'primary', { cluster: 'west' }),
      route('bank/b', 'primary', { cluster: 'east' }),
      route('shop/c'),
    ]),
  ).toEqual({
    namespaces: ['bank', 'shop'],
    kinds: ['TrafficSplit'],
    clusters: ['east', 'west'],
  })
})
