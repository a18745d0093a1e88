import { describe, expect, test } from 'vitest'
import { reasonsFor } from './explain.ts'
import { History } from './history.ts'
import { type Readiness, type Split, weightsBy } from './table.ts'

const split = (weights: Record<string, number>, more: Partial<Split> = {}): Split => ({
  backends: Object.entries(weights).map(([service, weight]) => ({ service, weight })),
  primary: 'web',
  paused: false,
  broken: false,
  limit: 429_496,
  ...more,
})
const states = (given: Record<string, Readiness>) => (service: string) => given[service] ?? 'down'

describe('the decision table, as docs/DECISIONS.md has it', () => {
  test.each([
    ['primary ready', { web: 0, east: 100 }, { web: 'ready', east: 'ready' }, [100, 0]],
    ['primary down', { web: 100, east: 0, west: 0 }, { east: 'ready', west: 'ready' }, [0, 100, 100]],
    ['primary unknown', { web: 1, east: 0 }, { web: 'unknown', east: 'ready' }, [1, 0]],
    ['nothing ready', { web: 0, east: 1 }, {}, [0, 1]],
    ['nothing ready, all zero', { web: 0, east: 0 }, {}, [1, 0]],
    [
      'a secondary unknown, with weight',
      { web: 0, east: 1, west: 0 },
      { east: 'unknown', west: 'ready' },
      [0, 1, 1],
    ],
    ['a fraction', { web: 0.5, east: 0 }, { east: 'ready' }, [0, 1]],
    [
      'equal shares already',
      { web: 0, east: 7.5, west: 7.5 },
      { east: 'ready', west: 'ready' },
      [0, 7.5, 7.5],
    ],
  ] satisfies [string, Record<string, number>, Record<string, Readiness>, number[]][])(
    '%s',
    (_, weights, given, wanted) => expect(weightsBy(split(weights), states(given))).toEqual(wanted),
  )

  test.each([{ paused: true }, { broken: true }])('%j holds', (more) =>
    expect(weightsBy(split({ web: 1, east: 0 }, more), states({ east: 'ready' }))).toEqual([1, 0]),
  )
})

describe('a write is explained', () => {
  const before = split({ web: 1, east: 0 })
  const after = split({ web: 0, east: 1 })
  const explained = (web: Readiness[], known = [before]) =>
    reasonsFor(before, after, known, (service) => (service === 'web' ? web : ['ready'])).length > 0

  test('by a state that its writer can have seen, and by no other', () => {
    expect(explained(['down'])).toBe(true)
    expect(explained(['ready', 'down'])).toBe(true)
    expect(explained(['ready'])).toBe(false)
    expect(explained(['unknown'])).toBe(false)
  })

  test('not by a route that was paused all the time', () =>
    expect(explained(['down'], [split({ web: 1, east: 0 }, { paused: true })])).toBe(false))
})

test('a history tells all that something was from one version to another', () => {
  const history = new History('born')
  for (const [version, value] of [
    [5, 'a'],
    [9, 'b'],
    [12, 'c'],
  ] as const) {
    history.set(version, value)
  }
  expect(history.during(0, 4)).toEqual(['born'])
  expect(history.during(4, 9)).toEqual(['born', 'a', 'b'])
  expect(history.during(9, 11)).toEqual(['b'])
  expect(history.during(7, 20)).toEqual(['a', 'b', 'c'])
})
