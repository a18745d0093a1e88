import { beforeEach, expect, it } from 'vitest'
import { applyPlan } from '../core/plan.ts'
import type { Recalled } from '../core/policy/lost.ts'
import type { PolicySections } from '../core/policy/sections.ts'
import { weightsOf } from '../core/split.ts'
import { type Readiness, readinessOf } from '../core/types.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { judgeRoute } from '../routes/judge.ts'
import { routeKey } from '../routes/key.ts'
import { applyPolicies } from '../routes/policy/policy.ts'
import type { Route } from '../routes/route.ts'
import { trafficSplit } from '../routes/trafficsplit.ts'
import { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'

const hour = 3_600_000
const manual: PolicySections = {
  failback: { value: { afterMs: 0, isManual: true }, from: { policy: 'shop/web', level: 'route' } },
}

let clock: ReturnType<typeof createManualClock>
/** How far the clock was set back (ms). */
let setBack: number
let policies: PolicyMemory
let isWebReady: boolean
let status: Recalled | undefined
/** A person approves a return at this time. */
let approvedAt: number | undefined
const today = () => clock.wallTime().getTime() - setBack
const readiness = ({ service }: { service: string }): Readiness =>
  readinessOf(service !== 'shop/web' || isWebReady ? 4 : 0, 4)

function routeOf(web: number): Route {
  const annotations =
    approvedAt === undefined
      ? {}
      : { 'failover.linkerd.io/return-approved': new Date(approvedAt).toISOString() }
  const declared = trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'web', uid: 'u', resourceVersion: '1', annotations },
    spec: {
      service: 'web',
      backends: [
        { service: 'web', weight: web },
        { service: 'east', weight: 1 - web },
      ],
    },
  })
  return applyPolicies(declared, { policies: manual }, () => undefined)
}

/** The weights that there are, as the last look has left them. */
let web: number

/** What a look of the leader makes of the route. */
function look(): string {
  const route = routeOf(web)
  const key = routeKey(route)
  const judged = judgeRoute(route, readiness, { past: policies.past(key, route), today: today() })
  const [verdict] = judged.verdicts
  if (!verdict) throw new Error('it has one split')
  const kind = verdict.plan.length > 0 ? ('written' as const) : ('steady' as const)
  policies.decided(key, kind === 'written' ? { kind, after: route, ...judged } : { kind, ...judged })
  const weights = weightsOf(applyPlan(verdict.split, verdict.plan))
  web = weights[0] ?? 0
  return weights.join(' ')
}
const lost = () => policies.lost(routeKey(routeOf(web)), 0)

async function lose(): Promise<void> {
  isWebReady = false
  expect(look()).toBe('0 1')
  await clock.advance(60_000)
  isWebReady = true
  expect(look()).toBe('0 1')
}

beforeEach(() => {
  clock = createManualClock()
  setBack = 0
  isWebReady = true
  status = undefined
  approvedAt = undefined
  web = 1
  policies = new PolicyMemory({
    clock,
    memory: new RouteMemory(),
    readiness,
    losses: { today, recall: () => status },
  })
  look()
})

it('what is lost after the clock was set back is not approved by what was approved before', async () => {
  await lose()
  approvedAt = today()
  expect(look()).toBe('1 0')
  setBack = hour
  await lose()
  await clock.advance(2 * hour)
  expect(look()).toBe('0 1')
  approvedAt = today()
  expect(look()).toBe('1 0')
})

it('nor for the next leader, which knows that from the status', async () => {
  await lose()
  approvedAt = today()
  expect(look()).toBe('1 0')
  setBack = hour
  await lose()
  status = { tier: 1, lostAt: lost()?.lostAt }
  policies.lead()
  await clock.advance(2 * hour)
  expect(look()).toBe('0 1')
})

it('nor if only the weights show the loss, or another replica led meanwhile', async () => {
  await lose()
  approvedAt = today()
  expect(look()).toBe('1 0')
  look()
  setBack = hour
  policies.lead()
  policies.moved(routeKey(routeOf(web)))
  web = 0
  expect(look()).toBe('0 1')
  await clock.advance(2 * hour)
  expect(look()).toBe('0 1')
})

it('nor if the next leader has not seen yet that traffic went back', async () => {
  await lose()
  approvedAt = today()
  expect(look()).toBe('1 0')
  setBack = hour
  web = 0
  policies.lead()
  expect(look()).toBe('0 1')
  await clock.advance(2 * hour)
  expect(look()).toBe('0 1')
})

it('what was lost before the clock was set back can be approved at once: for the moment after the loss', async () => {
  await lose()
  setBack = hour
  approvedAt = today()
  expect(look()).toBe('0 1')
  approvedAt = (lost()?.lostAt ?? 0) + 1
  expect(look()).toBe('1 0')
})

it('what was approved before its time had come again is not carried out until then', async () => {
  await lose()
  approvedAt = today() + 1
  setBack = hour
  expect(look()).toBe('0 1')
  await clock.advance(hour + 1)
  expect(look()).toBe('1 0')
})
