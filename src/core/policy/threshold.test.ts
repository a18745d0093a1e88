import { describe, expect, it, test } from 'vitest'
import { judgeSplit } from '../judge.ts'
import { splitOf } from '../testing/builders.ts'
import { type Readiness, readinessOf } from '../types.ts'
import { hasEnough, neededBy, thresholdText } from './threshold.ts'
import type { Past, Policy, Threshold } from './types.ts'

describe('a backend needs', () => {
  test.each<[Threshold, Readiness, number]>([
    [{ count: 2 }, readinessOf(6, 6), 2],
    [{ count: 1, percent: 50 }, readinessOf(6, 6), 3],
    [{ count: 1, percent: 50 }, readinessOf(5, 5), 3],
    [{ count: 1, percent: 50, expected: 10 }, readinessOf(2, 2), 5],
    [{ count: 1, percent: 50, expected: 10 }, readinessOf(20, 20), 10],
    [{ count: 4, percent: 50 }, readinessOf(6, 6), 4],
    [{ count: 1, expected: 6 }, readinessOf(6, 6), 1],
    [{ count: 1, percent: 1 }, readinessOf(0, 0), 1],
    [{ count: 3, percent: 100, expected: 9 }, { state: 'ready', ready: 1, total: 1, gateways: true }, 1],
  ])('by %j with %j: %i', (threshold, readiness, needed) => {
    expect(neededBy(threshold, readiness)).toBe(needed)
  })
})

it('nothing is enough that is down or not known', () => {
  const none: Threshold = { count: 1, percent: 1 }
  expect(hasEnough(none, readinessOf(0, 0))).toBe(false)
  expect(hasEnough(none, { state: 'unknown', why: 'it is not listed' })).toBe(false)
})

it('a share is written before its endpoints', () => {
  expect(thresholdText({ count: 2 })).toBe('2')
  expect(thresholdText({ percent: 50 })).toBe('50 % of its')
  expect(thresholdText({ count: 1, percent: 50, expected: 6 })).toBe('50 % of 6')
  expect(thresholdText({ count: 2, percent: 50, expected: 6 })).toBe('2, and 50 % of 6')
})

describe('a return that needs more than to stay', () => {
  const policy: Policy = {
    tiers: [{ members: [0] }, { members: [1] }],
    minReady: { count: 1, percent: 25 },
    failbackMinReady: { count: 3 },
    failbackAfterMs: 0,
  }
  const judge = (webWeight: number, web: Readiness, past?: Past, asked: Partial<Policy> = {}) =>
    judgeSplit(
      splitOf({ web: webWeight, east: 1 - webWeight }, { policy: { ...policy, ...asked } }),
      ({ service }) => (service === 'web' ? web : readinessOf(4, 4)),
      { past },
    )

  it('is held until there are so many, and what serves goes on with fewer', () => {
    expect(judge(0, readinessOf(2, 4)).decision).toMatchObject({ kind: 'failover', active: [1] })
    expect(judge(0, readinessOf(2, 4)).sentence).toBe(
      'fails over: web has 2 of 4 endpoints ready (3 are asked for before it gets traffic back); east takes over',
    )
    expect(judge(0, readinessOf(3, 4)).decision.kind).toBe('primary')
    expect(judge(1, readinessOf(1, 4)).decision.kind).toBe('primary')
    expect(judge(1, readinessOf(1, 5)).decision.kind).toBe('failover')
  })

  it('needs no less than to stay', () => {
    const asked = { minReady: { count: 4 } }
    expect(judge(0, readinessOf(3, 4), undefined, asked).decision.kind).toBe('failover')
    expect(judge(0, readinessOf(4, 4), undefined, asked).decision.kind).toBe('primary')
  })

  it('is not asked of what returns because nothing else can serve', () => {
    const down = judgeSplit(splitOf({ web: 0, east: 1 }, { policy }), ({ service }) =>
      service === 'web' ? readinessOf(2, 4) : readinessOf(0, 4),
    )
    expect(down.decision).toMatchObject({ rule: 'TooSoon', active: [0] })
  })
})
