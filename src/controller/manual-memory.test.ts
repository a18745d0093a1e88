import { beforeEach, describe, expect, it } from 'vitest'
import { applyPlan } from '../core/plan.ts'
import { heldBack, isChosen } from '../core/policy/limits.ts'
import type { Recalled } from '../core/policy/lost.ts'
import type { PolicySections } from '../core/policy/sections.ts'
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

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

const from = { policy: 'shop/web', level: 'route' } as const
const sections: PolicySections = { failback: { value: { afterMs: 0, isManual: true }, from } }
/** Web in the first tier, east in the second. */
const routeOf = (web: number, east: number, approvedAt?: string, asked = sections): Route => {
  const annotations = approvedAt === undefined ? {} : { 'failover.linkerd.io/return-approved': approvedAt }
  const object = routeObject(http, [[ref('web', web), ref('east', east)]], { annotations })
  return applyPolicies(http.read(object), { policies: asked }, () => undefined)
}
const key = routeKey(routeOf(1, 0))

let clock: ReturnType<typeof createManualClock>
let policies: PolicyMemory
let counts: Record<string, number>
let status: Recalled | undefined
let isDrained: boolean
let drainedService: string
const readiness = ({ service }: { service: string }): Readiness => readinessOf(counts[service] ?? 0, 4)
const drained = ({ service }: { service: string }) =>
  isDrained && service === drainedService ? ({ lastResort: 'Allow', by: 'ops/x' } as const) : undefined

const losses = { today: () => clock.wallTime().getTime(), recall: () => status }
const started = () => new PolicyMemory({ clock, memory: new RouteMemory(), readiness, losses })

function judge(route: Route) {
  const today = clock.wallTime().getTime()
  return judgeRoute(route, readiness, { past: policies.past(key, route), drained, today })
}

/** What a look of the leader makes of the route: the rule, and the weights after it. */
function look(route: Route): string {
  const judged = judge(route)
  const [verdict] = judged.verdicts
  if (!verdict) throw new Error('it has one split')
  const isMoved = verdict.plan.length > 0
  policies.decided(
    key,
    isMoved ? { kind: 'written', after: route, ...judged } : { kind: 'steady', ...judged },
  )
  const { backends } = applyPlan(verdict.split, verdict.plan)
  return `${verdict.decision.rule}: ${backends.map(({ weight }) => weight).join(' ')}`
}

const home = 'TierServes: 1 0'
const away = 'TierServes: 0 1'
const stays = 'AwaitsApproval: 0 1'
const later = (ms: number) => new Date(clock.wallTime().getTime() + ms).toISOString()

beforeEach(() => {
  clock = createManualClock()
  counts = { 'shop/web': 4, 'shop/east': 4 }
  status = undefined
  isDrained = false
  drainedService = 'shop/web'
  policies = started()
})

/** Web served, was lost, and is back. */
async function lose(): Promise<void> {
  expect(look(routeOf(1, 0))).toBe(home)
  counts['shop/web'] = 0
  expect(look(routeOf(1, 0))).toBe(away)
  await clock.advance(60_000)
  counts['shop/web'] = 4
}

describe('a lost tier', () => {
  beforeEach(lose)

  it('does not serve again until that is approved', async () => {
    expect(look(routeOf(0, 1))).toBe(stays)
    await clock.advance(60_000)
    expect(look(routeOf(0, 1, later(0)))).toBe(home)
    expect(policies.lost(key, 0)).toBeUndefined()
  })

  it('does not serve again by an approval of before, or of a time that has not come', async () => {
    expect(look(routeOf(0, 1, later(-60_000)))).toBe(stays)
    const then = later(1000)
    expect(look(routeOf(0, 1, then))).toBe(stays)
    await clock.advance(1000)
    expect(look(routeOf(0, 1, then))).toBe(home)
  })

  it('serves if nothing else can', () => {
    counts['shop/east'] = 0
    expect(look(routeOf(0, 1))).toBe(home)
  })

  it('does not come back because another client gives it weight, whether or not that was looked at', () => {
    expect(look(routeOf(1, 0))).toBe(stays)
    policies.moved(key)
    expect(look(routeOf(1, 0))).toBe(stays)
    policies.lead()
    expect(look(routeOf(0, 1))).toBe(stays)
  })

  it('does not come back because something holds up that the operator takes its weight away again', async () => {
    expect(look(routeOf(0, 1))).toBe(stays)
    const route = routeOf(1, 0)
    const judged = judge(route)
    const verdicts = judged.verdicts.map((verdict) => heldBack(verdict, 'Limited', clock.now() + 2000))
    policies.decided(key, { kind: 'steady', route, verdicts, lookAgainAt: clock.now() + 2000 })
    await clock.advance(2000)
    expect(look(route)).toBe(stays)
    expect(policies.lost(key, 0)).toBeDefined()
  })

  it('is left by no chosen move if another client gave it weight, so limits hold that up in no case', () => {
    expect(look(routeOf(0, 1))).toBe(stays)
    expect(judge(routeOf(1, 0)).verdicts.map(isChosen)).toEqual([false])
    expect(judge(routeOf(0, 1, later(0))).verdicts.map(isChosen)).toEqual([true])
  })

  it('does not come back because the route gets another backend, and its first weights with it', () => {
    expect(look(routeOf(0, 1))).toBe(stays)
    const object = routeObject(http, [[ref('web', 1), ref('east', 0), ref('west', 0)]], {})
    counts['shop/west'] = 4
    const route = applyPolicies(http.read(object), { policies: sections }, () => undefined)
    expect(look(route)).toBe('AwaitsApproval: 0 1 1')
  })

  it('does not come back because its route was misconfigured meanwhile', async () => {
    expect(look(routeOf(0, 1))).toBe(stays)
    const wrong = { value: { tiers: [{ backends: [{ name: 'old', weight: undefined }] }] }, from }
    expect(look(routeOf(0, 1, undefined, { ...sections, tiers: wrong }))).toBe('Misconfigured: 0 1')
    expect(policies.lost(key, 0)).toBeDefined()
    expect(look(routeOf(1, 0))).toBe(stays)
  })

  it('comes back by itself once nobody asks for approval any more', () => {
    const automatic: PolicySections = {
      failback: { value: { afterMs: 0 }, from: { policy: 'shop/web', level: 'route' } },
    }
    expect(look(routeOf(0, 1, undefined, automatic))).toBe(home)
  })

  it('is lost again for a second loss', async () => {
    const approved = later(0)
    expect(look(routeOf(0, 1, approved))).toBe(home)
    await clock.advance(1000)
    counts['shop/web'] = 0
    expect(look(routeOf(1, 0, approved))).toBe(away)
    counts['shop/web'] = 4
    expect(look(routeOf(0, 1, approved))).toBe(stays)
  })
})

describe('a drain', () => {
  beforeEach(() => {
    look(routeOf(1, 0))
    isDrained = true
    expect(look(routeOf(1, 0))).toBe(away)
  })

  it('is no loss', () => {
    isDrained = false
    expect(look(routeOf(0, 1))).toBe(home)
  })

  it('is none either if a write failed when it ended', () => {
    isDrained = false
    const route = routeOf(0, 1)
    policies.decided(key, { kind: 'left', ...judge(route) })
    expect(look(route)).toBe(home)
  })

  it('that ends before what it took out can serve leaves it lost', () => {
    counts['shop/web'] = 0
    expect(look(routeOf(0, 1))).toBe(away)
    isDrained = false
    expect(look(routeOf(0, 1))).toBe(away)
    counts['shop/web'] = 4
    expect(look(routeOf(0, 1))).toBe(stays)
  })

  it('is no loss for the next process, which sees it in effect', () => {
    status = { tier: 1, lostAt: undefined }
    policies = started()
    expect(look(routeOf(0, 1))).toBe(away)
    isDrained = false
    expect(look(routeOf(0, 1))).toBe(home)
  })
})

describe('a drain of a tier that is passed over', () => {
  const named = (name: string) => ({ backends: [{ name, weight: undefined }] })
  const tiers = { tiers: [named('web'), named('east'), named('west')] }
  const asked: PolicySections = {
    ...sections,
    tiers: { value: tiers, from: { policy: 'shop/web', level: 'route' } },
  }
  const routeWith = (web: number, east: number, west: number) => {
    const object = routeObject(http, [[ref('web', web), ref('east', east), ref('west', west)]], {})
    return applyPolicies(http.read(object), { policies: asked }, () => undefined)
  }

  beforeEach(() => {
    drainedService = 'shop/east'
    isDrained = true
    counts['shop/west'] = 4
    expect(look(routeWith(1, 0, 0))).toBe('TierServes: 1 0 0')
    counts['shop/web'] = 0
  })

  it('explains no loss of the one that served', async () => {
    expect(look(routeWith(1, 0, 0))).toBe('TierServes: 0 0 1')
    expect(look(routeWith(0, 0, 1))).toBe('TierServes: 0 0 1')
    await clock.advance(1000)
    counts['shop/web'] = 4
    expect(look(routeWith(0, 0, 1))).toBe('AwaitsApproval: 0 0 1')
    isDrained = false
    expect(look(routeWith(0, 0, 1))).toBe('AwaitsApproval: 0 1 0')
    expect(look(routeWith(0, 1, 0))).toBe('AwaitsApproval: 0 1 0')
  })

  it('explains none either if another replica moved the traffic', () => {
    policies.moved(key)
    expect(look(routeWith(0, 0, 1))).toBe('TierServes: 0 0 1')
    counts['shop/web'] = 4
    expect(look(routeWith(0, 0, 1))).toBe('AwaitsApproval: 0 0 1')
  })
})

describe('a new process', () => {
  const lostAt = (ms: number) => clock.wallTime().getTime() - ms

  it('knows from the status when a tier was lost', () => {
    status = { tier: 1, lostAt: lostAt(60_000) }
    expect(look(routeOf(0, 1, later(-120_000)))).toBe(stays)
    expect(policies.lost(key, 0)).toEqual(status)
    expect(look(routeOf(0, 1, later(-1000)))).toBe(home)
  })

  it('undoes what another client has done while nobody ran', () => {
    status = { tier: 1, lostAt: lostAt(60_000) }
    expect(look(routeOf(1, 0))).toBe(stays)
  })

  it('leaves it if that is approved', () => {
    status = { tier: 1, lostAt: lostAt(60_000) }
    expect(look(routeOf(1, 0, later(-1000)))).toBe(home)
  })

  it('asks for approval again if the status does not say when', () => {
    for (const said of [undefined, { tier: 0, lostAt: undefined }, { tier: 1, lostAt: undefined }]) {
      status = said
      policies = started()
      expect(look(routeOf(0, 1, later(-1000)))).toBe(stays)
    }
  })

  it('finds nothing lost where the first tier serves', () => {
    expect(look(routeOf(1, 0))).toBe(home)
    expect(policies.lost(key, 0)).toBeUndefined()
  })
})

it('lost again is not taken for approved by the next leader because the status is of the loss before', async () => {
  await lose()
  const first = policies.lost(key, 0)
  const approved = later(0)
  expect(look(routeOf(0, 1, approved))).toBe(home)
  await clock.advance(1000)
  counts['shop/web'] = 0
  expect(look(routeOf(1, 0, approved))).toBe(away)
  counts['shop/web'] = 4
  status = { tier: 1, lostAt: first?.lostAt }
  policies.lead()
  expect(look(routeOf(0, 1, approved))).toBe(stays)
})

it('lost again needs approval again, though the write of the approved return had no answer', async () => {
  await lose()
  const approved = later(0)
  expect(look(routeOf(0, 1))).toBe(stays)
  const error = { kind: 'unreachable', message: 'no answer' } as const
  policies.decided(key, { kind: 'failed', ...judge(routeOf(0, 1, approved)), error })
  policies.see(key, routeOf(1, 0, approved))
  await clock.advance(1000)
  counts['shop/web'] = 0
  policies.see(key, routeOf(1, 0, approved))
  policies.moved(key)
  expect(look(routeOf(0, 1, approved))).toBe(away)
  counts['shop/web'] = 4
  expect(look(routeOf(0, 1, approved))).toBe(stays)
})

it('takes a move of which nobody knows why for a loss', () => {
  look(routeOf(1, 0))
  policies.moved(key)
  expect(look(routeOf(0, 1))).toBe(stays)
})

it('the next leader reads the status of a route when it looks at it, not those of all at once', () => {
  let asked = 0
  const others = new PolicyMemory({
    clock,
    memory: new RouteMemory(),
    readiness,
    losses: {
      today: losses.today,
      recall: () => {
        asked += 1
        return undefined
      },
    },
  })
  const routes = ['one', 'two'].map((name) => ({ ...routeOf(0, 1), name }))
  for (const route of routes) others.see(routeKey(route), route)
  asked = 0
  others.lead()
  expect(asked).toBe(0)
  for (const route of [...routes, ...routes]) others.see(routeKey(route), route)
  expect(asked).toBe(2)
})
