import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entry } from '../testing/builders.ts'
import { lanesOf, levelsOf, segmentsOf } from './lanes.ts'
import { momentsOf } from './moments.ts'

const scale = { from: 0, to: 1000, width: 1000 }
const lanes = (lines: Parameters<typeof momentsOf>[0]) => lanesOf(momentsOf(lines))

describe('lanes', () => {
  it('are one for each route, the one that moved last on top', () => {
    const all = lanes([entry('a', 1), entry('b', 5000), entry('a', 9000, { what: 'failback' })])
    expect(all.map(({ routes, lines }) => [routes, lines.length])).toEqual([
      [['TrafficSplit/shop/a'], 2],
      [['TrafficSplit/shop/b'], 1],
    ])
  })

  it('put routes that only moved together into one', () => {
    const away = Array.from({ length: 6 }, (_, index) => entry(`r${index}`, index, { cluster: 'east' }))
    const back = away.map((line) => ({
      ...line,
      at: line.at + 5000,
      revision: line.revision + 5000,
      what: 'failback' as const,
      state: 'primary' as const,
    }))
    const alone = entry('r0', 20_000, { cluster: 'east' })
    const [own, shared, ...rest] = lanes([...away, ...back, alone])
    expect(rest).toEqual([])
    expect(own?.routes).toEqual(['TrafficSplit/shop/r0'])
    expect(shared?.routes).toHaveLength(5)
  })
})

describe('the stretches of a route', () => {
  it('last until the next entry, and the last until now', () => {
    const lines = [entry('a', 100), entry('a', 400, { what: 'failback' })]
    expect(segmentsOf(lines, scale, 900)).toMatchObject([
      { from: 100, to: 400, state: 'failover', count: 1 },
      { from: 400, to: 900, state: 'primary', count: 1 },
    ])
  })

  it('end where the route did, and begin again with the next entry', () => {
    const lines = [entry('a', 100), entry('a', 400, { what: 'end' }), entry('a', 700)]
    expect(segmentsOf(lines, scale, 900)).toMatchObject([
      { from: 100, to: 400 },
      { from: 700, to: 900 },
    ])
    expect(segmentsOf(lines.slice(0, 2), scale, 900)).toHaveLength(1)
    expect(levelsOf(lines.slice(0, 2), scale).map(({ away }) => away)).toEqual([1, 0])
  })

  it('begin before what is seen, where the state did', () => {
    expect(segmentsOf([entry('a', -500)], scale, 2000)).toMatchObject([{ from: 0, to: 1000 }])
    expect(segmentsOf([entry('a', -500), entry('a', -100)], { ...scale, from: 0 }, -50)).toEqual([])
  })

  it('become one where they are too close to be told apart', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => entry('a', 100 + index / 100))
    const segments = segmentsOf(lines, scale, 900)
    expect(segments.length).toBeLessThan(10)
    expect(segments.reduce((sum, { count }) => sum + count, 0)).toBe(1000)
  })

  it('never overlap and stay within what is seen, whatever happened', () => {
    const times = fc.array(fc.integer({ min: -500, max: 1500 }), { maxLength: 60 })
    fc.assert(
      fc.property(times, fc.integer({ min: -500, max: 1500 }), (all, now) => {
        const lines = all.filter((at) => at <= now).sort((one, other) => one - other)
        let last = 0
        for (const { from, to } of segmentsOf(
          lines.map((at) => entry('a', at)),
          scale,
          now,
        )) {
          expect(from).toBeGreaterThanOrEqual(last)
          expect(to).toBeGreaterThanOrEqual(from)
          last = to
        }
        expect(last).toBeLessThanOrEqual(1000)
      }),
    )
  })
})

describe('the level of a group', () => {
  it('is how many of its routes are away', () => {
    const lines = [
      entry('a', 10),
      entry('b', 20),
      entry('a', 500, { what: 'failback' }),
      entry('b', 500, { what: 'failback' }),
    ]
    expect(levelsOf(lines, scale)).toEqual([
      { pixel: 10, away: 1 },
      { pixel: 20, away: 2 },
      { pixel: 500, away: 0 },
    ])
  })

  it('counts a route that moves among secondaries once', () => {
    const lines = [entry('a', 10), entry('a', 20, { what: 'redistribute' })]
    expect(levelsOf(lines, scale).map(({ away }) => away)).toEqual([1, 1])
  })
})
