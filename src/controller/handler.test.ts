import { Registry } from 'prom-client'
import { beforeEach, expect, it } from 'vitest'
import { err, ok } from '../base/result.ts'
import { accountOf } from '../core/account.ts'
import { heldBack, isChosen } from '../core/policy/limits.ts'
import { unknownBecause } from '../core/readiness.ts'
import { readinessOf } from '../core/types.ts'
import type { KubeError } from '../kube/errors.ts'
import type { EventInput } from '../kube/events/recorder.ts'
import { FakeTransport } from '../kube/testing/fake-transport.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../kube/testing/memory-log.ts'
import { gatewayCodecs } from '../routes/gateway.ts'
import { type Judged, judgeRoute } from '../routes/judge.ts'
import { type RouteKey, routeKey } from '../routes/key.ts'
import { longHoldMs } from '../routes/long-hold.ts'
import { type AskedOfRoute, applyPolicies } from '../routes/policy/policy.ts'
import type { Route } from '../routes/route.ts'
import { ref, routeObject } from '../routes/testing/gateway-objects.ts'
import { View } from '../view/view.ts'
import { createHandler } from './handler.ts'
import { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'
import type { Handled } from './queue.ts'
import { Diagnoser } from './report/diagnoser.ts'
import { LongHolds } from './report/long-holds.ts'
import { createMetrics } from './report/metrics.ts'
import { Reporter } from './report/reporter.ts'
import { Fights } from './write/fights.ts'
import { Hedges } from './write/hedges.ts'
import { UnansweredWrites } from './write/unanswered-writes.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')
/** All of its traffic goes to a Service that is down. */
const route = http.read(routeObject(http, [[ref('web', 1), ref('east', 0)]]))
/** A route that nothing is to be done about. */
const moved = http.read(routeObject(http, [[ref('web', 0), ref('east', 1)]]))
/** Zeros alone: there is a finding at once. */
const zeros = http.read(routeObject(http, [[ref('web', 0), ref('east', 0)]]))
/** What serves goes on; its primary is ready, and has to wait. */
const waiting = http.read(
  routeObject(http, [[ref('far', 0), ref('east', 1)]], {
    annotations: { 'failover.linkerd.io/failback-after': '1m', 'failover.linkerd.io/tiers': 'far; east' },
  }),
)
const graceOfOneMinute: AskedOfRoute = {
  policies: {
    failover: {
      value: { afterMs: 60_000, whenDownMs: 60_000 },
      from: { policy: 'shop/web', level: 'route' },
    },
  },
}
/** What serves goes on for a while after it was lost. */
const patient = applyPolicies(
  http.read(routeObject(http, [[ref('far', 1), ref('east', 0)]])),
  graceOfOneMinute,
  () => undefined,
)
/** What serves goes on; its primary is ready, and a person must approve its return. */
const awaiting = applyPolicies(
  http.read(routeObject(http, [[ref('far', 0), ref('east', 1)]])),
  {
    policies: {
      failback: { value: { afterMs: 0, isManual: true }, from: { policy: 'shop/web', level: 'route' } },
    },
  },
  () => undefined,
)
/** Nothing behind it is ready. */
const dark = http.read(routeObject(http, [[ref('web', 1), ref('old-web', 0)]]))
const key = routeKey(route)

/** A memory whose parts the test sees. */
class OpenMemory extends RouteMemory {
  readonly parts: ReadonlyMap<RouteKey, unknown>[] = []
  override part<T>(onForget?: (key: RouteKey, value: T) => void): Map<RouteKey, T> {
    const part = super.part<T>(onForget)
    this.parts.push(part)
    return part
  }
}

let clock: ReturnType<typeof createManualClock>
let memory: OpenMemory
let view: View
let diagnoser: Diagnoser
let cached: Route | undefined
let refusal: KubeError | undefined
let leads: boolean
let look: () => Promise<Handled>
/** Whether anything is known of Services, and by their reason the Events of which it was reported. */
let isKnown: boolean
/** A Service that is down as well. */
let lost: string | undefined
let events: EventInput[]
/** Until when limits hold up what is not needed (ms on the clock). */
let heldUntil: number | undefined
const hold = ({ verdicts, ...judged }: Judged, at: number) => ({
  judged: {
    ...judged,
    verdicts: verdicts.map((one) => (isChosen(one) ? heldBack(one, 'Limited', at) : one)),
  },
  lookAgainAt: at,
})
beforeEach(() => {
  clock = createManualClock()
  memory = new OpenMemory()
  leads = true
  refusal = undefined
  isKnown = true
  lost = undefined
  heldUntil = undefined
  events = []
  const readiness = (service: string) =>
    isKnown
      ? readinessOf(service.endsWith('web') || service === lost ? 0 : 1, 1)
      : unknownBecause(`the slices of ${service} are missing`)
  view = new View({
    clock,
    epoch: 'e',
    readiness: ({ service }) => readiness(service),
    account: ({ service }) => accountOf(service, readiness(service)),
    clusterOf: () => undefined,
  })
  const log = createMemoryLog()
  const metrics = createMetrics(new Registry())
  const event = (input: EventInput) => events.push(input)
  const reporter = new Reporter({ memory, clock, log, metrics, view, event, leads: () => leads })
  const surroundings = {
    service: () => undefined,
    readiness: view.readiness,
    hasProfile: () => false,
    judgeProfile: () => 'unknown' as const,
    isRead: () => true,
    start: () => {},
  } as const
  const longHolds = new LongHolds(clock, memory, (key) => diagnoser.recheck(key))
  diagnoser = new Diagnoser({
    memory,
    clock,
    surroundings,
    longHolds,
    busy: () => false,
    show: () => {},
    report: (...found) => reporter.found(...found),
    reportOver: (...found) => reporter.foundOver(...found),
  })
  const fights = new Fights(clock, memory)
  const losses = { today: () => clock.wallTime().getTime(), recall: () => undefined }
  const policies = new PolicyMemory({ clock, memory, readiness: view.readiness, losses })
  const confirm = async () => (refusal ? err(refusal) : ok(undefined))
  const hedges = new Hedges({
    clock,
    memory,
    fights,
    hedging: { afterMs: 500, identity: 'a', transport: new FakeTransport() },
    leads: () => false,
    confirm,
    beside: {},
    write: async () => ok(moved),
    onEnd: () => {},
  })
  const handle = createHandler({
    ownReports: [],
    dryRuns: undefined,
    brake: {
      take: (_, allowed) => (heldUntil ? hold(allowed, heldUntil) : { judged: allowed }),
      rests: () => {},
    },
    clock,
    memory,
    reporter,
    endings: { gone: () => {} },
    diagnoser,
    longHolds,
    policies,
    fights,
    hedges,
    confirm,
    standbyMoves: { take: () => [] },
    leads: () => leads,
    writes: new UnansweredWrites({ clock, leads: () => leads }),
    watch: { route: () => cached, beside: {} },
    judge: (key, route) =>
      judgeRoute(route, view.readiness, {
        past: policies.past(key, route),
        today: clock.wallTime().getTime(),
      }),
    writer: { write: async () => (refusal ? err(refusal) : ok(moved)) },
  })
  look = () => handle(key, { at: clock.now() })
})

it('nothing is left of a route that has gone, and no timer', async () => {
  const used = new Set<ReadonlyMap<RouteKey, unknown>>()
  cached = route
  await look()
  leads = false
  refusal = { kind: 'throttled', message: 'too many requests', retryAfterMs: 100 }
  for (const state of [route, route, zeros, waiting, awaiting, patient, patient, dark]) {
    lost = cached === patient ? 'shop/far' : undefined
    cached = state
    await look()
    for (const part of memory.parts) if (part.has(key)) used.add(part)
    await clock.advance(1_000)
  }
  isKnown = false
  await look()
  await clock.advance(longHoldMs)
  await look()
  for (const part of memory.parts) if (part.has(key)) used.add(part)
  expect(memory.parts.map((part) => used.has(part))).toEqual(memory.parts.map(() => true))
  cached = undefined
  expect(await look()).toBe('done')
  expect(memory.parts.map(({ size }) => size)).toEqual(memory.parts.map(() => 0))
  expect(view.get(key)).toBeUndefined()
  await clock.advance(5_000)
  expect([[...diagnoser.counts()], clock.pending]).toEqual([[], 0])
})

it('a route that is fought over is looked at again when its pause is over, and when its fight may be', async () => {
  cached = route
  const undone = [await look(), await look(), await look()]
  expect(undone).toEqual(['done', 'done', 'done'])
  expect(await look()).toEqual({ lookAgainMs: 5_000 })
  await clock.advance(5_000)
  expect(await look()).toEqual({ lookAgainMs: 900_000 })
  cached = moved
  await clock.advance(1_000)
  expect(await look()).toEqual({ lookAgainMs: 899_000 })
  await clock.advance(899_000)
  expect(await look()).toBe('done')
})

it('a route that is paused for a while is looked at each minute, and when its pause ends', async () => {
  const until = new Date(clock.wallTime().getTime() + 90_000).toISOString()
  const annotations = { 'failover.linkerd.io/paused': 'true', 'failover.linkerd.io/paused-until': until }
  cached = http.read(routeObject(http, [[ref('web', 1), ref('east', 0)]], { annotations }))
  expect(await look()).toEqual({ lookAgainMs: 60_000 })
  expect(view.get(key)?.state).toBe('paused')
  await clock.advance(60_000)
  expect(await look()).toEqual({ lookAgainMs: 30_000 })
  await clock.advance(30_000)
  expect(await look()).toBe('done')
  expect(view.get(key)).toMatchObject({ state: 'failover', route: moved })
})

it('a route that is paused without an end is not looked at again', async () => {
  const annotations = { 'failover.linkerd.io/paused': 'true' }
  cached = http.read(routeObject(http, [[ref('web', 1), ref('east', 0)]], { annotations }))
  expect(await look()).toBe('done')
})

it('a route of which limits hold up one part is looked at when the grace of another is over', async () => {
  const rules = [
    [ref('near', 0), ref('east', 1)],
    [ref('far', 1), ref('east', 0)],
  ]
  cached = applyPolicies(http.read(routeObject(http, rules)), graceOfOneMinute, () => undefined)
  heldUntil = clock.now() + 100_000
  expect(await look()).toEqual({ lookAgainMs: 100_000 })
  lost = 'shop/far'
  expect(await look()).toEqual({ lookAgainMs: 60_000 })
  leads = false
  expect(await look()).toEqual({ lookAgainMs: 60_000 })
})

/** The Events about holds. */
const told = () =>
  events.filter(({ reason }) => reason.startsWith('H')).map(({ reason, note }) => `${reason}: ${note}`)

it('a route that is held for 10 min because something is unknown is reported, and when that is over', async () => {
  cached = moved
  isKnown = false
  expect(await look()).toEqual({ lookAgainMs: longHoldMs })
  await clock.advance(longHoldMs - 1)
  expect(await look()).toEqual({ lookAgainMs: 1 })
  await clock.advance(1)
  expect(await look()).toBe('done')
  await clock.advance(5_000)
  const why = 'the readiness of shop/web is not known yet: the slices of shop/web are missing'
  const found = expect.stringContaining(
    `HeldByUnknown: the weights of spec.rules[0] have been held for more than 10 min: on its secondaries, because ${why}`,
  )
  expect(told()).toEqual([found])
  await look()
  await clock.advance(5_000)
  expect(told()).toHaveLength(1)
  isKnown = true
  await look()
  await clock.advance(5_000)
  expect(told().slice(1)).toEqual([
    'HoldOver: the weights are not held any more because something is unknown',
  ])
  expect([...diagnoser.counts()].map(({ reason }) => reason)).not.toContain('HeldByUnknown')
})

it('a hold that ends within 10 min is not reported, and the next one begins anew', async () => {
  cached = moved
  isKnown = false
  await look()
  await clock.advance(longHoldMs - 1)
  isKnown = true
  expect(await look()).toBe('done')
  isKnown = false
  expect(await look()).toEqual({ lookAgainMs: longHoldMs })
  await clock.advance(5_001)
  expect(told()).toEqual([])
})

it('a standby reports no hold, and the next leader reports the one that became long meanwhile', async () => {
  cached = moved
  isKnown = false
  leads = false
  await look()
  await clock.advance(longHoldMs)
  await look()
  await clock.advance(5_000)
  expect(told()).toEqual([])
  leads = true
  diagnoser.lead(clock.now() - 1_000)
  expect(told()).toHaveLength(1)
})

it('a refused write is tried again, as late as the server asks; one that has lost the lease is looked at again', async () => {
  cached = route
  refusal = { kind: 'conflict', message: 'it has changed' }
  expect(await look()).toBe('retry')
  refusal = { kind: 'throttled', message: 'too many requests', retryAfterMs: 7_000 }
  expect(await look()).toEqual({ retryAfterMs: 7_000 })
  refusal = { kind: 'notLeader', message: 'another replica leads' }
  expect(await look()).toEqual({ lookAgainMs: 0 })
})
