import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { decide } from './decide.ts'
import { applyPlan, makePlan } from './plan.ts'
import { weightOf } from './split.ts'
import { readinessFrom, splitOf } from './testing/builders.ts'
import type { Observation, Readiness, Split } from './types.ts'

const planOf = (observation: Observation) => makePlan(observation.split, decide(observation))

/** Weights after the decision, as `web east west` -> `0 1 1`. */
const outcome = (split: Split, states: Record<string, Readiness['state']>) => {
  const observation = { split, readiness: readinessFrom(states) }
  const after = applyPlan(split, planOf(observation))
  return {
    rule: decide(observation).rule,
    weights: after.backends.map((backend) => weightOf(after, backend)).join(' '),
  }
}

describe('the decision table', () => {
  const healthy = { web: 1, east: 0, west: 0 }
  const failedOver = { web: 0, east: 1, west: 1 }

  test.each([
    ['primary ready', healthy, 'ready', 'ready', 'ready', 'PrimaryReady', '1 0 0'],
    ['primary lost, both secondaries ready', healthy, 'down', 'ready', 'ready', 'SecondariesReady', '0 1 1'],
    ['primary lost, one secondary ready', healthy, 'down', 'down', 'ready', 'SecondariesReady', '0 0 1'],
    ['a secondary lost after the failover', failedOver, 'down', 'ready', 'down', 'SecondariesReady', '0 1 0'],
    ['a secondary back', { web: 0, east: 1, west: 0 }, 'down', 'ready', 'ready', 'SecondariesReady', '0 1 1'],
    ['primary back', failedOver, 'ready', 'ready', 'ready', 'PrimaryReady', '1 0 0'],
    ['everything lost: nothing moves', healthy, 'down', 'down', 'down', 'NothingReady', '1 0 0'],
    ['everything lost when failed over', failedOver, 'down', 'down', 'down', 'NothingReady', '0 1 1'],
    [
      'all zero and nothing ready: repaired',
      { web: 0, east: 0, west: 0 },
      'down',
      'down',
      'down',
      'NothingReady',
      '1 0 0',
    ],
    [
      'all zero and a secondary ready',
      { web: 0, east: 0, west: 0 },
      'down',
      'down',
      'ready',
      'SecondariesReady',
      '0 0 1',
    ],
    ['primary unknown', failedOver, 'unknown', 'ready', 'ready', 'Unknown', '0 1 1'],
    [
      'unknown secondary stays active if it is',
      failedOver,
      'down',
      'ready',
      'unknown',
      'SecondariesReady',
      '0 1 1',
    ],
    ['unknown secondary is not chosen', healthy, 'down', 'ready', 'unknown', 'SecondariesReady', '0 1 0'],
    ['only unknown secondaries', healthy, 'down', 'unknown', 'unknown', 'NothingReady', '1 0 0'],
  ] as const)('%s', (_, weights, web, east, west, rule, expected) => {
    expect(outcome(splitOf(weights), { web, east, west })).toEqual({ rule, weights: expected })
  })

  it('holds a paused split, whatever else is wrong with it', () => {
    const split = splitOf({ web: 1, east: 0 }, { paused: true, problem: 'broken' })
    expect(outcome(split, { web: 'down', east: 'ready' })).toEqual({ rule: 'Paused', weights: '1 0' })
  })

  it('holds a misconfigured split', () => {
    const split = splitOf({ web: 0, east: 0 }, { problem: 'weight "abc" is not a number' })
    expect(outcome(split, { web: 'down', east: 'ready' })).toEqual({ rule: 'Misconfigured', weights: '0 0' })
    expect(outcome(splitOf({}), {})).toEqual({ rule: 'Misconfigured', weights: '' })
  })

  it('treats each entry of a backend that is named twice alike', () => {
    const backends = ['web', 'east', 'east'].map((service, index) => ({
      service,
      weight: index === 0 ? 1 : 0,
    }))
    const split = { ...splitOf({ web: 1 }), backends }
    expect(outcome(split, { web: 'down', east: 'ready' }).weights).toBe('0 1 1')
    const twice = { ...split, primary: 'east' }
    expect(outcome(twice, { web: 'down', east: 'ready' }).weights).toBe('0 1 1')
  })
})

describe('a Service with two ports', () => {
  const backends = [
    { service: 'web', port: 80, weight: 1 },
    { service: 'web', port: 81, weight: 1 },
    { service: 'east', port: 80, weight: 0 },
  ]
  test.each([
    ['the primary by its port: the other port is no primary', 80, 'ready', '1 0 0'],
    ['the primary by its name: both ports are the primary', undefined, 'ready', '1 1 0'],
    ['down: no port of it stands in for another', 80, 'down', '0 0 1'],
  ] as const)('%s', (_, primaryPort, web, expected) => {
    const split = { ...splitOf({}), backends, primary: 'web', primaryPort }
    expect(outcome(split, { web, east: 'ready' }).weights).toBe(expected)
  })
})

describe('the weight scale', () => {
  test.each([
    ['100/0 fails over to 0/100', { web: 100, east: 0 }, 'down', '0 100'],
    ['0/100 comes back to 100/0', { web: 0, east: 100 }, 'ready', '100 0'],
    ['a fraction is rounded up', { web: 0.5, east: 0 }, 'down', '0 1'],
    ['absent weights are added', { web: undefined, east: undefined }, 'down', '0 1'],
    ['never above what the kind can carry', { web: 2 ** 40, east: 0 }, 'down', '0 429496'],
  ] as const)('%s', (_, weights, web, expected) => {
    expect(outcome(splitOf(weights), { web, east: 'ready' }).weights).toBe(expected)
  })

  it('leaves equal positive weights on the active backends alone, whatever their scale', () => {
    const split = splitOf({ web: 0, east: 7.5, west: 7.5 })
    expect(
      planOf({ split, readiness: readinessFrom({ web: 'down', east: 'ready', west: 'ready' }) }),
    ).toEqual([])
  })
})

const names = ['web', 'east', 'west', 'asia']
const arbitraryState = fc.constantFrom('ready', 'down', 'unknown') as fc.Arbitrary<Readiness['state']>
const arbitraryWeight = fc.option(
  fc.oneof(fc.constantFrom(0, 1, 100), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.nat(2_000_000)),
  { nil: undefined },
)
const arbitraryBackends = fc.array(
  fc.record({ service: fc.constantFrom(...names), weight: arbitraryWeight }),
  { maxLength: 64 },
)
const arbitraryObservation = fc
  .record({
    backends: arbitraryBackends,
    states: fc.record({
      web: arbitraryState,
      east: arbitraryState,
      west: arbitraryState,
      asia: arbitraryState,
    }),
    paused: fc.boolean(),
    problem: fc.option(fc.string(), { nil: undefined }),
    absentWeight: fc.constantFrom(0, 1),
  })
  .map(({ backends, states, ...rest }) => ({
    split: { ...splitOf({}), backends, primary: backends[0]?.service, ...rest },
    readiness: readinessFrom(states),
  }))

const always = (property: (observation: Observation) => void) =>
  fc.assert(fc.property(arbitraryObservation, property), { numRuns: 500 })

describe('what always holds', () => {
  it('never plans all zero', () =>
    always((observation) => {
      const plan = planOf(observation)
      const after = applyPlan(observation.split, plan)
      if (plan.length > 0) expect(after.backends.some((backend) => weightOf(after, backend) > 0)).toBe(true)
    }))

  it('decides the same for the same input', () =>
    always((observation) => {
      expect(decide(observation)).toEqual(decide(observation))
    }))

  it('needs no second write: applying a plan and deciding again gives an empty plan', () =>
    always(({ split, readiness }) => {
      const after = applyPlan(split, planOf({ split, readiness }))
      expect(planOf({ split: after, readiness })).toEqual([])
    }))

  it('lets only the primary serve when it is ready', () =>
    always(({ split, readiness }) => {
      const free = { ...split, paused: false, problem: undefined }
      if (free.primary === undefined || readiness({ service: free.primary, weight: 0 }).state !== 'ready')
        return
      const after = applyPlan(free, planOf({ split: free, readiness }))
      for (const backend of after.backends) {
        expect(weightOf(after, backend) > 0).toBe(backend.service === free.primary)
      }
    }))

  it('does not depend on the order of the backends', () =>
    always(({ split, readiness }) => {
      const reversed = { ...split, backends: split.backends.toReversed() }
      const one = applyPlan(split, planOf({ split, readiness }))
      const other = applyPlan(reversed, planOf({ split: reversed, readiness }))
      expect(other.backends.toReversed()).toEqual(one.backends)
    }))

  it('leaves the weights alone when it holds', () =>
    always((observation) => {
      if (decide(observation).kind === 'hold') expect(planOf(observation)).toEqual([])
    }))

  it('writes integers from 0 to the maximum, and only what differs', () =>
    always((observation) => {
      for (const { index, to } of planOf(observation)) {
        const backend = observation.split.backends[index]
        expect(Number.isInteger(to) && to >= 0 && to <= observation.split.maxWeight).toBe(true)
        expect(backend && weightOf(observation.split, backend)).not.toBe(to)
      }
    }))
})
