import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { accountOf } from '../../core/account.ts'
import { type Backend, readinessOf } from '../../core/types.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { gatewayCodecs } from '../../routes/gateway.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { View } from '../../view/view.ts'
import { RouteMemory } from '../memory.ts'
import { createMetrics } from './metrics.ts'
import { Reporter } from './reporter.ts'

/** A reporter of a replica that stands by at first; `look` is a look at a route whose weight is as given. */
function setUp() {
  const clock = createManualClock()
  const readiness = () => readinessOf(1, 1)
  const account = ({ service }: Backend) => accountOf(service, readiness())
  const view = new View({ clock, epoch: 'e', readiness, account, clusterOf: () => undefined })
  const events: EventInput[] = []
  const state = { leads: false }
  const reporter = new Reporter({
    memory: new RouteMemory(),
    clock,
    log: createMemoryLog(),
    metrics: createMetrics(new Registry()),
    view,
    event: (input) => events.push(input),
    leads: () => state.leads,
  })
  const look = (weight: unknown) => {
    const route = trafficSplit.read({
      apiVersion: 'split.smi-spec.io/v1alpha2',
      metadata: { namespace: 'shop', name: 'web' },
      spec: { service: 'web', backends: [{ service: 'web', weight }] },
    })
    const outcome = { kind: 'steady', ...judgeRoute(route, readiness) } as const
    reporter.report('TrafficSplit/shop/web', outcome, { at: clock.now() })
  }
  /** The lead comes to this replica; another was last seen to have it at `lastLed`. */
  const lead = (lastLed: number) => {
    state.leads = true
    reporter.lead(lastLed)
  }
  return { clock, events, view, reporter, look, lead }
}

describe('a replica that stands by', () => {
  it('says nothing, and knows how the routes stand', () => {
    const { events, view, look } = setUp()
    look('abc')
    expect([events, view.get('TrafficSplit/shop/web')?.state]).toEqual([[], 'misconfigured'])
  })

  it('does not say again what the leader has said', async () => {
    const { clock, events, look, lead } = setUp()
    look('abc')
    await clock.advance(10_000)
    lead(clock.now())
    look('abc')
    expect(events).toEqual([])
  })

  it.each([
    ['after the leader was seen last', 0],
    ['shortly before', 1_500],
  ])('says what it saw %s', async (_, earlierMs) => {
    const { clock, events, look, lead } = setUp()
    await clock.advance(60_000)
    look('abc')
    lead(clock.now() + earlierMs)
    look('abc')
    expect(events.map(({ reason }) => reason)).toEqual(['Misconfigured'])
    look('abc')
    expect(events).toHaveLength(1)
  })

  it('says what changed about a problem that is known', async () => {
    const { clock, events, look, lead } = setUp()
    look('abc')
    await clock.advance(60_000)
    lead(clock.now())
    look('def')
    expect(events.map(({ note }) => note)).toEqual([expect.stringContaining('def')])
  })

  it('says nothing of what has passed by', async () => {
    const { events, look, lead } = setUp()
    look('abc')
    look(1)
    lead(Number.NEGATIVE_INFINITY)
    look(1)
    expect(events).toEqual([])
  })
})

it('names a problem and a finding by the same id in the Event as in the timeline', () => {
  const { events, reporter, view, look, lead } = setUp()
  lead(0)
  look('abc')
  const route = view.get('TrafficSplit/shop/web')?.route
  if (!route) throw new Error('the route is not in the view')
  reporter.found(route, { reason: 'MissingPort', message: 'no port 81' })
  const ids = [...view.timeline.newestFirst()].map(({ what, id }) => [what, id])
  const marks = events.map(({ annotations }) => annotations?.['failover.linkerd.io/transition-id'])
  expect(ids).toEqual([
    ['finding', marks[1]],
    ['hold', marks[0]],
  ])
})

it('has a fight over the weights as a finding, until it is over or another replica leads', () => {
  const { events, reporter, view, look, lead } = setUp()
  const key = 'TrafficSplit/shop/web'
  look(1)
  const route = view.get(key)?.route
  if (!route) throw new Error('the route is not in the view')
  reporter.fought(route)
  expect([reporter.fightOf(key), events]).toEqual([[], []])
  lead(0)
  reporter.fought(route)
  const message = expect.stringMatching(/^another client keeps undoing the weights/)
  expect(reporter.fightOf(key)).toEqual([{ reason: 'Fought', message }])
  const [entry] = view.timeline.newestFirst()
  expect(events).toMatchObject([
    { reason: 'Fought', action: 'SlowDown', annotations: { 'failover.linkerd.io/transition-id': entry?.id } },
  ])
  reporter.unfought(route)
  expect(reporter.fightOf(key)).toEqual([])
  reporter.fought(route)
  expect(reporter.rest()).toEqual([key])
  expect(reporter.fightOf(key)).toEqual([])
})

it('tells of a write that turns out to be applied what moved, and nothing that may not be so any more', () => {
  const { events, reporter, view, lead } = setUp()
  lead(0)
  const key = 'HTTPRoute/shop/web'
  const backends = (primary: string, secondary: string) => ({
    backendRefs: [
      { name: primary, weight: 1 },
      { name: secondary, weight: 0 },
    ],
  })
  const route = gatewayCodecs[0]?.read({
    apiVersion: 'gateway.networking.k8s.io/v1',
    metadata: { namespace: 'shop', name: 'web' },
    spec: { rules: [backends('web', 'east'), backends('api', 'west')] },
  })
  if (!route) throw new Error('there is no HTTPRoute')
  const judge = (...ready: string[]) =>
    judgeRoute(route, ({ service }) => readinessOf(ready.includes(service) ? 1 : 0, 1))
  const cause = { at: 0 }
  const unanswered = judge('shop/east')
  const error = { kind: 'timeout', message: 'no answer' } as const
  reporter.report(key, { kind: 'failed', ...unanswered, error }, cause)
  reporter.report(key, { kind: 'failed', ...judge('shop/east', 'shop/api'), error }, cause)
  const told = events.length
  reporter.wroteLate(key, { ...unanswered, cause, after: route })
  expect(events.slice(told).map(({ note }) => note)).toEqual([
    expect.stringMatching(/^httproute\/web failing over to fallbacks: .*\(spec\.rules\[0\]\)$/),
  ])
  expect([...view.timeline.newestFirst()].map(({ what }) => what)).toEqual(['failover', 'release', 'hold'])
})
