import { describe, expect, it } from 'vitest'
import { readDrain } from './drain.ts'
import { DrainIndex, isInEffect } from './drain-index.ts'
import { drainObject } from './testing/drain-objects.ts'

const places: Record<string, string> = {
  'shop/web': 'Local',
  'shop/web-east': 'east',
  'pay/web-east': 'east',
}
const indexOf = (...drains: ReturnType<typeof drainObject>[]) =>
  new DrainIndex(drains.map(readDrain), { rootNamespace: 'mesh', placeOf: (service) => places[service] })
const drained = (index: DrainIndex, namespace: string, service: string) =>
  index.of(namespace)?.({ service, weight: 1 })?.by

describe('a Drain', () => {
  it('of the root namespace is for all routes', () => {
    const index = indexOf(drainObject('mesh/east', {}))
    expect(drained(index, 'shop', 'shop/web-east')).toBe('mesh/east')
    expect(drained(index, 'pay', 'pay/web-east')).toBe('mesh/east')
    expect(drained(index, 'shop', 'shop/web')).toBeUndefined()
  })

  it('of another namespace is for the routes of its own', () => {
    const index = indexOf(drainObject('shop/east', {}))
    expect(drained(index, 'shop', 'shop/web-east')).toBe('shop/east')
    expect(drained(index, 'shop', 'pay/web-east')).toBe('shop/east')
    expect(index.of('pay')).toBeUndefined()
  })

  it('can name this cluster, and single Services', () => {
    expect(
      drained(indexOf(drainObject('shop/a', { from: [{ cluster: 'Local' }] })), 'shop', 'shop/web'),
    ).toBe('shop/a')
    const one = indexOf(
      drainObject('shop/a', { from: [{ service: { name: 'web-east', namespace: 'pay' } }] }),
    )
    expect(drained(one, 'shop', 'pay/web-east')).toBe('shop/a')
    expect(drained(one, 'shop', 'shop/web-east')).toBeUndefined()
  })

  it('of several clusters at once, or of none that is known, is not in one of them', () => {
    const index = indexOf(drainObject('shop/a', { from: [{ cluster: 'Local' }, { cluster: 'east' }] }))
    expect(drained(index, 'shop', 'shop/federated')).toBeUndefined()
  })
})

it('takes the strictest of several', () => {
  const index = indexOf(drainObject('mesh/a', {}), drainObject('shop/b', { lastResort: 'Never' }))
  expect(index.of('shop')?.({ service: 'shop/web-east', weight: 1 })).toEqual({
    by: 'shop/b',
    lastResort: 'Never',
  })
  expect(index.of('pay')?.({ service: 'pay/web-east', weight: 1 })).toEqual({
    by: 'mesh/a',
    lastResort: 'Allow',
  })
  expect(index.drainsOf('shop', 'shop/web-east').map(({ name }) => name)).toEqual(['a', 'b'])
})

it('is in effect until its end', () => {
  const drain = readDrain(drainObject('shop/a', { until: '2026-12-01T06:00:00Z' }))
  const end = Date.parse('2026-12-01T06:00:00Z')
  expect([end - 1, end, end + 1].map((now) => isInEffect(drain, now))).toEqual([true, false, false])
  expect(isInEffect(readDrain(drainObject('shop/a', { from: [] })), end - 1)).toBe(false)
})
