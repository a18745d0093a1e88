import { describe, expect, it, test } from 'vitest'
import { drain } from '../testing/builders.ts'
import { bandsOf, endCommand, endWords, inEffect, movedWords, targetWords } from './drains.ts'

const at = (seconds: number) => new Date(seconds * 1000).toISOString()

test('a Drain is named by what it takes out', () => {
  const from = [
    { cluster: 'east', service: null },
    { cluster: 'Local', service: null },
    { cluster: null, service: 'shop/web' },
  ]
  expect(targetWords(drain('mesh/a', { from }))).toBe('cluster east, this cluster and shop/web')
})

test.each([
  [{ moved: 12, left: 0 }, '12 routes send no traffic there'],
  [{ moved: 1, left: 2 }, '1 route sends no traffic there, 2 still do'],
  [{ moved: 0, left: 1 }, '0 routes send no traffic there, 1 still does'],
  [{ moved: 0, left: 0 }, 'no route has a backend there'],
])('%j is said as %j', (routes, words) => expect(movedWords(drain('mesh/a', { routes }))).toBe(words))

test('its end counts down, and the command that ends it names it in full', () => {
  const one = drain('mesh/a', { until: at(7_500) })
  expect(endWords(one, 0)).toMatch(/^ends in 2 h 5 min, at \d\d:\d\d:00$/)
  expect(endWords(one, 7_490_000)).toMatch(/^ends in 10 s, at /)
  expect(endWords(one, 9_000_000)).toMatch(/^ends in 0 s, at /)
  expect(endCommand(one)).toBe('kubectl -n mesh delete drains.failover.linkerd.io a')
  expect(inEffect([one, drain('mesh/b', { endedAt: at(5) })])).toEqual([one])
})

describe('the bands of the timeline', () => {
  const scale = { from: 0, to: 100_000, width: 100 }
  const shown = (...drains: ReturnType<typeof drain>[]) =>
    bandsOf(drains, scale, 50_000).map(({ from, to, row, isOver }) => [from, to, row, isOver])

  it('go from the creation to the end, within the picture', () => {
    expect(
      shown(
        drain('mesh/a', { since: at(-5), until: at(20) }),
        drain('mesh/b', { since: at(30), until: at(900) }),
        drain('mesh/c', { since: at(30), until: at(900), endedAt: at(40) }),
      ),
    ).toEqual([
      [0, 20, 0, false],
      [30, 100, 0, false],
      [30, 40, 1, true],
    ])
  })

  it('are left out if they do not touch it', () => {
    const before = drain('mesh/a', { since: at(-50), until: at(-20) })
    const after = drain('mesh/b', { since: at(200), until: at(300) })
    expect(shown(before, after)).toEqual([])
  })

  it('take no more than four rows', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      drain(`mesh/d${index}`, { since: at(1), until: at(50) }),
    )
    expect(Math.max(...bandsOf(many, scale, 0).map(({ row }) => row))).toBe(3)
  })
})
