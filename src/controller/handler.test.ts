import { Registry } from 'prom-client'
import { beforeEach, expect, it } from 'vitest'
import { err, ok } from '../base/result.ts'
import { accountOf } from '../core/account.ts'
import { readinessOf } from '../core/types.ts'
import type { KubeError } from '../kube/errors.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../kube/testing/memory-log.ts'
import { gatewayCodecs } from '../routes/gateway.ts'
import { type RouteKey, routeKey } from '../routes/key.ts'
import type { Route } from '../routes/route.ts'
import { ref, routeObject } from '../routes/testing/gateway-objects.ts'
import { View } from '../view/view.ts'
import { createHandler } from './handler.ts'
import { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'
import type { Handled } from './queue.ts'
import { Diagnoser } from './report/diagnoser.ts'
import { createMetrics } from './report/metrics.ts'
import { Reporter } from './report/reporter.ts'
import { Fights } from './write/fights.ts'
import { UnansweredWrites } from './write/unanswered-writes.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')
/** All of its traffic goes to a Service that is down. */
const route = http.read(routeObject(http, [[ref('web', 1), ref('east', 0)]]))
/** A route that nothing is to be done about. */
const moved = http.read(routeObject(http, [[ref('web', 0), ref('east', 1)]]))
/** Zeros alone: there is a finding at once. */
const zeros = http.read(routeObject(http, [[ref('web', 0), ref('east', 0)]]))
/** What serves goes on; its primary would have to wait. */
const waiting = http.read(
  routeObject(http, [[ref('web', 0), ref('east', 1)]], {
    annotations: { 'failover.linkerd.io/failback-after': '1m' },
  }),
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
beforeEach(() => {
  clock = createManualClock()
  memory = new OpenMemory()
  leads = true
  refusal = undefined
  const readiness = (service: string) => readinessOf(service.endsWith('web') ? 0 : 1, 1)
  view = new View({
    clock,
    epoch: 'e',
    readiness: ({ service }) => readiness(service),
    account: ({ service }) => accountOf(service, readiness(service)),
    clusterOf: () => undefined,
  })
  const log = createMemoryLog()
  const metrics = createMetrics(new Registry())
  const reporter = new Reporter({ memory, clock, log, metrics, view, event: () => {}, leads: () => leads })
  const surroundings = {
    service: () => undefined,
    readiness: view.readiness,
    hasProfile: () => false,
    isRead: () => true,
    start: () => {},
  } as const
  diagnoser = new Diagnoser({ memory, clock, surroundings, report: (...found) => reporter.found(...found) })
  const handle = createHandler({
    clock,
    memory,
    reporter,
    diagnoser,
    fights: new Fights(clock, memory),
    policies: new PolicyMemory({ clock, memory, readiness: view.readiness }),
    writes: new UnansweredWrites({ clock, leads: () => leads }),
    watch: { route: () => cached, readiness: view.readiness },
    writer: { write: async () => (refusal ? err(refusal) : ok(moved)) },
  })
  look = () => handle(key, { at: clock.now() })
})

it('nothing is left of a route that has gone, and no timer', async () => {
  leads = false
  refusal = { kind: 'notLeader', message: 'another replica leads' }
  for (const state of [route, zeros, waiting, dark]) {
    cached = state
    await look()
  }
  expect(memory.parts.map((part) => part.has(key))).toEqual(memory.parts.map(() => true))
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

it('a refused write is tried again, as late as the server asks; a standby tries nothing again', async () => {
  cached = route
  refusal = { kind: 'conflict', message: 'it has changed' }
  expect(await look()).toBe('retry')
  refusal = { kind: 'throttled', message: 'too many requests', retryAfterMs: 7_000 }
  expect(await look()).toEqual({ retryAfterMs: 7_000 })
  refusal = { kind: 'notLeader', message: 'another replica leads' }
  expect(await look()).toBe('done')
})
