import { beforeEach, describe, expect, it } from 'vitest'
import type { Limits, Policy } from '../../core/policy/types.ts'
import { readinessOf } from '../../core/types.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { type RouteKey, routeKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { RouteMemory } from '../memory.ts'
import { Brake } from './brake.ts'
import type { MassEventNews } from './mass-events.ts'

const policy: Policy = {
  tiers: [{ members: [0] }, { members: [1] }],
  minReady: { count: 2 },
  failbackAfterMs: 0,
}

/** A route with web in its first tier, and east, of another cluster, in the second. */
function routeOf(name: string, web: number, east: number): Route {
  const backends = [
    { service: 'web', weight: web },
    { service: 'east', weight: east },
  ]
  const route = trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name, uid: name, resourceVersion: '1' },
    spec: { service: 'web', backends },
  })
  return { ...route, splits: route.splits.map((split) => ({ ...split, policy })) }
}

let clock: ReturnType<typeof createManualClock>
let memory: RouteMemory
let limits: Limits | undefined
let total: number
let news: (MassEventNews | 'over')[]
let due: RouteKey[]
let limited: string[]
let brake: Brake

beforeEach(() => {
  clock = createManualClock()
  memory = new RouteMemory()
  limits = { movesPerSecond: 2 }
  total = 100
  news = []
  due = []
  limited = []
  brake = new Brake({
    clock,
    memory,
    total: () => total,
    limits: () => limits,
    clusterOf: (service) => (service === 'shop/east' ? 'east' : undefined),
    onLimited: (target) => limited.push(target),
    onBegin: (one) => news.push(one),
    onEnd: (held) => {
      news.push('over')
      due.push(...held)
    },
  })
})

/** What is made of a route by the ready endpoints of its backends, and when to look again (ms from now). */
function look(name: string, ready: readonly [number, number], weights: readonly [number, number] = [1, 0]) {
  const route = routeOf(name, ...weights)
  const judged = judgeRoute(route, ({ service }) => readinessOf(ready[service === 'shop/web' ? 0 : 1], 4))
  const { judged: allowed, lookAgainAt } = brake.take(routeKey(route), judged)
  const [verdict] = allowed.verdicts
  const moves = (verdict?.plan.length ?? 0) > 0
  return moves
    ? 'moves'
    : `${verdict?.decision.rule} ${lookAgainAt === undefined ? '' : lookAgainAt - clock.now()}`
}
const tooFew = [1, 4] as const
const down = [0, 4] as const
const good = [4, 4] as const

describe('movesPerSecond', () => {
  it('lets as many chosen moves pass at once as one second has, and gives the others their turns', async () => {
    expect(['a', 'b', 'c', 'd'].map((name) => look(name, tooFew))).toEqual([
      'moves',
      'moves',
      'Limited 500',
      'Limited 1000',
    ])
    expect(limited).toEqual(['east', 'east'])
    await clock.advance(500)
    expect(look('d', tooFew)).toBe('Limited 500')
    expect(look('c', tooFew)).toBe('moves')
    await clock.advance(500)
    expect(look('d', tooFew)).toBe('moves')
    expect(limited).toEqual(['east', 'east'])
  })

  it('neither counts nor stops what is needed', () => {
    for (const name of ['a', 'b', 'c', 'd']) expect(look(name, down)).toBe('moves')
    expect(look('e', tooFew)).toBe('moves')
    expect(look('f', tooFew)).toBe('moves')
    expect(look('g', tooFew)).toBe('Limited 500')
    expect(look('g', down)).toBe('moves')
  })

  it('is for each cluster, this one too', () => {
    for (const name of ['a', 'b']) expect(look(name, tooFew)).toBe('moves')
    for (const name of ['c', 'd']) expect(look(name, good, [0, 1])).toBe('moves')
    expect(look('e', good, [0, 1])).toBe('Limited 500')
    expect(limited).toEqual(['Local'])
  })

  it('says who serves on, and for what it waits', () => {
    for (const name of ['a', 'b']) look(name, tooFew)
    const route = routeOf('c', 1, 0)
    const judged = judgeRoute(route, ({ service }) => readinessOf(service === 'shop/web' ? 1 : 4, 4))
    expect(brake.take(routeKey(route), judged).judged.verdicts).toMatchObject([
      {
        decision: { kind: 'primary', rule: 'Limited', state: 'primary', active: [0] },
        wait: { what: 'limit', backend: 1, at: clock.now() + 500 },
        sentence: expect.stringContaining('waits for its turn: '),
      },
    ])
  })

  it('is empty again when nobody waits, however many turns were given and not used', async () => {
    const names = Array.from({ length: 100 }, (_, nth) => `r${nth}`)
    for (let flap = 0; flap < 5; flap += 1) {
      for (const name of names) look(name, good, [0, 1])
      for (const name of names) brake.rests(routeKey(routeOf(name, 0, 1)))
      await clock.advance(1_000)
    }
    expect(look('a', good, [0, 1])).toBe('moves')
    for (const name of names) look(name, good, [0, 1])
    for (const name of names) memory.forget(routeKey(routeOf(name, 0, 1)))
    expect(look('b', good, [0, 1])).toBe('Limited 500')
    expect(look('c', good, [0, 1])).toBe('Limited 1000')
  })

  it('holds nothing up that another tool undoes meanwhile, or without limits', () => {
    for (const name of ['a', 'b']) look(name, tooFew)
    expect(look('c', tooFew)).toBe('Limited 500')
    limits = undefined
    expect(look('c', tooFew)).toBe('moves')
  })
})

describe('stopAtPercent', () => {
  beforeEach(() => {
    limits = { stopAtPercent: 20 }
    total = 50
  })
  const names = (count: number) => Array.from({ length: count }, (_, nth) => `r${nth}`)

  it('lets as many go as it allows, after a moment in which more might want to', async () => {
    for (const name of names(10)) expect(look(name, tooFew)).toBe('Limited 2000')
    await clock.advance(2_000)
    for (const name of names(10)) expect(look(name, tooFew)).toBe('moves')
    expect(news).toEqual([])
  })

  it('lets none go if more want to, until fewer have wanted it for a minute', async () => {
    for (const name of names(10)) look(name, tooFew)
    expect(look('r10', tooFew)).toBe('MassEvent 60000')
    await clock.advance(2_000)
    for (const name of names(10)) expect(look(name, tooFew)).toBe('MassEvent 60000')
    expect(news).toEqual([{ wanting: 11, total: 50, percent: 20 }])
    expect(brake.isHeld).toBe(true)
    brake.rests(routeKey(routeOf('r10', 1, 0)))
    await clock.advance(59_999)
    expect(look('r0', tooFew)).toBe('MassEvent 60000')
    await clock.advance(1)
    expect(news.at(-1)).toBe('over')
    expect(due.length).toBe(10)
    for (const name of names(10)) expect(look(name, tooFew)).toBe('moves')
  })

  it('counts those that went within the last minute', async () => {
    for (const name of names(10)) look(name, tooFew)
    await clock.advance(2_000)
    for (const name of names(10)) look(name, tooFew)
    await clock.advance(57_000)
    expect(look('r10', tooFew)).toBe('MassEvent 60000')
  })

  it('counts one once that wants it again', async () => {
    total = 12
    limits = { stopAtPercent: 50 }
    for (const name of names(6)) look(name, tooFew)
    await clock.advance(2_000)
    for (const name of names(6)) expect(look(name, tooFew)).toBe('moves')
    for (const name of names(6)) expect(look(name, tooFew)).toBe('Limited 2000')
    expect(brake.isHeld).toBe(false)
  })

  it('wakes up no more once the operator stops', () => {
    for (const name of names(11)) look(name, tooFew)
    brake.stop()
    brake.rests(routeKey(routeOf('r10', 1, 0)))
    expect(clock.pending).toBe(0)
  })

  it('is no matter of fewer than ten routes', async () => {
    total = 9
    for (const name of names(9)) look(name, tooFew)
    await clock.advance(2_000)
    for (const name of names(9)) expect(look(name, tooFew)).toBe('moves')
  })

  it('never stops what is needed, nor a return', () => {
    for (const name of names(11)) look(name, tooFew)
    expect(brake.isHeld).toBe(true)
    expect(look('r0', down)).toBe('moves')
    expect(look('s', good, [0, 1])).toBe('moves')
  })

  it('ends with other limits, and with routes that are gone', async () => {
    for (const name of names(11)) look(name, tooFew)
    limits = { stopAtPercent: 90 }
    expect(look('r0', tooFew)).toBe('Limited 2000')
    expect(news.at(-1)).toBe('over')
    limits = { stopAtPercent: 20 }
    for (const name of names(11)) look(name, tooFew)
    expect(brake.isHeld).toBe(true)
    for (const name of names(5)) memory.forget(routeKey(routeOf(name, 1, 0)))
    await clock.advance(60_000)
    expect(brake.isHeld).toBe(false)
    for (const name of names(11)) look(name, tooFew)
    limits = undefined
    brake.rests(routeKey(routeOf('other', 1, 0)))
    expect(brake.isHeld).toBe(false)
  })
})
