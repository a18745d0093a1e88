import { describe, expect, test } from 'vitest'
import { type Count, endpoints, type Readiness } from './count.ts'
import type { Drained, Unsure } from './drained.ts'
import { isWanted } from './explain.ts'
import { History } from './history.ts'
import { addsInVain, allWeightsBy, directionOf, weightsBy } from './table.ts'
import { splitOf } from './testing/split.ts'

const states = (given: Record<string, Readiness>) => (service: string) => given[service] ?? 'down'

describe('the decision table, as docs/developing/DECISIONS.md has it', () => {
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
    (_, weights, given, wanted) => expect(weightsBy(splitOf(weights), states(given))).toEqual(wanted),
  )

  test.each([{ paused: true }, { broken: true }])('%j holds', (more) =>
    expect(weightsBy(splitOf({ web: 1, east: 0 }, more), states({ east: 'ready' }))).toEqual([1, 0]),
  )
})

describe('the table of tiers, as docs/developing/DECISIONS.md has it', () => {
  const order = {
    tiers: [{ places: [0] }, { places: [1, 2], declared: [70, 30] }, { places: [3] }],
    minReady: { count: 2 },
    waitMs: 0,
  }
  const inOrder = (weights: Record<string, number>, waitMs = 0) =>
    splitOf(weights, { order: { ...order, waitMs } })
  const atHome = { web: 1, east: 0, west: 0, far: 0 }

  test.each([
    ['the first can serve', atHome, { web: 'ready', east: 'ready' }, [1, 0, 0, 0]],
    ['the second, with its weights', atHome, { east: 'ready', west: 'ready' }, [0, 70, 30, 0]],
    ['the second has enough, the first not', atHome, { web: 'few', east: 'ready' }, [0, 70, 0, 0]],
    ['nobody has enough', atHome, { web: 'few', east: 'few' }, [1, 0, 0, 0]],
    ['too few are better than none', atHome, { east: 'few' }, [0, 70, 0, 0]],
    ['one of the second', atHome, { west: 'ready', far: 'ready' }, [0, 0, 30, 0]],
    ['the third', atHome, { far: 'ready' }, [0, 0, 0, 1]],
    ['the first unknown', atHome, { web: 'unknown', east: 'ready' }, [1, 0, 0, 0]],
    ['nothing', { web: 0, east: 7, west: 3, far: 0 }, {}, [0, 7, 3, 0]],
    ['nothing, all zero', { web: 0, east: 0, west: 0, far: 0 }, {}, [1, 0, 0, 0]],
    [
      'the same proportions',
      { web: 0, east: 7, west: 3, far: 0 },
      { east: 'ready', west: 'ready' },
      [0, 7, 3, 0],
    ],
  ] satisfies [string, Record<string, number>, Record<string, Readiness>, number[]][])(
    '%s',
    (_, weights, given, wanted) => expect(weightsBy(inOrder(weights), states(given))).toEqual(wanted),
  )

  test('a lost backend may have to wait, one in a later tier never', () => {
    const all = states({ web: 'ready', east: 'ready', west: 'ready', far: 'ready' })
    const second = inOrder({ web: 0, east: 70, west: 30, far: 0 }, 60_000)
    const allowed = allWeightsBy(second, all, true).map(String)
    expect(allowed).toContain('0,70,30,0')
    expect(allowed).toContain('70,0,0,0')
    const lost = inOrder(atHome, 60_000)
    expect(
      allWeightsBy(lost, states({ far: 'ready' }), true).every((weights) => String(weights) === '0,0,0,1'),
    ).toBe(true)
    expect(weightsBy(second, all)).toEqual([70, 0, 0, 0])
  })

  test('what has any endpoint is not left for what has none, and is not left yet', () => {
    const grace = { fewMs: 20_000, downMs: 10_000 }
    const both = splitOf({ web: 0, east: 70, west: 30, far: 0 }, { order: { ...order, grace } })
    const allowed = allWeightsBy(both, states({ east: 'few' }), true).map(String)
    expect(allowed).toContain('0,70,30,0')
    expect(allowed).not.toContain('0,0,30,0')
  })

  test('what has weight and any endpoint goes on while what has enough waits, and takes in nothing that is lost', () => {
    const second = inOrder({ web: 0, east: 70, west: 0, far: 0 }, 60_000)
    const few = states({ web: 'ready', east: 'few', west: 'few' })
    expect(allWeightsBy(second, few, true).map(String)).toContain('0,70,0,0')
    expect(weightsBy(second, states({ east: 'few', west: 'few' }))).toEqual([0, 70, 0, 0])
    expect(
      weightsBy(inOrder({ web: 0, east: 70, west: 0, far: 0 }), states({ east: 'few', west: 'few' })),
    ).toEqual([0, 70, 30, 0])
  })
})

describe('the table while something is drained, as docs/developing/DECISIONS.md has it', () => {
  const all = { web: 'ready', east: 'ready', west: 'ready' } as const
  const home = { web: 1, east: 0, west: 0 }
  const away = { web: 0, east: 1, west: 1 }
  const no = 'no'

  test.each([
    ['the primary', home, all, ['Allow', no, no], [0, 1, 1]],
    ['a secondary', away, { ...all, web: 'down' }, [no, 'Allow', no], [0, 0, 1]],
    ['everything', away, all, ['Allow', 'Allow', 'Allow'], [0, 1, 1]],
    ['only the drained one is ready', away, { web: 'ready' }, ['Allow', no, no], [1, 0, 0]],
    [
      'another one is unknown',
      { web: 0, east: 1, west: 0 },
      { web: 'ready', west: 'unknown' },
      ['Allow', no, no],
      [1, 0, 0],
    ],
    ['what has weight is unknown', away, { web: 'ready', east: 'unknown' }, ['Allow', no, no], [0, 1, 1]],
    ['the only ready one must not serve', home, { web: 'ready' }, ['Never', no, no], [0, 1, 1]],
    ['rather one that may be ready', home, { web: 'ready', west: 'unknown' }, ['Never', no, no], [0, 1, 1]],
    ['everything, and nothing may serve', home, all, ['Never', 'Never', 'Never'], [1, 0, 0]],
  ] satisfies [string, Record<string, number>, Record<string, Readiness>, Drained[], number[]][])(
    '%s',
    (_, weights, given, drains, wanted) =>
      expect(weightsBy(splitOf(weights, { drains }), states(given))).toEqual(wanted),
  )

  test.each([
    ['a return waits', away, all, [0, 1, 1]],
    ['an outage is ended', home, { east: 'ready' }, [0, 1, 0]],
  ] satisfies [string, Record<string, number>, Record<string, Readiness>, number[]][])(
    'before Drains are known %s',
    (_, weights, given, wanted) =>
      expect(weightsBy(splitOf(weights, { drains: 'unknown' }), states(given))).toEqual(wanted),
  )

  test.each([
    ['a return waits', away, all, 'Allow', [0, 1, 1]],
    ['an outage is ended', home, { east: 'ready', west: 'ready' }, 'Allow', [0, 0, 1]],
    ['an outage is ended by the last resort', home, { east: 'ready' }, 'Allow', [0, 1, 0]],
    ['what must not serve does not', home, { east: 'ready' }, 'Never', [1, 0, 0]],
  ] satisfies [string, Record<string, number>, Record<string, Readiness>, Drained, number[]][])(
    'before policies are known %s',
    (_, weights, given, drained, wanted) => {
      const drains: Unsure = { known: [no, drained, no] }
      expect(weightsBy(splitOf(weights, { drains }), states(given))).toEqual(wanted)
    },
  )

  test('a move is named by tiers', () => {
    const drains = ['Allow', no, no] as const
    expect(directionOf(splitOf({ web: 1, east: 1 }, { drains }), splitOf({ web: 0, east: 1 }))).toBe(
      'redistribute',
    )
  })
})

test.each([
  [{ web: 1, east: 0 }, { web: 0, east: 1 }, 'failover'],
  [{ web: 0, east: 1 }, { web: 1, east: 0 }, 'failback'],
  [{ web: 0, east: 0 }, { web: 1, east: 0 }, 'failback'],
  [{ web: 0, east: 1, west: 0 }, { web: 0, east: 1, west: 1 }, 'redistribute'],
] as const)('%j to %j is a %s', (before, after, direction) =>
  expect(directionOf(splitOf(before), splitOf(after))).toBe(direction),
)

test('a weight is added in vain where its absence said the same', () => {
  const before = splitOf({ web: 1, east: 1, west: 0 })
  const absent = { ...before, backends: before.backends.map((backend) => ({ ...backend, absent: true })) }
  expect(addsInVain(absent, before)).toBe(true)
  expect(addsInVain(absent, absent)).toBe(false)
  expect(addsInVain(absent, splitOf({ web: 0, east: 100, west: 100 }))).toBe(false)
  expect(addsInVain(before, before)).toBe(false)
  expect(addsInVain(absent, undefined)).toBe(false)
})

const countOf = (ready: number | 'unknown'): Count => (ready === 'unknown' ? ready : endpoints(ready))

describe('a write is explained', () => {
  const before = splitOf({ web: 1, east: 0 })
  const after = splitOf({ web: 0, east: 1 })
  const possible = (web: readonly (0 | 1 | 'unknown')[]) => ({
    possible: (service: string) => (service === 'web' ? web : ([1] as const)).map(countOf),
    drained: () => [undefined],
  })

  test.each([
    [[0], true],
    [[1, 0], true],
    [[1], false],
    [['unknown'], false],
  ] satisfies [(0 | 1 | 'unknown')[], boolean][])(
    'by a state that its writer can have seen, and by no other: %j',
    (web, is) => expect(isWanted([before], [after], possible(web))).toBe(is),
  )

  test('not for a route that was paused', () =>
    expect(isWanted([{ ...before, paused: true }], [after], possible([0]))).toBe(false))

  test('rule by rule: one that had to move and did not is missed, one that stays is no matter', () => {
    expect(isWanted([before, before], [after, before], possible([0]))).toBe(false)
    expect(isWanted([before, before], [after, after], possible([0]))).toBe(true)
    expect(isWanted([before, after], [after, after], possible([0]))).toBe(true)
    expect(isWanted([before, { ...before, broken: true }], [after, before], possible([0]))).toBe(true)
  })

  describe('that moves one rule and leaves another for which the table has a move', () => {
    const homeless = splitOf({ web: 1, east: 0, west: 0 })
    const moved = splitOf({ web: 0, east: 1, west: 1 })
    const all = (web: number, west: number): Parameters<typeof isWanted>[2] => ({
      possible: (service) => [countOf({ web, west }[service] ?? 1)],
      drained: () => [undefined],
    })
    const wanted = (web: number, west: number, stays: Parameters<typeof isWanted>[0][number]) =>
      isWanted([homeless, stays], [web > 0 ? homeless : moved, stays], all(web, west))
    const limited = (weights: Record<string, number>) => splitOf(weights, { isLimited: true })

    test('under limits, while that move is not needed', () => {
      expect(wanted(0, 1, limited({ web: 0, east: 1, west: 0 }))).toBe(true)
      expect(wanted(1, 1, limited({ web: 0, east: 1, west: 0 }))).toBe(true)
    })

    test('not without limits', () => expect(wanted(0, 1, splitOf({ web: 0, east: 1, west: 0 }))).toBe(false))

    test('not if any of its traffic goes to what is down, or nothing has a weight', () => {
      expect(wanted(0, 1, limited({ web: 1, east: 1, west: 1 }))).toBe(false)
      expect(wanted(0, 1, limited({ web: 1, east: 0, west: 0 }))).toBe(false)
      expect(wanted(0, 1, limited({ web: 0, east: 0, west: 0 }))).toBe(false)
    })
  })
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
