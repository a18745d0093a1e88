import { beforeEach, describe, expect, it } from 'vitest'
import { judgeSplit } from '../core/judge.ts'
import { applyPlan } from '../core/plan.ts'
import { commitmentOf } from '../core/policy/tiers.ts'
import type { Policy } from '../core/policy/types.ts'
import { unknownBecause } from '../core/readiness.ts'
import { splitOf } from '../core/testing/builders.ts'
import { type Readiness, readinessOf } from '../core/types.ts'
import { commit, firstSeen, look, pastOf, uncommit } from './remembered.ts'

const policy: Policy = {
  tiers: [{ members: [0] }, { members: [1] }],
  minReady: { count: 2 },
  failbackAfterMs: 1000,
  failbackAtMostMs: 5000,
  failoverAfterMs: 300,
}
const [all, few, none] = [readinessOf(4, 4), readinessOf(1, 4), readinessOf(0, 4)]
const start = splitOf({ web: 1, east: 0 }, { policy })

let now: number
let split: typeof start
let known: Record<string, Readiness>
let one: ReturnType<typeof firstSeen>
const readiness = ({ service }: { service: string }) => known[service] ?? unknownBecause('it is not listed')

const see = () => look(one, split, split.policy ?? policy, readiness, { now, today: now })
/** A look of the leader, whose writes succeed. */
function act() {
  see()
  const verdict = judgeSplit(split, readiness, { past: pastOf(one, now) })
  const made = commitmentOf(verdict.split, verdict.decision)
  if (made) commit(one, made, verdict, { now, today: now })
  split = applyPlan(split, verdict.plan)
  return split.backends.map(({ weight }) => weight).join(' ')
}

beforeEach(() => {
  now = 10_000
  split = start
  known = { web: all, east: all }
  one = firstSeen(0, start)
  act()
})

it('needs no list of what is bad while nothing is', () => {
  expect(one.badSince).toBeUndefined()
  known.web = few
  see()
  expect(one.badSince).toEqual([10_000, Number.NaN])
  known.web = all
  see()
  expect(one.badSince).toBeUndefined()
})

describe('a backend that is not good any more', () => {
  const badSince = () => pastOf(one, now).badSince?.(0)

  it('has been so since it was seen, whatever is not known of it later', () => {
    known.web = few
    see()
    now += 100
    known.web = unknownBecause('its slices are not listed')
    see()
    known.web = few
    see()
    expect(badSince()).toBe(10_000)
    known.web = all
    see()
    expect(badSince()).toBeUndefined()
  })

  it('has spent its time when that is over, and when it does not serve any more', () => {
    known = { web: few, east: few }
    act()
    now += 300
    expect(act()).toBe('1 0')
    expect(badSince()).toBe(Number.NEGATIVE_INFINITY)
    known = { web: all, east: all }
    act()
    known.web = none
    expect(act()).toBe('0 1')
    known.web = few
    see()
    expect(badSince()).toBe(Number.NEGATIVE_INFINITY)
  })

  it('has no time if nobody saw it good', () => {
    known.web = few
    one = firstSeen(0, split)
    see()
    expect(badSince()).toBe(Number.NEGATIVE_INFINITY)
  })

  it('keeps its time with the next leader', () => {
    known.web = few
    see()
    now += 200
    uncommit(one)
    expect(act()).toBe('1 0')
    now += 100
    expect(act()).toBe('0 1')
  })

  it('keeps its time when the order of the backends changes', () => {
    known.web = few
    see()
    now += 100
    split = splitOf(
      { east: 0, web: 1 },
      { policy: { ...policy, tiers: [{ members: [1] }, { members: [0] }] } },
    )
    see()
    expect([0, 1].map((backend) => pastOf(one, now).badSince?.(backend))).toEqual([undefined, 10_000])
  })

  it('is not remembered for a policy that leaves it at once', () => {
    split = { ...start, policy: { ...policy, failoverAfterMs: undefined } }
    see()
    expect(pastOf(one, now).badSince).toBeUndefined()
  })
})

describe('failovers', () => {
  const fail = (upMs: number) => {
    known.web = none
    act()
    known.web = all
    act()
    now += 5000
    expect(act()).toBe('1 0')
    now += upMs
    act()
  }

  it('are counted until the first tier has served for ten waits', () => {
    fail(100)
    fail(9_000)
    expect(pastOf(one, now).failovers).toBe(2)
    fail(10_000)
    expect(pastOf(one, now).failovers).toBe(3)
    fail(0)
    expect(pastOf(one, now).failovers).toBe(1)
  })

  it('are not counted again when another client puts the weights back', () => {
    known.web = none
    act()
    split = start
    expect(act()).toBe('0 1')
    expect(pastOf(one, now).failovers).toBe(1)
  })

  it('are forgotten by the next leader', () => {
    fail(0)
    uncommit(one)
    expect(pastOf(one, now).failovers).toBeUndefined()
  })
})
