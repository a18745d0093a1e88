import { expect, test } from 'vitest'
import type { Count } from './count.ts'
import { isNeeded } from './returns.ts'
import { splitOf } from './testing/split.ts'
import type { Order } from './tiers.ts'

const order = (...tiers: Order['tiers']): Order => ({ tiers, minReady: { count: 1 }, waitMs: 60_000 })
const counts = (ready: Record<string, number>) => ({
  possible: (called: string): Count[] => [{ ready: ready[called] ?? 0, listed: 3 }],
  drained: () => [undefined],
})

test('a move is needed if nothing that has weight has a ready endpoint', () => {
  const one = order({ places: [0] }, { places: [1] })
  expect(isNeeded(splitOf({ web: 0, east: 1 }), one, counts({ web: 3 }))).toBe(true)
  expect(isNeeded(splitOf({ web: 0, east: 1 }), one, counts({ web: 3, east: 1 }))).toBe(false)
})

test.each([
  ['is declared with weight 0', order({ places: [0], declared: [0] }, { places: [1] }, { places: [2] })],
  ['is in no tier', order({ places: [1] }, { places: [2] })],
])('what %s must not serve, so that it does is no reason to wait', (_, one) => {
  const weights = splitOf({ web: 1, east: 0, asia: 1 })
  expect(isNeeded(weights, one, counts({ web: 2, east: 2 }))).toBe(true)
  expect(isNeeded(weights, one, counts({ web: 2, east: 2, asia: 1 }))).toBe(false)
})
