import { describe, expect, it } from 'vitest'
import { entry } from '../testing/builders.ts'
import { headOf, isMass, momentsOf, verbOf } from './moments.ts'

const many = (count: number, from: number, every: number, words = {}) =>
  Array.from({ length: count }, (_, index) => entry(`r${index}`, from + index * every, words))

describe('moments', () => {
  it('make one event of what one cause did to many routes', () => {
    const [moment, ...rest] = momentsOf(many(412, 1000, 4, { cluster: 'east' }))
    expect(rest).toEqual([])
    expect(moment).toMatchObject({ from: 1000, to: 1000 + 411 * 4, cluster: 'east' })
    expect(moment && headOf(moment)).toBe('412 routes failed over from cluster east')
  })

  it('tell few routes one by one, the newest first', () => {
    const moments = momentsOf(many(4, 1000, 10))
    expect(moments.map(({ routes }) => routes)).toEqual(
      ['r3', 'r2', 'r1', 'r0'].map((name) => [`TrafficSplit/shop/${name}`]),
    )
    expect(moments.some(isMass)).toBe(false)
  })

  it('do not take a route that flaps for many routes', () => {
    const flapping = Array.from({ length: 20 }, (_, index) => entry('web', 1000 + index))
    expect(momentsOf(flapping)).toHaveLength(20)
  })

  it('keep causes apart: another cluster, another direction, a pause between', () => {
    const east = many(6, 0, 1, { cluster: 'east' })
    const west = many(6, 3, 1, { cluster: 'west' })
    const back = many(6, 20, 1, { cluster: 'east', what: 'failback' })
    const again = many(6, 5000, 1, { cluster: 'east' })
    const moments = momentsOf([...east, ...west, ...back, ...again])
    expect(moments.map((moment) => headOf(moment))).toEqual([
      '6 routes failed over from cluster east',
      '6 routes failed back to the primary in cluster east',
      '6 routes failed over from cluster west',
      '6 routes failed over from cluster east',
    ])
  })

  it('cut an endless trickle into pieces of a minute', () => {
    const spans = momentsOf(many(200, 0, 1000)).map(({ from, to }) => to - from)
    expect(spans.length).toBe(4)
    expect(Math.max(...spans)).toBeLessThanOrEqual(60_000)
  })

  it('name the namespace where all routes share one and no cluster is to blame', () => {
    const [moment] = momentsOf(many(5, 0, 1))
    expect(moment && headOf(moment)).toBe('5 routes failed over from namespace shop')
  })
})

it('says of a hold what began', () => {
  expect(verbOf({ what: 'hold', state: 'dark' })).toBe('went dark')
  expect(verbOf({ what: 'hold', state: 'hold' })).toBe('began to hold')
  expect(verbOf({ what: 'hold', state: 'paused' })).toBe('became paused')
  expect(verbOf({ what: 'failback', state: 'primary' })).toBe('failed back to the primary')
})

it('says what happened to routes, to one and to many', () => {
  expect(verbOf({ what: 'end', state: 'failover' })).toBe('is no longer controlled')
  const ends = Array.from({ length: 5 }, (_, index) => entry(`r${index}`, index, { what: 'end' }))
  const [moment] = momentsOf(ends)
  expect(moment && headOf(moment)).toBe('5 routes are no longer controlled in namespace shop')
})

it('says which way traffic moved between tiers and within one', () => {
  expect(verbOf({ what: 'failback', state: 'failover' })).toBe('went back to an earlier tier')
  expect(verbOf({ what: 'redistribute', state: 'failover' })).toBe('redistributed among secondaries')
  expect(verbOf({ what: 'failover', state: 'drained' })).toBe('left what is drained')
  expect(verbOf({ what: 'redistribute', state: 'primary' })).toBe('redistributed within the first tier')
})
