import { beforeEach, describe, expect, it } from 'vitest'
import { applyPlan } from '../core/plan.ts'
import type { Recalled } from '../core/policy/lost.ts'
import type { PolicySections } from '../core/policy/sections.ts'
import { weightsOf } from '../core/split.ts'
import { type Readiness, readinessOf } from '../core/types.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { gatewayCodecs } from '../routes/gateway.ts'
import { judgeRoute } from '../routes/judge.ts'
import { routeKey } from '../routes/key.ts'
import { applyPolicies } from '../routes/policy/policy.ts'
import type { Route } from '../routes/route.ts'
import { ref, routeObject } from '../routes/testing/gateway-objects.ts'
import { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'

const http = gatewayCodecs.find(({ kind }) => kind === 'HTTPRoute')
if (!http) throw new Error('there is an HTTPRoute')
const { read } = http
const objectOf = (rules: Parameters<typeof routeObject>[1]) => routeObject(http, rules, {})

const from = { policy: 'shop/web', level: 'route' } as const
const manual: PolicySections = { failback: { value: { afterMs: 0, isManual: true }, from } }
const patient: PolicySections = {
  failover: { value: { afterMs: 30_000, whenDownMs: 30_000 }, from },
  failback: { value: { afterMs: 60_000, atMostMs: 600_000 }, from },
}

/** A rule: its backends, each with its weight; the first one is the primary. */
type Rule = Readonly<Record<string, number>>

let clock: ReturnType<typeof createManualClock>
let policies: PolicyMemory
let counts: Record<string, number>
let status: Readonly<Record<string, Recalled>>
let asked: PolicySections
const readiness = ({ service }: { service: string }): Readiness =>
  readinessOf(counts[service.slice('shop/'.length)] ?? 4, 4)

function routeOf(...rules: readonly Rule[]): Route {
  const refs = rules.map((rule) => Object.entries(rule).map(([name, weight]) => ref(name, weight)))
  return applyPolicies(read(objectOf(refs)), { policies: asked }, () => undefined)
}
const key = routeKey(read(objectOf([])))

/** What a look of the leader makes of the rules: the weights of each after it. */
function look(...rules: readonly Rule[]): string[] {
  const route = routeOf(...rules)
  const today = clock.wallTime().getTime()
  const judged = judgeRoute(route, readiness, { past: policies.past(key, route), today })
  const isMoved = judged.verdicts.some(({ plan }) => plan.length > 0)
  policies.decided(
    key,
    isMoved ? { kind: 'written', after: route, ...judged } : { kind: 'steady', ...judged },
  )
  return judged.verdicts.map(({ split, plan }) => weightsOf(applyPlan(split, plan)).join(' '))
}

/** In how many ms each rule moves if all stays as it is. */
function waitsOf(...rules: readonly Rule[]): (number | undefined)[] {
  const route = routeOf(...rules)
  const { verdicts } = judgeRoute(route, readiness, { past: policies.past(key, route) })
  return verdicts.map(({ wakeAt }) => (wakeAt === undefined ? undefined : wakeAt - clock.now()))
}

const started = () =>
  new PolicyMemory({
    clock,
    memory: new RouteMemory(),
    readiness,
    losses: { today: () => clock.wallTime().getTime(), recall: (_, where) => status[where ?? ''] },
  })

beforeEach(() => {
  clock = createManualClock()
  counts = {}
  status = {}
  asked = manual
  policies = started()
})

const atHome = { web: 1, east: 0 }
const lost = { web: 0, east: 1 }

async function lose(...rules: readonly Rule[]): Promise<void> {
  look(...rules)
  counts = { web: 0 }
  look(...rules)
  await clock.advance(60_000)
  counts = {}
}

describe('what was lost needs approval, though an edit gives it its weight back and', () => {
  it('inserts a rule before it', async () => {
    await lose(atHome)
    expect(look({ cart: 1, cart2: 0 }, atHome)).toEqual(['1 0', '0 1'])
    expect(policies.lost(key, 0)).toBeUndefined()
    expect(policies.lost(key, 1)?.tier).toBe(1)
  })

  it('removes a rule before it', async () => {
    await lose({ cart: 1, cart2: 0 }, atHome)
    expect(look(atHome)).toEqual(['0 1'])
  })

  it('exchanges it with another rule', async () => {
    await lose(atHome, { cart: 1, cart2: 0 })
    expect(look({ cart: 1, cart2: 0 }, atHome)).toEqual(['1 0', '0 1'])
    expect(policies.lost(key, 0)).toBeUndefined()
  })

  it('inserts a rule before it, and gives it another backend', async () => {
    await lose(atHome)
    expect(look({ cart: 1, cart2: 0 }, { ...atHome, west: 0 })).toEqual(['1 0', '0 1 1'])
  })

  it('inserts a rule with the same backends, since nobody knows which of them is new', async () => {
    await lose(atHome)
    expect(look(atHome, atHome)).toEqual(['0 1', '0 1'])
    expect(look(atHome, atHome)).toEqual(['0 1', '0 1'])
  })

  it('removes one of two rules with the same backends', async () => {
    await lose(atHome, atHome)
    expect(look({ cart: 1, cart2: 0 }, atHome)).toEqual(['1 0', '0 1'])
  })
})

describe('a rule that is new', () => {
  it('has lost nothing because one that shares its primary has', async () => {
    await lose(atHome)
    expect(look({ web: 1, cart: 0 }, lost)).toEqual(['1 0', '0 1'])
  })

  it('has lost nothing by what the status says of the rule that had its place', async () => {
    status = { 'spec.rules[1]': { tier: 1, lostAt: clock.wallTime().getTime() } }
    await lose({ cart: 1, cart2: 0 }, lost)
    expect(look({ cart: 1, cart2: 0 }, { shop: 1, shop2: 0 }, atHome)).toEqual(['1 0', '1 0', '0 1'])
  })

  it('forgets nothing of the others, and is remembered apart from them', async () => {
    await lose(atHome)
    look(atHome, atHome)
    counts = { east: 0 }
    expect(look(lost, lost)).toEqual(['1 0', '1 0'])
    expect([policies.lost(key, 0), policies.lost(key, 1)]).toEqual([undefined, undefined])
  })
})

describe('a rule that moves goes on', () => {
  beforeEach(() => {
    asked = patient
  })

  it('with its wait for a return', async () => {
    look(lost)
    expect(waitsOf(lost)).toEqual([60_000])
    await clock.advance(20_000)
    expect(waitsOf({ cart: 1, cart2: 0 }, lost)).toEqual([undefined, 40_000])
  })

  it('with what it commits to, whatever the weights say', async () => {
    look(atHome)
    counts = { web: 0 }
    expect(look(atHome)).toEqual(['1 0'])
    await clock.advance(30_000)
    expect(look(atHome)).toEqual(['0 1'])
    counts = {}
    expect(look({ cart: 1, cart2: 0 }, atHome)).toEqual(['1 0', '0 1'])
  })

  it('with the grace of what serves', async () => {
    look(atHome)
    counts = { web: 0 }
    expect(waitsOf(atHome)).toEqual([30_000])
    await clock.advance(10_000)
    expect(waitsOf({ cart: 1, cart2: 0 }, atHome)).toEqual([undefined, 20_000])
  })

  it('with its number of failovers, which make the wait longer', async () => {
    look(atHome)
    for (const rule of [atHome, atHome]) {
      counts = { web: 0 }
      look(rule)
      await clock.advance(30_000)
      expect(look(rule)).toEqual(['0 1'])
      counts = {}
      look(lost)
      await clock.advance(120_000)
      expect(look(lost)).toEqual(['1 0'])
    }
    counts = { web: 0 }
    look({ cart: 1, cart2: 0 }, atHome)
    await clock.advance(30_000)
    expect(look({ cart: 1, cart2: 0 }, atHome)).toEqual(['1 0', '0 1'])
    counts = {}
    expect(waitsOf({ cart: 1, cart2: 0 }, lost)).toEqual([undefined, 240_000])
  })
})
