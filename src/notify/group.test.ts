import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { groupsOf, nameOf } from './group.ts'
import { transition } from './testing/builders.ts'

const told = (transitions: Parameters<typeof groupsOf>[0]) =>
  groupsOf(transitions).map(
    ({ what, transitions: all }) => `${what} ${all.map(({ route }) => route.name).join(' ')}`,
  )

describe('transitions are told as one', () => {
  it('that went the same way, one right after the other', () => {
    expect(told([transition('a'), transition('b', 100), transition('c', 2000)])).toEqual(['failover a b c'])
  })

  it('but not when time lies between them', () => {
    expect(told([transition('a'), transition('b', 2001)])).toEqual(['failover a', 'failover b'])
  })

  it('but not when they went another way, or from another cluster', () => {
    const back = { what: 'failback' } as const
    expect(told([transition('a'), transition('b', 1, back), transition('c', 2)])).toEqual([
      'failover a c',
      'failback b',
    ])
    const east = { cluster: 'east' }
    expect(told([transition('a', 0, east), transition('b', 1), transition('c', 2, east)])).toEqual([
      'failover a c',
      'failover b',
    ])
  })

  it('but never so that a route seems to stand otherwise than it does', () => {
    const back = { what: 'failback' } as const
    expect(told([transition('a'), transition('b'), transition('a', 5, back), transition('a', 9)])).toEqual([
      'failover a b',
      'failback a',
      'failover a',
    ])
  })
})

test('whatever happens, each transition is told once, and those of a route in their order', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    what: fc.constantFrom('failover' as const, 'failback' as const, 'redistribute' as const),
    cluster: fc.constantFrom('east', undefined),
    gap: fc.nat(3000),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let at = 0
      const all = steps.map(({ name, what, cluster, gap }) => {
        at += gap
        return transition(name, at, { what, cluster })
      })
      const sent = groupsOf(all).flatMap(({ transitions }) => transitions)
      expect(new Set(sent)).toEqual(new Set(all))
      expect(sent).toHaveLength(all.length)
      for (const route of ['a', 'b', 'c']) {
        const of = (list: typeof all) => list.filter(({ route: { name } }) => name === route)
        expect(of(sent).map(({ id }) => id)).toEqual(of(all).map(({ id }) => id))
      }
    }),
  )
})

test('a route is named by kind, namespace and name', () =>
  expect(nameOf(transition('web').route)).toBe('TrafficSplit shop/web'))
