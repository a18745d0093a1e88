import { describe, expect, it } from 'vitest'
import { httpRoute, trafficSplit } from './kind.ts'
import { Observer, sideOf } from './observer.ts'

const trafficSplitOf = (primary: number, secondary: number) => ({
  spec: { backends: [{ weight: primary }, { weight: secondary }] },
})
const httpRouteOf = (...primaries: number[]) => ({
  spec: {
    rules: primaries.map((weight) => ({ backendRefs: [{ weight }, { weight: 1 - weight }] })),
  },
})

describe('the side of a route', () => {
  it.each([
    ['a TrafficSplit on its primary', trafficSplit, trafficSplitOf(1, 0), 'primary'],
    ['a TrafficSplit on its secondary', trafficSplit, trafficSplitOf(0, 1), 'secondary'],
    ['an HTTPRoute on its primary', httpRoute, httpRouteOf(1, 1, 1), 'primary'],
    ['an HTTPRoute on its secondary', httpRoute, httpRouteOf(0, 0, 0), 'secondary'],
    ['an HTTPRoute of which one rule has stayed', httpRoute, httpRouteOf(0, 1, 0), 'mixed'],
  ])('%s', (_, kind, object, side) => {
    expect(sideOf(kind)(object)).toBe(side)
  })

  it('cannot be read where a weight is missing', () => {
    expect(() => sideOf(httpRoute)(httpRouteOf(1, 1))).toThrow('expected number')
  })
})

describe('an observer', () => {
  const observer = () => new Observer(async () => {})

  it('answers with the moment at which a side was first seen', async () => {
    const seen = observer()
    seen.take('a', 'secondary', 10)
    seen.take('a', 'secondary', 20)
    expect(await seen.on('a', 'secondary')).toBe(10)
  })

  it('waits for a side that it has not seen yet, and counts each change', async () => {
    const seen = observer()
    const waiting = seen.on('a', 'secondary')
    seen.take('b', 'secondary', 1)
    seen.take('a', 'primary', 2)
    seen.take('a', 'secondary', 3)
    expect(await waiting).toBe(3)
    expect(seen.changes).toBe(3)
  })
})
