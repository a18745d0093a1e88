import { expect, test } from 'vitest'
import { judgeSplit } from '../core/judge.ts'
import type { Past, Policy } from '../core/policy/types.ts'
import { readinessFrom, splitOf } from '../core/testing/builders.ts'
import type { SplitWait } from '../view/route-record.ts'
import { routeFacts } from './items.ts'
import { split as splitSchema } from './schema.ts'

const policy: Policy = {
  tiers: [{ members: [0] }, { members: [1, 2], weights: [70, 30] }],
  minReady: { count: 2 },
  failbackAfterMs: 60_000,
}

/** The split of a route with the weights of `web`, `east` and `west`, all ready, as the API shows it. */
function shown(weights: readonly [number, number, number], overrides = {}, wait?: SplitWait) {
  const [web, east, west] = weights
  const split = splitOf({ web, east, west }, { policy, ...overrides })
  const readiness = readinessFrom({ web: 'ready', east: 'ready', west: 'ready' })
  const past: Past = { now: 10_000, goodSince: () => 0, commitment: undefined }
  const { decision } = judgeSplit(split, readiness, { past })
  const route = {
    apiVersion: 'v1',
    kind: 'TrafficSplit',
    objectKind: 'TrafficSplit',
    namespace: 'shop',
    name: 'web',
    uid: 'u',
    generation: 1,
    labels: {},
    annotations: undefined,
    apexes: [],
    splits: [split],
    places: [],
  }
  const account = ({ service }: { service: string }) => ({
    readiness: readiness({ service, weight: 0 }),
    why: 'so',
    members: [],
  })
  const services = { readiness, account, clusterOf: () => undefined }
  const [item] = routeFacts(
    { route, decisions: [decision], waits: [wait], since: undefined, sinceBefore: new Date(0) },
    services,
  ).splits
  return splitSchema.parse(item)
}

test('a split has the tiers of its policy, with the weights that they declare and the one that serves', () => {
  const member = (service: string, weight: number | null = null) => ({ service, port: null, weight })
  expect(shown([0, 70, 30]).policy).toEqual({
    tiers: [
      { serves: false, members: [member('web')] },
      { serves: true, members: [member('east', 70), member('west', 30)] },
    ],
    minReady: 2,
    failbackAfterMs: 60_000,
  })
  expect(shown([1, 0, 0]).policy?.tiers.map(({ serves }) => serves)).toEqual([true, false])
  expect(shown([1, 0, 0], { policy: undefined }).policy).toBeNull()
})

test('a split has the patience that its policy asks for, and nothing of it otherwise', () => {
  const patience = { failbackAtMostMs: 120_000, failoverAfterMs: 10_000, failoverWhenDownMs: 3000 }
  expect(shown([0, 70, 30], { policy: { ...policy, ...patience } }).policy).toMatchObject(patience)
  expect(Object.keys(shown([0, 70, 30]).policy ?? {})).toEqual(['tiers', 'minReady', 'failbackAfterMs'])
})

test('a split waits for a backend that is left soon', () => {
  const wait = { what: 'failover', backend: 1, until: new Date(90_000) } as const
  const until = '1970-01-01T00:01:30.000Z'
  expect(shown([0, 70, 30], {}, wait).waits).toEqual({ what: 'failover', service: 'east', port: null, until })
})

test('a split waits for the return of a backend, until a time if that is known', () => {
  const wait = { what: 'return', backend: 0 } as const
  const returns = { what: 'return', service: 'web', port: null }
  const until = new Date(90_000)
  expect(shown([0, 70, 30], {}, { ...wait, until }).waits).toEqual({
    ...returns,
    until: '1970-01-01T00:01:30.000Z',
  })
  expect(shown([0, 70, 30], {}, { ...wait, until: undefined }).waits).toEqual({ ...returns, until: null })
  expect(shown([0, 70, 30]).waits).toBeNull()
})
