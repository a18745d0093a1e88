import { beforeEach, describe, expect, it } from 'vitest'
import { readinessOf } from '../../core/types.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import type { LongHold } from '../../routes/finding.ts'
import { gatewayCodecs } from '../../routes/gateway.ts'
import type { Route } from '../../routes/route.ts'
import { serviceWith } from '../../routes/testing/diagnosed-service.ts'
import { ref, routeObject } from '../../routes/testing/gateway-objects.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { RouteMemory } from '../memory.ts'
import { Diagnoser } from './diagnoser.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

const status = {
  parents: [
    { controllerName: 'linkerd.io/policy-controller', conditions: [{ type: 'Accepted', status: 'True' }] },
  ],
}
const routeOf = (weights = [1, 0]): Route =>
  http.read({ ...routeObject(http, [[ref('web', weights[0] ?? 0), ref('east', weights[1] ?? 0)]]), status })
const split = trafficSplit.read({
  metadata: { namespace: 'shop', name: 'web' },
  spec: { service: 'web', backends: [{ service: 'web', weight: 1 }] },
})

let clock: ReturnType<typeof createManualClock>
let said: string[]
/** What was reported to be over. */
let over: string[]
/** What is shown of each route now. */
let shown: Map<string, readonly string[]>
let longHolds: readonly LongHold[]
let diagnoser: Diagnoser
let memory: RouteMemory
let ports: readonly number[] | undefined
let started = 0
/** Whether this replica is the one that tells. */
let leads = true
beforeEach(() => {
  clock = createManualClock()
  said = []
  over = []
  shown = new Map()
  longHolds = []
  leads = true
  started = 0
  ports = [80]
  memory = new RouteMemory()
  diagnoser = new Diagnoser({
    clock,
    memory,
    surroundings: {
      service: () => ports && serviceWith(ports),
      readiness: () => readinessOf(1, 1),
      hasProfile: () => false,
      judgeProfile: () => 'unknown',
      isRead: () => true,
      start: () => (started += 1),
    },
    longHolds: { of: () => longHolds },
    busy: () => false,
    show: (key, findings) =>
      shown.set(
        key,
        findings.map(({ reason }) => reason),
      ),
    reportOver: (route, { reason }) => over.push(`${route.kind}: ${reason}`),
    report: (route, { reason }) => {
      if (leads) said.push(`${route.kind}: ${reason}`)
      return leads
    },
  })
})

describe('a finding', () => {
  it('is told once it has lasted for 5 s, once, and again after it was mended', async () => {
    ports = undefined
    diagnoser.see('HTTPRoute/shop/web', routeOf())
    await clock.advance(4_999)
    expect(said).toEqual([])
    await clock.advance(1)
    expect(said).toEqual(['HTTPRoute: MissingService', 'HTTPRoute: MissingService'])
    diagnoser.see('HTTPRoute/shop/web', routeOf())
    await clock.advance(5_000)
    expect(said).toHaveLength(2)
    ports = [80]
    diagnoser.touch('shop/web')
    await clock.advance(5_000)
    expect([...diagnoser.counts()]).toEqual([])
    ports = undefined
    diagnoser.touchAll()
    await clock.advance(5_000)
    expect(said).toHaveLength(4)
    expect([...diagnoser.counts()]).toEqual([{ kind: 'HTTPRoute', reason: 'MissingService', count: 1 }])
  })

  it('is shown while it lasts, also by a replica that does not report it', async () => {
    leads = false
    ports = undefined
    diagnoser.see('HTTPRoute/shop/web', routeOf())
    await clock.advance(5_000)
    expect(shown.get('HTTPRoute/shop/web')).toEqual(['MissingService', 'MissingService'])
    ports = [80]
    diagnoser.touch('shop/web')
    await clock.advance(5_000)
    expect(shown.get('HTTPRoute/shop/web')).toEqual([])
  })

  it('of weights alone is shown at once, until a look around finds them repaired', async () => {
    diagnoser.see('HTTPRoute/shop/web', routeOf([0, 0]))
    expect(shown.get('HTTPRoute/shop/web')).toEqual(['AllWeightsZero'])
    diagnoser.see('HTTPRoute/shop/web', routeOf([1, 0]))
    await clock.advance(5_000)
    expect(shown.get('HTTPRoute/shop/web')).toEqual([])
  })

  it('that is over is reported as such, but not of a route that has gone', async () => {
    longHolds = [{ where: undefined, serving: 'secondaries', reason: 'x is missing' }]
    diagnoser.see('HTTPRoute/shop/web', routeOf())
    diagnoser.see('TrafficSplit/shop/web', split)
    await clock.advance(5_000)
    expect(said).toEqual(expect.arrayContaining(['HTTPRoute: HeldByUnknown', 'TrafficSplit: HeldByUnknown']))
    longHolds = []
    memory.forget('HTTPRoute/shop/web')
    diagnoser.recheck('HTTPRoute/shop/web')
    diagnoser.recheck('TrafficSplit/shop/web')
    await clock.advance(5_000)
    expect(over).toContain('TrafficSplit: HeldByUnknown')
    expect(over).not.toContain('HTTPRoute: HeldByUnknown')
    expect([...diagnoser.counts()]).toEqual([])
  })

  it('is looked for again in the routes that name a Service of which something is new, and in no other', async () => {
    const looked: string[] = []
    diagnoser = new Diagnoser({
      memory,
      clock,
      surroundings: {
        service: (name) => {
          looked.push(name)
          return serviceWith([80])
        },
        hasProfile: () => false,
        judgeProfile: () => 'unknown',
        readiness: () => readinessOf(1, 1),
        isRead: () => true,
        start: () => {},
      },
      longHolds: { of: () => [] },
      busy: () => false,
      show: () => {},
      report: () => true,
      reportOver: () => {},
    })
    diagnoser.see('HTTPRoute/shop/web', routeOf())
    diagnoser.see('TrafficSplit/shop/web', split)
    await clock.advance(5_000)
    looked.length = 0
    diagnoser.touch('shop/east')
    await clock.advance(5_000)
    expect([...new Set(looked)].sort()).toEqual(['shop/east', 'shop/web'])
    looked.length = 0
    memory.forget('HTTPRoute/shop/web')
    diagnoser.touch('shop/east')
    await clock.advance(5_000)
    expect(looked).not.toContain('shop/east')
  })

  it('that is gone before it was told is not told', async () => {
    ports = undefined
    diagnoser.see('HTTPRoute/shop/web', routeOf())
    await clock.advance(1_000)
    ports = [80]
    await clock.advance(5_000)
    expect(said).toEqual([])
  })

  it('of weights that are all zero is told at once: they are repaired before anybody looks', () => {
    diagnoser.see('HTTPRoute/shop/web', routeOf([0, 0]))
    expect(said).toEqual(['HTTPRoute: AllWeightsZero'])
  })

  it('of two routes with one parent is told of both, and ends when one goes', async () => {
    diagnoser.see('HTTPRoute/shop/web', routeOf())
    diagnoser.see('TrafficSplit/shop/web', split)
    await clock.advance(5_000)
    expect(said.sort()).toEqual(['HTTPRoute: SharedParent', 'TrafficSplit: SharedParent'])
    memory.forget('TrafficSplit/shop/web')
    await clock.advance(5_000)
    expect([...diagnoser.counts()]).toEqual([])
  })
})

it('looks at a route again when another begins or ceases to take the same requests', async () => {
  const below = (value: string): Route => {
    const { spec, ...object } = routeObject(http, [], { name: 'other' })
    const rules = [{ matches: [{ path: { value } }], backendRefs: [ref('web', 1), ref('east', 0)] }]
    return http.read({ ...object, spec: { ...spec, rules }, status })
  }
  diagnoser.see('HTTPRoute/shop/web', routeOf())
  diagnoser.see('HTTPRoute/shop/other', below('/other'))
  await clock.advance(5_000)
  expect(said).toEqual([])
  diagnoser.see('HTTPRoute/shop/other', below('/'))
  await clock.advance(5_000)
  expect(said).toEqual(['HTTPRoute: SharedParent', 'HTTPRoute: SharedParent'])
  diagnoser.see('HTTPRoute/shop/other', below('/other'))
  await clock.advance(5_000)
  expect([...diagnoser.counts()]).toEqual([])
})

describe('many routes of one parent', () => {
  /** The entries of a list, and how often any of such lists was read. */
  let reads: number
  const counted = (texts: readonly string[]): readonly string[] =>
    new Proxy(texts, {
      get: (target, property, receiver) => {
        if (typeof property === 'string' && /^\d+$/.test(property)) reads += 1
        return Reflect.get(target, property, receiver)
      },
    })
  const matchesOf = (route: number) => Array.from({ length: 20 }, (_, match) => `path /${route}/${match}`)
  const seen = (routes: number, matches: (route: number) => readonly string[]) => {
    for (let i = 0; i < routes; i += 1)
      diagnoser.see(`HTTPRoute/shop/r${i}`, {
        ...routeOf(),
        name: `r${i}`,
        matches: counted(matches(i)),
      })
  }
  const readsFor = async (routes: number, matches: (route: number) => readonly string[]) => {
    reads = 0
    seen(routes, matches)
    await clock.advance(5_000)
    const read = reads
    for (let i = 0; i < routes; i += 1) memory.forget(`HTTPRoute/shop/r${i}`)
    await clock.advance(5_000)
    return read
  }

  it.each([
    ['that have nothing in common', matchesOf],
    ['that all take the same requests', () => matchesOf(0)],
  ])('%s: twice as many are twice the work', async (_, matches) => {
    const few = await readsFor(20, matches)
    expect(await readsFor(40, matches)).toBeLessThanOrEqual(2 * few + 40)
  })

  it('are told once each of all the others, and not again when the group grows', async () => {
    seen(30, () => ['everything'])
    await clock.advance(5_000)
    expect(said).toHaveLength(30)
    seen(31, () => ['everything'])
    await clock.advance(5_000)
    expect(said).toHaveLength(31)
    expect([...diagnoser.counts()]).toEqual([{ kind: 'HTTPRoute', reason: 'SharedParent', count: 31 }])
  })
})

it('watches Services only once there is a Gateway API route', () => {
  diagnoser.see('TrafficSplit/shop/web', split)
  expect(started).toBe(0)
  diagnoser.see('HTTPRoute/shop/web', routeOf())
  expect(started).toBe(1)
})

describe('what a replica finds while it stands by', () => {
  const missing = 'HTTPRoute: MissingService'
  const find = async () => {
    leads = false
    ports = undefined
    diagnoser.see('HTTPRoute/shop/web', routeOf())
    await clock.advance(5_000)
    leads = true
  }

  it.each([
    ['after the leader was seen last', -1_000],
    ['shortly before', 1_500],
  ])('%s, it tells when it leads, once', async (_, laterMs) => {
    await find()
    expect(said).toEqual([])
    diagnoser.lead(clock.now() + laterMs)
    expect(said).toEqual([missing, missing])
    diagnoser.lead(clock.now())
    diagnoser.touchAll()
    await clock.advance(5_000)
    expect(said).toHaveLength(2)
  })

  it('while another led, that one has told', async () => {
    await find()
    diagnoser.lead(clock.now() + 10_000)
    diagnoser.touchAll()
    await clock.advance(5_000)
    expect(said).toEqual([])
  })

  it('and is mended before it leads, nobody tells', async () => {
    await find()
    ports = [80]
    diagnoser.touchAll()
    await clock.advance(5_000)
    diagnoser.lead(Number.NEGATIVE_INFINITY)
    expect(said).toEqual([])
  })
})
