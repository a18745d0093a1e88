import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { explain } from '../explain.ts'
import { judgeSplit, type Verdict } from '../judge.ts'
import { isNeeded } from '../need.ts'
import { applyPlan } from '../plan.ts'
import { weightsOf } from '../split.ts'
import { readinessFrom, splitOf } from '../testing/builders.ts'
import { anyWorld, drainedIn, mayServeIn, readinessIn, splitIn, type World } from '../testing/worlds.ts'
import type { Readiness, Split } from '../types.ts'
import type { DrainedOf } from './drained.ts'
import { commitmentOf } from './tiers.ts'
import type { Drained, Past } from './types.ts'

type States = Record<string, Readiness['state']>
const up = 'ready'
const all: States = { web: up, east: up, west: up }
const drain = (lastResort: Drained['lastResort'], ...services: string[]): DrainedOf => {
  return ({ service }) => (services.includes(service) ? { lastResort, by: 'ops/upgrade' } : undefined)
}
const split = (web: number, east: number, west: number, more: Partial<Split> = {}) =>
  splitOf({ web, east, west }, more)
const judge = (of: Split, states: States, drained?: DrainedOf, past?: Past) =>
  judgeSplit(of, readinessFrom(states), { drained, past })
const outcomeOf = (of: Split, { decision, plan }: Verdict) =>
  `${decision.rule}: ${weightsOf(applyPlan(of, plan)).join(' ')}`
const outcome = (...args: Parameters<typeof judge>) => outcomeOf(args[0], judge(...args))

describe('a drained backend', () => {
  const allow = (...services: string[]) => drain('Allow', ...services)
  test.each([
    ['the primary, at home', split(1, 0, 0), all, allow('web'), 'TierServes: 0 1 1'],
    ['the primary, away', split(0, 1, 1), all, allow('web'), 'TierServes: 0 1 1'],
    ['a secondary, at home', split(1, 0, 0), all, allow('east'), 'TierServes: 1 0 0'],
    ['a secondary that serves', split(0, 1, 1), { ...all, web: 'down' }, allow('east'), 'TierServes: 0 0 1'],
    [
      'the primary, a secondary unknown',
      split(1, 0, 0),
      { ...all, east: 'unknown' },
      allow('web'),
      'TierServes: 0 0 1',
    ],
    [
      'the primary, which is unknown',
      split(1, 0, 0),
      { ...all, web: 'unknown' },
      allow('web'),
      'TierServes: 0 1 1',
    ],
    ['all', split(1, 0, 0), all, allow('web', 'east', 'west'), 'LastResort: 1 0 0'],
    ['all, away', split(0, 1, 1), all, allow('web', 'east', 'west'), 'LastResort: 0 1 1'],
    ['the primary, all others down', split(0, 1, 1), { web: up }, allow('web'), 'TierUnknown: 0 1 1'],
    [
      'the primary, all others known to be down',
      split(0, 1, 1),
      { web: up, east: 'down', west: 'down' },
      allow('web'),
      'LastResort: 1 0 0',
    ],
    [
      'the primary, what has weight down, another unknown',
      split(0, 1, 0),
      { web: up, east: 'down', west: 'unknown' },
      allow('web'),
      'LastResort: 1 0 0',
    ],
    [
      'all but the primary, which is down',
      split(1, 0, 0),
      { ...all, web: 'down' },
      allow('east', 'west'),
      'LastResort: 0 1 1',
    ],
    [
      'all, and nothing is ready',
      split(0, 1, 1),
      { web: 'down', east: 'down', west: 'down' },
      allow('web', 'east', 'west'),
      'NothingReady: 0 1 1',
    ],
    [
      'all, all zero',
      split(0, 0, 0),
      { web: 'down', east: 'down', west: 'down' },
      allow('web', 'east', 'west'),
      'NothingReady: 1 0 0',
    ],
  ] as const)('%s', (_, of, states, drained, expected) => {
    expect(outcome(of, states, drained)).toBe(expected)
  })

  it('is left alone while the route is paused or misconfigured', () => {
    expect(outcome(split(1, 0, 0, { paused: true }), all, allow('web'))).toBe('Paused: 1 0 0')
    const wrong = split(1, 0, 0, { primary: undefined, problem: 'it names no backend' })
    expect(outcome(wrong, all, allow('web'))).toBe('Misconfigured: 1 0 0')
  })

  it('is named where the decision is explained, later too', () => {
    const of = split(1, 0, 0)
    const { sentence, decision } = judge(of, all, allow('web'))
    expect(sentence).toBe('fails over: web is drained by ops/upgrade; east and west share')
    expect(explain({ split: of, readiness: readinessFrom(all) }, decision)).toBe(sentence)
    expect(judge(of, { ...all, east: 'down', west: 'down' }, allow('web')).sentence).toBe(
      'on its primary: nothing else is ready; web is drained by ops/upgrade',
    )
  })

  test.each([
    ['drained', split(1, 0, 0), all],
    ['failover', split(1, 0, 0), { ...all, web: 'down' }],
    ['failover', split(1, 0, 0), { ...all, web: 'unknown' }],
    ['primary', split(1, 0, 0), { web: up, east: 'down', west: 'down' }],
    ['dark', split(0, 1, 1), { web: 'down', east: 'down', west: 'down' }],
  ] as const)('is why the state of a split is %s only if it could serve', (state, of, states) => {
    expect(judge(of, states, allow('web')).decision.state).toBe(state)
  })

  it('is not why traffic is in a later tier if it has too few ready endpoints, or weight 0', () => {
    const tiers = [{ members: [0, 1], weights: [1, 0] }, { members: [2] }]
    const of = (minReady: number) =>
      split(0, 0, 1, { policy: { tiers, minReady: { count: minReady }, failbackAfterMs: 0 } })
    const states = { ...all, web: 'down' } as const
    expect(judge(of(1), states, allow('east')).decision.state).toBe('failover')
    expect(judge(of(2), all, allow('web')).decision.state).toBe('drained')
    expect(judge(of(3), all, allow('web')).decision.state).toBe('failover')
  })

  it('gets the traffic back once nothing drains it, if it has been ready for as long as is asked', () => {
    const tiers = [{ members: [0] }, { members: [1, 2] }]
    const of = split(0, 1, 1, { policy: { tiers, minReady: { count: 1 }, failbackAfterMs: 60_000 } })
    const past = (since: number) => ({ now: 100_000, goodSince: () => since, commitment: undefined })
    expect(outcome(of, all, undefined, past(50_000))).toBe('TierServes: 0 1 1')
    expect(outcome(of, all, undefined, past(40_000))).toBe('TierServes: 1 0 0')
    expect(outcome(split(0, 1, 1), all)).toBe('PrimaryReady: 1 0 0')
  })

  it('is needed by clients if nothing else can serve', () => {
    expect(isNeeded(judge(split(1, 0, 0), all, allow('web')))).toBe(false)
    const only = { web: up, east: 'down', west: 'down' } as const
    expect(isNeeded(judge(split(0, 1, 1), only, allow('web')))).toBe(true)
  })
})

describe('a backend that must not serve even as the last resort', () => {
  const never = (...services: string[]) => drain('Never', ...services)
  test.each([
    ['leaves it to what is ready', split(1, 0, 0), all, never('web'), 'TierServes: 0 1 1'],
    [
      'leaves it to what is not ready',
      split(1, 0, 0),
      { web: up, east: 'down', west: 'down' },
      never('web'),
      'RatherDark: 0 1 1',
    ],
    [
      'leaves it to what may be ready',
      split(1, 0, 0),
      { web: up, east: 'unknown', west: 'down' },
      never('web'),
      'RatherDark: 0 1 1',
    ],
    [
      'is away already',
      split(0, 1, 1),
      { web: up, east: 'down', west: 'down' },
      never('web'),
      'NothingReady: 0 1 1',
    ],
    ['has nowhere to go', split(1, 0, 0), all, never('web', 'east', 'west'), 'NothingReady: 1 0 0'],
  ] as const)('%s', (_, of, states, drained, expected) => {
    expect(outcome(of, states, drained)).toBe(expected)
  })

  it('is no reason for a standby to move', () => {
    expect(isNeeded(judge(split(1, 0, 0), { web: up, east: 'down', west: 'down' }, never('web')))).toBe(false)
  })
})

describe('while drains cannot be read', () => {
  test.each([
    ['a return waits', split(0, 1, 1), all, 'DrainsUnknown: 0 1 1'],
    ['what is lost is left', split(1, 0, 0), { ...all, web: 'down' }, 'SecondariesReady: 0 1 1'],
    [
      'what is lost is left, whatever is unknown',
      split(1, 0, 0),
      { ...all, web: 'down', east: 'unknown' },
      'SecondariesReady: 0 0 1',
    ],
    ['nothing is to be done', split(1, 0, 0), all, 'PrimaryReady: 1 0 0'],
    ['all zero is repaired', split(0, 0, 0), all, 'PrimaryReady: 1 0 0'],
  ] as const)('%s', (_, of, states, expected) => {
    expect(outcomeOf(of, judgeSplit(of, readinessFrom(states), { isUnsure: true }))).toBe(expected)
  })
})

describe('while policies cannot be read', () => {
  test.each([
    [
      'a drained backend gets no traffic',
      split(1, 0, 0),
      { ...all, web: 'down' },
      'Allow',
      'TierServes: 0 0 1',
    ],
    [
      'it gets some as the last resort',
      split(1, 0, 0),
      { east: up, web: 'down', west: 'down' },
      'Allow',
      'LastResort: 0 1 0',
    ],
    [
      'it gets none if it must not',
      split(1, 0, 0),
      { east: up, web: 'down', west: 'down' },
      'Never',
      'NothingReady: 1 0 0',
    ],
    ['it may keep what it has', split(0, 1, 0), all, 'Allow', 'DrainsUnknown: 0 1 0'],
  ] as const)('%s', (_, of, states, lastResort, expected) => {
    const circumstances = { drained: drain(lastResort, 'east'), isUnsure: true }
    expect(outcomeOf(of, judgeSplit(of, readinessFrom(states), circumstances))).toBe(expected)
  })
})

describe('what always holds', () => {
  const pastIn = (of: World, commitment?: Past['commitment']): Past => ({
    now: 5000,
    goodSince: (index) => of.since[index],
    commitment,
  })
  const judgeIn = (of: World) =>
    judgeSplit(splitIn(of), readinessIn(of), { past: pastIn(of), drained: drainedIn(of) })
  const weightsThen = (of: World) => weightsOf(applyPlan(splitIn(of), judgeIn(of).plan))
  const holds = (property: (of: World) => boolean) =>
    fc.assert(fc.property(anyWorld, property), { numRuns: 3000 })

  it('no plan leaves all weights zero', () =>
    holds((of) => judgeIn(of).plan.length === 0 || weightsThen(of).some((weight) => weight > 0)))

  it('something that is ready has weight if it may, whatever is drained', () =>
    holds((of) => {
      const { decision } = judgeIn(of)
      if (decision.kind === 'hold' && decision.rule !== 'NothingReady') return true
      const can = (index: number) =>
        of.known[index]?.state === 'ready' && of.drained[index] !== 'Never' && mayServeIn(of, index)
      return (
        !of.services.some((_, index) => can(index)) ||
        weightsThen(of).some((weight, index) => weight > 0 && can(index))
      )
    }))

  it('what is drained has no weight while something else is ready, unless the split is held', () =>
    holds((of) => {
      if (judgeIn(of).decision.kind === 'hold') return true
      const isOut = (index: number) => of.drained[index] !== 'no'
      const isOther = of.services.some(
        (_, index) => of.known[index]?.state === 'ready' && !isOut(index) && mayServeIn(of, index),
      )
      return !isOther || weightsThen(of).every((weight, index) => weight === 0 || !isOut(index))
    }))

  it('what must never serve has weight only if there is nothing else at all, or the split is held', () =>
    holds((of) => {
      const { decision } = judgeIn(of)
      if (decision.kind === 'hold' && decision.rule !== 'NothingReady') return true
      const isOther = of.services.some((_, index) => of.drained[index] !== 'Never' && mayServeIn(of, index))
      return (
        !isOther || weightsThen(of).every((weight, index) => weight === 0 || of.drained[index] !== 'Never')
      )
    }))

  it('a second look at the same moment writes nothing', () =>
    holds((of) => {
      const first = judgeIn(of)
      const again = judgeSplit(applyPlan(splitIn(of), first.plan), readinessIn(of), {
        past: pastIn(of, commitmentOf(first.split, first.decision)),
        drained: drainedIn(of),
      })
      expect(again.plan).toEqual([])
      return true
    }))

  it('a drain of nothing changes nothing', () =>
    holds((of) => {
      const past = pastIn(of)
      const plain = judgeSplit(splitIn(of), readinessIn(of), { past })
      expect(judgeSplit(splitIn(of), readinessIn(of), { past, drained: () => undefined })).toEqual(plain)
      return true
    }))

  it('a drain moves nothing to a backend in no tier, or whose weight is declared as 0', () =>
    holds((of) => judgeIn(of).plan.every(({ index, to }) => to === 0 || mayServeIn(of, index))))
})
