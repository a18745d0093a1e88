import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { judgeSplit, type Verdict } from '../judge.ts'
import { applyPlan } from '../plan.ts'
import { unknownBecause } from '../readiness.ts'
import { weightsOf } from '../split.ts'
import { readinessFrom, splitOf } from '../testing/builders.ts'
import { directionOf } from '../transition.ts'
import { type Readiness, type ReadinessOf, readinessOf, type Split } from '../types.ts'
import type { DrainedOf } from './drained.ts'
import { commitmentOf } from './tiers.ts'
import type { Commitment, Past, Policy } from './types.ts'

const home = { tiers: [{ members: [0] }, { members: [1, 2] }, { members: [3] }] }

const policyOf = (overrides: Partial<Policy> = {}): Policy => ({
  ...home,
  minReady: { count: 1 },
  failbackAfterMs: 0,
  ...overrides,
})

/** `web` at home, `east` and `west` in the second tier, `far` in the third. */
const shop = (weights: readonly [number, number, number, number], policy: Partial<Policy> = {}): Split => {
  const [web, east, west, far] = weights
  return splitOf({ web, east, west, far }, { policy: policyOf(policy) })
}

type States = Record<string, Readiness['state']>
const up = 'ready'
const all: States = { web: up, east: up, west: up, far: up }

const weightsAfter = ({ split, plan }: Verdict): string => weightsOf(applyPlan(split, plan)).join(' ')
const outcome = (split: Split, readiness: ReadinessOf, past?: Past) => {
  const verdict = judgeSplit(split, readiness, { past })
  return `${verdict.decision.rule}: ${weightsAfter(verdict)}`
}

describe('the table of tiers', () => {
  const atHome = [1, 0, 0, 0] as const
  const inSecond = [0, 1, 1, 0] as const
  const inThird = [0, 0, 0, 1] as const

  test.each([
    ['all is well', atHome, all, 'TierServes: 1 0 0 0'],
    ['home is lost', atHome, { ...all, web: 'down' }, 'TierServes: 0 1 1 0'],
    ['home and one of the second', atHome, { ...all, web: 'down', east: 'down' }, 'TierServes: 0 0 1 0'],
    [
      'two tiers are lost',
      inSecond,
      { far: up, web: 'down', east: 'down', west: 'down' },
      'TierServes: 0 0 0 1',
    ],
    ['the second is back', inThird, { ...all, web: 'down' }, 'TierServes: 0 1 1 0'],
    ['home is back', inThird, all, 'TierServes: 1 0 0 0'],
    [
      'nothing is ready',
      inSecond,
      { web: 'down', east: 'down', west: 'down', far: 'down' },
      'NothingReady: 0 1 1 0',
    ],
    [
      'all zero, nothing ready',
      [0, 0, 0, 0],
      { web: 'down', east: 'down', west: 'down', far: 'down' },
      'NothingReady: 1 0 0 0',
    ],
    ['home is unknown', atHome, { ...all, web: 'unknown' }, 'TierUnknown: 1 0 0 0'],
    ['home is unknown, the second serves', inSecond, { ...all, web: 'unknown' }, 'TierUnknown: 0 1 1 0'],
    [
      'home is unknown and without weight, what serves is lost',
      inSecond,
      { web: 'unknown', east: 'down', west: 'down', far: up },
      'TierServes: 0 0 0 1',
    ],
    [
      'a later tier is unknown',
      atHome,
      { web: 'down', east: 'unknown', west: 'unknown', far: up },
      'TierServes: 0 0 0 1',
    ],
    [
      'a member that serves turns unknown',
      inSecond,
      { web: 'down', east: 'unknown', west: up, far: up },
      'TierServes: 0 1 1 0',
    ],
  ] as const)('%s', (_, weights, states, expected) => {
    expect(outcome(shop(weights), readinessFrom(states))).toBe(expected)
  })

  it('holds a paused and a misconfigured split', () => {
    const lost = readinessFrom({ ...all, web: 'down' })
    expect(outcome({ ...shop(atHome), paused: true }, lost)).toBe('Paused: 1 0 0 0')
    expect(outcome({ ...shop(atHome), problem: 'its tiers make no sense' }, lost)).toBe(
      'Misconfigured: 1 0 0 0',
    )
  })

  it('gives nothing to a backend that is in no tier, and takes away what it has', () => {
    const split = shop([0, 0, 0, 1], { tiers: [{ members: [0] }, { members: [1, 2] }] })
    expect(outcome(split, readinessFrom(all))).toBe('TierServes: 1 0 0 0')
    expect(outcome(split, readinessFrom({ web: 'down', east: 'down', west: 'down', far: up }))).toBe(
      'NothingReady: 0 0 0 1',
    )
  })
})

describe('declared weights', () => {
  const tiers = [{ members: [0] }, { members: [1, 2], weights: [70, 30] }, { members: [3], weights: [0] }]
  const lost = readinessFrom({ ...all, web: 'down' })

  it('are the weights of a tier that serves', () => {
    expect(outcome(shop([100, 0, 0, 0], { tiers }), lost)).toBe('TierServes: 0 70 30 0')
    expect(outcome(shop([0, 70, 30, 0], { tiers }), readinessFrom(all))).toBe('TierServes: 70 0 0 0')
  })

  it('need no write where the traffic is shared in the same proportions', () => {
    expect(outcome(shop([0, 7, 3, 0], { tiers }), lost)).toBe('TierServes: 0 7 3 0')
  })

  it('go to those that can serve', () => {
    const one = readinessFrom({ ...all, web: 'down', west: 'down' })
    expect(outcome(shop([0, 70, 30, 0], { tiers }), one)).toBe('TierServes: 0 70 0 0')
  })

  it('of 0 say that a backend never serves, not even when nothing else is ready', () => {
    const far = readinessFrom({ web: 'down', east: 'down', west: 'down', far: up })
    expect(outcome(shop([0, 70, 30, 0], { tiers }), far)).toBe('NothingReady: 0 70 30 0')
    expect(outcome(shop([0, 0, 0, 0], { tiers: [...tiers.slice(2), ...tiers.slice(0, 2)] }), far)).toBe(
      'NothingReady: 1 0 0 0',
    )
  })
})

/** Readiness from `{ web: 3 }`: so many endpoints of 4 are ready. */
const counted =
  (counts: Record<string, number>): ReadinessOf =>
  ({ service }) =>
    readinessOf(counts[service] ?? 0, 4)

describe('a backend with too few ready endpoints', () => {
  const few = (weights: readonly [number, number, number, number]) =>
    shop(weights, { minReady: { count: 2 } })

  it('is left while another tier has enough', () => {
    expect(outcome(few([1, 0, 0, 0]), counted({ web: 1, east: 4, west: 1 }))).toBe('TierServes: 0 1 0 0')
    expect(outcome(few([0, 1, 0, 0]), counted({ web: 2, east: 4 }))).toBe('TierServes: 1 0 0 0')
  })

  it('is enough if it is a gateway, behind which there are any number of Pods', () => {
    const readiness: ReadinessOf = ({ service }) =>
      service === 'web' ? { state: 'ready', ready: 1, total: 1, gateways: true } : readinessOf(4, 4)
    expect(outcome(few([1, 0, 0, 0]), readiness)).toBe('TierServes: 1 0 0 0')
  })

  it('serves on if no backend has enough', () => {
    expect(outcome(few([1, 0, 0, 0]), counted({ web: 1, east: 1 }))).toBe('TooFew: 1 0 0 0')
    expect(outcome(few([0, 1, 0, 0]), counted({ web: 1, east: 1 }))).toBe('TooFew: 0 1 0 0')
    expect(outcome(few([0, 1, 0, 0]), counted({ far: 1 }))).toBe('TooFew: 0 0 0 1')
  })
})

describe('a lost backend that must be ready for a while', () => {
  const waiting = (weights: readonly [number, number, number, number]) =>
    shop(weights, { failbackAfterMs: 60_000 })
  const pastOf = (now: number, good: Record<number, number>, commitment?: Commitment): Past => ({
    now,
    goodSince: (index) => good[index],
    commitment,
  })
  const second = { tier: 1, active: [1, 2] }

  it('does not serve before, and serves at the moment when it has been', () => {
    const split = waiting([0, 1, 1, 0])
    const early = judgeSplit(split, readinessFrom(all), {
      past: pastOf(100_000, { 0: 50_000, 1: 0, 2: 0, 3: 0 }, second),
    })
    expect(weightsAfter(early)).toBe('0 1 1 0')
    expect(early.wakeAt).toBe(110_000)
    expect(early.wait).toEqual({ what: 'return', backend: 0, at: 110_000 })
    expect(early.sentence).toBe(
      'fails over: web has 2 of 2 endpoints ready and must stay so for 1m; east and west share',
    )
    const then = pastOf(110_000, { 0: 50_000, 1: 0, 2: 0, 3: 0 }, second)
    expect(outcome(split, readinessFrom(all), then)).toBe('TierServes: 1 0 0 0')
    expect(judgeSplit(split, readinessFrom(all), { past: then }).wakeAt).toBeUndefined()
  })

  it('waits in its own tier too', () => {
    const past = pastOf(1000, { 1: 0, 2: 900, 3: 0 }, { tier: 1, active: [1] })
    expect(outcome(waiting([0, 1, 0, 0]), readinessFrom({ ...all, web: 'down' }), past)).toBe(
      'TierServes: 0 1 0 0',
    )
  })

  it('serves at once if nothing else can', () => {
    const past = pastOf(1000, { 0: 900 }, second)
    const only = readinessFrom({ web: up, east: 'down', west: 'down', far: 'down' })
    expect(outcome(waiting([0, 1, 1, 0]), only, past)).toBe('TooSoon: 1 0 0 0')
    expect(judgeSplit(waiting([0, 1, 1, 0]), only, { past }).wait).toBeUndefined()
  })

  it('waits while what serves has a ready endpoint, although that is too few', () => {
    const of = (weights: readonly [number, number, number, number]) =>
      shop(weights, { minReady: { count: 2 }, failbackAfterMs: 60_000 })
    const back = pastOf(1000, { 0: 900 }, { tier: 1, active: [1] })
    expect(outcome(of([0, 1, 0, 0]), counted({ web: 2, east: 1 }), back)).toBe('TooFew: 0 1 0 0')
    expect(outcome(of([0, 1, 0, 0]), counted({ web: 2 }), back)).toBe('TooSoon: 1 0 0 0')
    const beside = pastOf(1000, { 2: 900 }, { tier: 1, active: [1] })
    expect(outcome(of([0, 1, 0, 0]), counted({ east: 1, west: 2 }), beside)).toBe('TooFew: 0 1 0 0')
    expect(outcome(of([0, 1, 0, 0]), counted({ east: 1, west: 1 }), beside)).toBe('TooFew: 0 1 0 0')
    expect(outcome(of([0, 1, 0, 0]), counted({ web: 2, west: 1 }), back)).toBe('TooSoon: 1 0 0 0')
    expect(outcome(of([0, 1, 0, 0]), counted({ west: 1 }), back)).toBe('TooFew: 0 0 1 0')
  })

  it('makes nobody wait who goes to a later tier', () => {
    const past = pastOf(1000, { 3: 999 }, second)
    const only = readinessFrom({ web: 'down', east: 'down', west: 'down', far: up })
    expect(outcome(waiting([0, 1, 1, 0]), only, past)).toBe('TierServes: 0 0 0 1')
  })

  it('has no time to wait for while an earlier tier that is not known holds the split', () => {
    const past = pastOf(100_000, { 1: 50_000, 3: 0 }, { tier: 2, active: [3] })
    const verdictOf = (web: Readiness['state']) =>
      judgeSplit(waiting([0, 0, 0, 1]), readinessFrom({ ...all, web, west: 'down' }), { past })
    expect(verdictOf('down').wait?.at).toBe(110_000)
    expect(verdictOf('unknown')).toMatchObject({ wakeAt: 110_000, wait: undefined })
  })

  it('has one while only a tier after its own is not known, or what is not known is drained', () => {
    const past = pastOf(100_000, { 0: 50_000, 3: 0 }, { tier: 2, active: [3] })
    const readiness = readinessFrom({ ...all, east: 'unknown', west: 'unknown' })
    expect(judgeSplit(waiting([0, 0, 0, 1]), readiness, { past }).wait?.at).toBe(110_000)
    const second = pastOf(100_000, { 1: 50_000, 3: 0 }, { tier: 2, active: [3] })
    const drained: DrainedOf = ({ service }) =>
      service === 'web' ? { lastResort: 'Allow', by: 'ops/x' } : undefined
    const unknown = readinessFrom({ ...all, web: 'unknown', west: 'down' })
    const verdict = judgeSplit(waiting([0, 0, 0, 1]), unknown, { past: second, drained })
    expect(verdict.wait?.at).toBe(110_000)
  })

  it('has none while drains are not known', () => {
    const past = pastOf(100_000, { 0: 50_000, 1: 0, 2: 0, 3: 0 }, second)
    const verdict = judgeSplit(waiting([0, 1, 1, 0]), readinessFrom(all), { past, isUnsure: true })
    expect(verdict).toMatchObject({ wakeAt: 110_000, wait: undefined })
  })

  it('waits although another client has put the weights back', () => {
    const past = pastOf(100_000, { 0: 50_000, 1: 0, 2: 0, 3: 0 }, second)
    expect(outcome(waiting([1, 0, 0, 0]), readinessFrom(all), past)).toBe('TierServes: 0 1 1 0')
  })

  it('is committed to by its weights if nothing is remembered', () => {
    expect(outcome(waiting([0, 1, 1, 0]), readinessFrom(all))).toBe('TierServes: 0 1 1 0')
    expect(outcome(waiting([1, 0, 0, 0]), readinessFrom(all))).toBe('TierServes: 1 0 0 0')
  })

  it('does not wait while the split is paused', () => {
    const past = pastOf(100_000, { 0: 50_000 }, second)
    expect(
      judgeSplit({ ...waiting([0, 1, 1, 0]), paused: true }, readinessFrom(all), { past }).wakeAt,
    ).toBeUndefined()
  })
})

test('a write goes over to a later tier, back to an earlier one, or moves within one', () => {
  const [home, second, third] = [shop([1, 0, 0, 0]), shop([0, 1, 1, 0]), shop([0, 0, 0, 1])]
  expect(directionOf(home, third)).toBe('failover')
  expect(directionOf(second, third)).toBe('failover')
  expect(directionOf(third, second)).toBe('failback')
  expect(directionOf(second, home)).toBe('failback')
  expect(directionOf(second, shop([0, 1, 0, 0]))).toBe('redistribute')
})

describe('what always holds', () => {
  const state = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 4 }).map((ready) => readinessOf(ready, 4)) },
    { weight: 1, arbitrary: fc.constant<Readiness>(unknownBecause('it is not listed')) },
  )
  const known = fc.array(state, { minLength: 4, maxLength: 4 })
  const toReadiness = (states: readonly Readiness[]): ReadinessOf => {
    const names = ['web', 'east', 'west', 'far']
    return ({ service }) => states[names.indexOf(service)] ?? unknownBecause('it is not listed')
  }
  const weights = fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 3 }))) as fc.Arbitrary<
    [number, number, number, number]
  >
  const policy = fc.record({
    tiers: fc
      .tuple(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 3 }),
      )
      .map(([members, declared, isDeclared, size]) => {
        const tiers = []
        for (let at = 0; at < members.length; at += size) {
          const some = members.slice(at, at + size)
          const given = some.map((index) => declared[index] ?? 1)
          tiers.push(isDeclared ? { members: some, weights: given } : { members: some })
        }
        return tiers
      })
      .filter(
        (tiers) => !tiers.every((tier) => 'weights' in tier && tier.weights?.every((weight) => weight === 0)),
      ),
    minReady: fc.record({ count: fc.integer({ min: 1, max: 3 }) }),
    failbackAfterMs: fc.constantFrom(0, 1000),
  })
  const past = fc.option(
    fc.record({
      now: fc.constant(5000),
      since: fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 4, maxLength: 4 }),
    }),
    { nil: undefined },
  )
  const toPast = (
    at: { now: number; since: number[] } | undefined,
    commitment?: Commitment,
  ): Past | undefined => at && { now: at.now, goodSince: (index) => at.since[index], commitment }
  const world = fc.record({ weights, policy, known, past })
  type World = typeof world extends fc.Arbitrary<infer T> ? T : never
  const judge = ({ weights, policy, known, past }: World) =>
    judgeSplit(shop(weights, policy), toReadiness(known), { past: toPast(past) })
  const holds = (property: (world: World) => boolean | undefined) =>
    fc.assert(fc.property(world, property), { numRuns: 2000 })

  it('no plan leaves all weights zero', () =>
    holds((world) => {
      const verdict = judge(world)
      return (
        verdict.plan.length === 0 ||
        weightsOf(applyPlan(verdict.split, verdict.plan)).some((weight) => weight > 0)
      )
    }))

  it('if a backend of a tier is known to be ready, something that may serve has weight', () =>
    holds((world) => {
      const verdict = judge(world)
      const { split, decision } = verdict
      if (decision.kind === 'hold' && decision.rule !== 'NothingReady') return true
      const mayServe = (index: number) =>
        world.policy.tiers.some((tier) => {
          const at = tier.members.indexOf(index)
          return at >= 0 && !('weights' in tier && tier.weights?.[at] === 0)
        })
      if (!world.known.some(({ state }, index) => state === 'ready' && mayServe(index))) return true
      const after = weightsOf(applyPlan(split, verdict.plan))
      return after.some((weight, index) => weight > 0 && world.known[index]?.state === 'ready')
    }))

  it('a second look at the same moment writes nothing', () =>
    holds((world) => {
      const first = judge(world)
      const commitment = commitmentOf(first.split, first.decision)
      const second = judgeSplit(applyPlan(first.split, first.plan), toReadiness(world.known), {
        past: toPast(world.past, commitment),
      })
      expect(second.plan).toEqual([])
      return true
    }))

  it('a wait ends later than now', () =>
    holds((world) => {
      const { wakeAt } = judge(world)
      return wakeAt === undefined || wakeAt > (world.past?.now ?? 0)
    }))

  it('a return that is not needed is to a backend that was good for as long as asked', () =>
    holds((world) => {
      const verdict = judge(world)
      const { decision, split } = verdict
      if (decision.kind === 'hold' || decision.rule !== 'TierServes' || world.past === undefined) return true
      const { past, policy, known } = world
      return decision.active.every((index) => {
        const had = (split.backends[index]?.weight ?? 0) > 0
        const isLater = world.policy.tiers.findIndex(({ members }) => members.includes(index))
        const serving = weightsOf(split).map((weight, at) =>
          weight > 0 ? policy.tiers.findIndex(({ members }) => members.includes(at)) : -1,
        )
        const mustWait = !had && isLater <= Math.max(...serving) && known[index]?.state === 'ready'
        return !mustWait || past.now - (past.since[index] ?? past.now) >= policy.failbackAfterMs
      })
    }))

  it('a weight that is declared as 0, or of a backend in no tier, is never raised', () =>
    holds((world) => {
      const { plan } = judge(world)
      const never = [0, 1, 2, 3].filter((index) =>
        world.policy.tiers.every((tier) => {
          const at = tier.members.indexOf(index)
          return at < 0 || ('weights' in tier && tier.weights?.[at] === 0)
        }),
      )
      return plan.every(({ index, to }) => to === 0 || !never.includes(index))
    }))

  it('the primary and all others as two tiers are judged as a split without a policy, but while the primary is unknown', () =>
    holds(({ weights, known }) => {
      const split = shop(weights, { tiers: [{ members: [0] }, { members: [1, 2, 3] }] })
      const readiness = toReadiness(known)
      if (known[0]?.state === 'unknown') return true
      expect(weightsAfter(judgeSplit(split, readiness))).toBe(
        weightsAfter(judgeSplit({ ...split, policy: undefined }, readiness)),
      )
      return true
    }))
})
