import { beforeEach, describe, expect, it } from 'vitest'
import { judgeSplit } from '../core/judge.ts'
import { type Readiness, readinessOf } from '../core/types.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { gatewayCodecs } from '../routes/gateway.ts'
import { judgeRoute } from '../routes/judge.ts'
import { routeKey } from '../routes/key.ts'
import type { Route } from '../routes/route.ts'
import { ref, routeObject } from '../routes/testing/gateway-objects.ts'
import { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

const routeOf = (
  web: number,
  east: number,
  annotations: Record<string, string> = { 'failback-after': '60s' },
) =>
  http.read(
    routeObject(http, [[ref('web', web), ref('east', east)]], {
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([name, value]) => [`failover.linkerd.io/${name}`, value]),
      ),
    }),
  )
const failedOver = routeOf(0, 1)
const atHome = routeOf(1, 0)
const key = routeKey(atHome)

let clock: ReturnType<typeof createManualClock>
let memory: RouteMemory
let policies: PolicyMemory
let counts: Record<string, number>
const readiness = ({ service }: { service: string }): Readiness => readinessOf(counts[service] ?? 0, 4)

/** What a look decides now: the weights, and in how many ms it wants to look again. */
function look(route: Route): string {
  const judged = judgeRoute(route, readiness, { past: policies.past(key, route) })
  const [verdict] = judged.verdicts
  if (!verdict) throw new Error('it has one split')
  policies.decided(key, { kind: 'steady', ...judged })
  const serves = verdict.decision.kind === 'hold' ? 'holds' : verdict.decision.kind
  return verdict.wakeAt === undefined ? serves : `${serves}, ${verdict.wakeAt - clock.now()} ms left`
}

beforeEach(() => {
  clock = createManualClock()
  memory = new RouteMemory()
  policies = new PolicyMemory({ clock, memory, readiness })
  counts = { 'shop/east': 4 }
})

describe('a wait', () => {
  beforeEach(async () => {
    look(failedOver)
    await clock.advance(100_000)
  })

  it('begins when the backend comes back, not when it was lost', async () => {
    counts['shop/web'] = 1
    expect(look(failedOver)).toBe('failover, 60000 ms left')
    await clock.advance(59_999)
    expect(look(failedOver)).toBe('failover, 1 ms left')
    await clock.advance(1)
    expect(look(failedOver)).toBe('primary')
  })

  it('begins from scratch after a break, though nobody looked meanwhile', async () => {
    counts['shop/web'] = 1
    look(failedOver)
    await clock.advance(30_000)
    counts['shop/web'] = 0
    policies.see(key, failedOver)
    counts['shop/web'] = 1
    policies.see(key, failedOver)
    await clock.advance(30_000)
    expect(look(failedOver)).toBe('failover, 30000 ms left')
  })

  it('is broken by too few ready endpoints', async () => {
    const two = routeOf(0, 1, { 'failback-after': '60s', 'min-ready': '2' })
    counts['shop/web'] = 2
    expect(look(two)).toBe('failover, 60000 ms left')
    await clock.advance(30_000)
    counts['shop/web'] = 1
    expect(look(two)).toBe('failover')
    counts['shop/web'] = 2
    expect(look(two)).toBe('failover, 60000 ms left')
  })

  it('begins from scratch if more endpoints are asked for than before', async () => {
    counts['shop/web'] = 1
    look(failedOver)
    await clock.advance(59_000)
    counts['shop/web'] = 2
    const more = routeOf(0, 1, { 'failback-after': '60s', 'min-ready': '2' })
    expect(look(more)).toBe('failover, 60000 ms left')
    await clock.advance(20_000)
    expect(look(failedOver)).toBe('failover, 40000 ms left')
  })

  it('goes on although another client has put the weights back', async () => {
    counts['shop/web'] = 1
    look(failedOver)
    expect(look(atHome)).toBe('failover, 60000 ms left')
  })

  it('goes on with the next leader, which reads from the weights what is committed to', async () => {
    counts['shop/web'] = 1
    look(failedOver)
    await clock.advance(30_000)
    policies.lead()
    expect(look(failedOver)).toBe('failover, 30000 ms left')
    policies.lead()
    expect(look(atHome)).toBe('primary')
  })

  it('is over for tiers that are others than before', async () => {
    counts['shop/web'] = 1
    look(failedOver)
    expect(look(routeOf(1, 0, { 'failback-after': '60s', tiers: 'web, east' }))).toBe('primary')
  })
})

it('a write that is put off commits to nothing', () => {
  counts = { 'shop/web': 4, 'shop/east': 4 }
  look(atHome)
  counts = { 'shop/east': 4 }
  const judged = judgeRoute(atHome, readiness, { past: policies.past(key, atHome) })
  policies.decided(key, { kind: 'steady', ...judged, lookAgainAt: clock.now() + 500 })
  counts['shop/web'] = 4
  expect(look(atHome)).toBe('primary')
})

it('a write that turns out to be done after all is what is committed to', () => {
  counts = { 'shop/web': 4, 'shop/east': 4 }
  look(atHome)
  policies.moved(key)
  counts = { 'shop/east': 4 }
  policies.see(key, failedOver)
  counts['shop/web'] = 4
  expect(look(failedOver)).toBe('failover, 60000 ms left')
})

it('of a write that failed nothing is taken for done', () => {
  look(atHome)
  const judged = judgeRoute(atHome, readiness, { past: policies.past(key, atHome) })
  policies.decided(key, { kind: 'failed', ...judged, error: { kind: 'unreachable', message: 'reset' } })
  counts['shop/web'] = 1
  expect(look(atHome)).toBe('primary')
})

it('keeps nothing of a split that has not to wait', () => {
  const parts: ReadonlyMap<string, unknown>[] = []
  class Seen extends RouteMemory {
    override part<T>() {
      const part = super.part<T>()
      parts.push(part)
      return part
    }
  }
  const few = new PolicyMemory({ clock, memory: new Seen(), readiness })
  few.see(key, routeOf(1, 0, { 'min-ready': '2' }))
  few.see(key, routeOf(1, 0, {}))
  expect(parts.map(({ size }) => size)).toEqual([0])
})

it('forgets a wait with the policy that asks for it', async () => {
  counts['shop/web'] = 1
  look(failedOver)
  await clock.advance(30_000)
  policies.see(key, routeOf(0, 1, {}))
  await clock.advance(30_000)
  expect(look(failedOver)).toBe('failover, 60000 ms left')
})

it('remembers each rule of a route, whatever another one has', async () => {
  const rules = [
    [ref('web', 0), ref('east', 1)],
    [ref('east', 1), ref('web', 0)],
    [ref('web', 0), ref('east', 1)],
  ]
  const route = http.read(
    routeObject(http, rules, {
      annotations: { 'failover.linkerd.io/failback-after': '60s', 'failover.linkerd.io/tiers': 'web; *' },
    }),
  )
  counts['shop/web'] = 1
  const waits = () =>
    judgeRoute(route, readiness, { past: policies.past(key, route) }).verdicts.map(({ wakeAt }) => wakeAt)
  const [began] = [clock.now()]
  expect(waits()).toEqual([began + 60_000, began + 60_000, began + 60_000])
  await clock.advance(30_000)
  expect(waits()).toEqual([began + 60_000, began + 60_000, began + 60_000])
  const [first] = route.splits
  policies.see(key, {
    ...route,
    splits: route.splits.map((split, at) => (at === 1 && first ? first : split)),
  })
  expect(waits()).toEqual([began + 60_000, began + 60_000, began + 60_000])
})

it('a split that is judged without a past waits from now on', () => {
  counts['shop/web'] = 1
  const [split] = failedOver.splits
  if (!split) throw new Error('it has one split')
  expect(judgeSplit(split, readiness).decision.kind).toBe('failover')
})
