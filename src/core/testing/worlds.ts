import fc from 'fast-check'
import type { DrainedOf } from '../policy/drained.ts'
import type { Policy, Threshold, Tier } from '../policy/types.ts'
import { unknownBecause } from '../readiness.ts'
import { type Readiness, type ReadinessOf, readinessOf, type Split } from '../types.ts'
import { splitOf } from './builders.ts'

const four = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 4, maxLength: 4 })

/** Any number of 4 endpoints is ready, or it is not known. */
export const anyReadiness = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 4 }).map((ready) => readinessOf(ready, 4)) },
  { weight: 1, arbitrary: fc.constant<Readiness>(unknownBecause('it is not listed')) },
)

/** Whether a backend is drained, and whether it may serve as the last resort. */
export const anyDrain = fc.constantFrom('no', 'no', 'Allow', 'Never')

/** Some of the backends in some tiers, with declared weights or without; one of them at least may serve. */
const anyTiers = fc
  .record({
    members: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }),
    cuts: fc.subarray([1, 2, 3]),
    declared: fc.option(four(fc.integer({ min: 0, max: 3 })), { nil: undefined }),
  })
  .filter(({ members, declared }) => members.some((backend) => declared?.[backend] !== 0))
  .map(({ members, cuts, declared }) => {
    const starts = [0, ...cuts.filter((cut) => cut < members.length)]
    return starts.map((start, tier): Tier => {
      const some = members.slice(start, starts[tier + 1])
      return declared
        ? { members: some, weights: some.map((index) => declared[index] ?? 1) }
        : { members: some }
    })
  })

const anyThreshold = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  percent: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  expected: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
})

export const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  tiers: anyTiers,
  minReady: anyThreshold,
  failbackMinReady: fc.option(anyThreshold, { nil: undefined }),
  failbackAfterMs: fc.constantFrom<number[]>(0, 1000),
  failbackAtMostMs: fc.constantFrom<(number | undefined)[]>(undefined, undefined, 3000),
  failoverAfterMs: fc.constantFrom<(number | undefined)[]>(undefined, 0, 300),
  failoverWhenDownMs: fc.constantFrom<(number | undefined)[]>(undefined, undefined, 0, 200),
})

/** A split of four backends with all that a decision depends on, at the time 5000 ms. */
export const anyWorld = fc.record({
  services: fc.constant<readonly string[]>(['web', 'east', 'west', 'far']),
  /** The index of the primary, if there is no policy. */
  primary: fc.constant<number>(0),
  weights: four(fc.integer({ min: 0, max: 3 })),
  known: four(anyReadiness),
  drained: four(anyDrain),
  /** Since when each backend has been good, if it is. */
  since: four(fc.integer({ min: 0, max: 5000 })),
  policy: fc.option(anyPolicy, { nil: undefined }),
})
export type World = typeof anyWorld extends fc.Arbitrary<infer T> ? T : never

export const splitIn = ({ services, primary, weights, policy }: World): Split =>
  splitOf(Object.fromEntries(services.map((name, index) => [name, weights[index]])), {
    policy,
    primary: services[primary],
  })

export const readinessIn =
  ({ services, known }: Pick<World, 'services' | 'known'>): ReadinessOf =>
  ({ service }) =>
    known[services.indexOf(service)] ?? unknownBecause('it is not listed')

export const drainedIn =
  ({ services, drained }: Pick<World, 'services' | 'drained'>): DrainedOf =>
  ({ service }) => {
    const lastResort = drained[services.indexOf(service)]
    return lastResort === 'Allow' || lastResort === 'Never' ? { lastResort, by: 'ops/x' } : undefined
  }

/** Whether a backend has as many ready endpoints as a threshold asks for. */
export const isAsked = (known: Readiness | undefined, { count, percent = 0, expected = 0 }: Threshold) =>
  known?.state === 'ready' &&
  known.ready >= count &&
  known.ready * 100 >= percent * Math.max(known.total, expected)

/** Whether a backend is in a tier, and its weight is not declared as 0; any may without a policy. */
export const mayServeIn = ({ policy }: Pick<World, 'policy'>, backend: number): boolean =>
  policy === undefined ||
  policy.tiers.some(({ members, weights }) => {
    const at = members.indexOf(backend)
    return at >= 0 && weights?.[at] !== 0
  })
