import { beforeEach, describe, expect, it } from 'vitest'
import { err, ok, type Result } from '../../base/result.ts'
import { type Readiness, readinessOf } from '../../core/types.ts'
import type { KubeError } from '../../kube/errors.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { createManualClock, settle } from '../../kube/testing/manual-clock.ts'
import { gatewayCodecs } from '../../routes/gateway.ts'
import { type Judged, judgeRoute } from '../../routes/judge.ts'
import { routeKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import { ref, routeObject } from '../../routes/testing/gateway-objects.ts'
import { RouteMemory } from '../memory.ts'
import { Fights } from './fights.ts'
import { Hedges } from './hedges.ts'
import type { ReconcileOutcome } from './reconcile.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')
const routeOf = (...rules: Parameters<typeof routeObject>[1]) => http.read(routeObject(http, rules))
const due = routeOf([ref('web', 1), ref('east', 0)])
const moved = routeOf([ref('web', 0), ref('east', 1)])
const key = routeKey(due)
const movedBy = (route: Route, mover: 'leader' | 'standby'): Route => ({ ...route, movedBy: mover })

let clock: ReturnType<typeof createManualClock>
let down: Set<string>
let hedges: Hedges
let fights: Fights
/** What the API server says, given what was planned. */
let confirms: (planned: Judged) => Result<Judged | undefined, KubeError>
let waitsFor: () => Promise<void>
let leads: boolean
let writes: Judged[]
let answer: Result<Route, KubeError>
let ended: string[]

const known = ({ service }: { service: string }): Readiness =>
  readinessOf(down.has(service.split('/')[1] ?? '') ? 0 : 1, 1)
const judge = (route: Route) => judgeRoute(route, known)
const look = (route = due): Promise<ReconcileOutcome> => hedges.act(routeKey(route), judge(route))
const weights = ({ verdicts }: Judged) => verdicts.map(({ plan }) => plan.map(({ index, to }) => [index, to]))

function start(identity = 'a', afterMs = 500): void {
  const memory = new RouteMemory()
  fights = new Fights(clock, memory)
  hedges = new Hedges({
    clock,
    memory,
    fights,
    hedging: afterMs === 0 ? undefined : { afterMs, identity, transport: new FakeTransport() },
    leads: () => leads,
    confirm: async (planned) => {
      await waitsFor()
      return confirms(planned)
    },
    beside: {},
    write: async (judged) => {
      writes.push(judged)
      return answer
    },
    onEnd: (_, outcome) => ended.push(outcome),
  })
}

beforeEach(() => {
  clock = createManualClock()
  down = new Set(['web'])
  confirms = (planned) => ok(planned)
  waitsFor = async () => {}
  leads = false
  writes = []
  answer = ok(moved)
  ended = []
  start()
})

/**
 * Looks again as often as it is asked to; the first outcome that asks for nothing, and how long that took
 * (ms).
 */
async function until(condition: (outcome: ReconcileOutcome) => boolean) {
  const began = clock.now()
  for (;;) {
    const outcome = await look()
    if (condition(outcome)) return { outcome, ms: clock.now() - began }
    if (!('lookAgainAt' in outcome) || outcome.lookAgainAt === undefined)
      throw new Error('it asks for no look')
    await clock.advance(outcome.lookAgainAt - clock.now())
  }
}
const isHedged = ({ kind }: ReconcileOutcome) => kind === 'hedged'

describe('a move that is needed', () => {
  it('is left to the leader at first, and made when it has not made it', async () => {
    const { outcome, ms } = await until(isHedged)
    expect(outcome).toMatchObject({ kind: 'hedged', after: moved })
    expect(ms).toBeGreaterThanOrEqual(500)
    expect(ms).toBeLessThan(750)
    expect([writes.map(weights), ended]).toEqual([
      [
        [
          [
            [0, 0],
            [1, 1],
          ],
        ],
      ],
      ['written'],
    ])
  })

  it('waits again while the leader moves other routes, however long that is', async () => {
    await look()
    for (let move = 0; move < 100; move += 1) {
      await clock.advance(400)
      hedges.see(due, movedBy(moved, 'leader'))
      await look()
    }
    expect([clock.now(), writes]).toEqual([40_000, []])
    const { ms } = await until(isHedged)
    expect(ms).toBeGreaterThanOrEqual(500)
  })

  it('does not wait for moves of other standbys, nor for edits', async () => {
    await look()
    await clock.advance(400)
    hedges.see(due, movedBy(moved, 'standby'))
    hedges.see(due, moved)
    hedges.see(undefined, movedBy(moved, 'leader'))
    const { ms } = await until(isHedged)
    expect(ms).toBeLessThan(350)
  })

  it('is counted from when it was needed without a break', async () => {
    await look()
    await clock.advance(400)
    hedges.rests(key)
    const { ms } = await until(isHedged)
    expect(ms).toBeGreaterThanOrEqual(500)
  })

  it('is made at another time by another replica, and of another route', async () => {
    const times = new Set<number>()
    for (const identity of ['a', 'b', 'c']) {
      start(identity)
      times.add((await until(isHedged)).ms)
    }
    expect(times.size).toBe(3)
  })

  it('is made for the split that needs it alone', async () => {
    const route = routeOf([ref('web', 1), ref('east', 0)], [ref('east', 0), ref('west', 1)])
    await hedges.act(key, judge(route))
    await clock.advance(1_000)
    await hedges.act(key, judge(route))
    expect(writes.map(weights)).toEqual([
      [
        [
          [0, 0],
          [1, 1],
        ],
        [],
      ],
    ])
  })
})

describe('nothing is written', () => {
  it.each([
    ['if it can wait: a return', routeOf([ref('east', 0), ref('web', 0), ref('west', 1)])],
    ['if nothing is ready', routeOf([ref('web', 0), ref('web', 0)])],
  ])('%s', async (_, route) => {
    expect(await look(route)).not.toHaveProperty('lookAgainAt')
    expect(writes).toEqual([])
  })

  it('by a standby that leaves everything to the leader', async () => {
    start('a', 0)
    expect(await look()).toMatchObject({ kind: 'left' })
    expect(await look()).not.toHaveProperty('lookAgainAt')
  })

  it('if the API server says otherwise; it is asked again, less and less often', async () => {
    confirms = () => ok(undefined)
    await until(() => ended.length === 4)
    expect([ended, writes]).toEqual([Array(4).fill('unconfirmed'), []])
    expect(clock.now()).toBeGreaterThan(500 + 1_000 + 2_000 + 4_000)
  })

  it('if the reads fail, nor before the time that the API server asked for', async () => {
    confirms = () => err({ kind: 'throttled', message: 'too many requests', retryAfterMs: 20_000 })
    await until(() => ended.length === 1)
    const at = clock.now()
    confirms = (planned) => ok(planned)
    await until(isHedged)
    expect(ended).toEqual(['throttled', 'written'])
    expect(clock.now() - at).toBeGreaterThanOrEqual(20_000)
  })
})

it('the time that the API server asked for is known of this route after the replica has begun to lead', async () => {
  confirms = () => err({ kind: 'throttled', message: 'too many requests', retryAfterMs: 20_000 })
  await look()
  await clock.advance(750)
  const asked = clock.now()
  await look()
  hedges.forgetAll()
  expect(hedges.askedUntil(key)).toBe(asked + 20_000)
  expect(hedges.askedUntil('HTTPRoute/shop/other')).toBeUndefined()
  await clock.advance(20_000)
  expect(hedges.askedUntil(key)).toBeUndefined()
})

it('a few moves are under way at the same time, and the others wait for them', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let underWay = 0
  confirms = () => err({ kind: 'timeout', message: 'not asked' })
  waitsFor = () => {
    underWay += 1
    return promise
  }
  const routes = Array.from({ length: 20 }, (_, index): Route => ({ ...due, name: `web-${index}` }))
  for (const route of routes) await look(route)
  await clock.advance(1_000)
  const looks = routes.map((route) => look(route))
  await settle()
  expect(underWay).toBe(4)
  resolve()
  await Promise.all(looks)
  expect(underWay).toBe(20)
})

it('a replica that begins to lead makes the moves that wait for room as the leader, at once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  waitsFor = () => promise
  const routes = Array.from({ length: 6 }, (_, index): Route => ({ ...due, name: `web-${index}` }))
  for (const route of routes) await look(route)
  await clock.advance(1_000)
  const looks = routes.map((route) => look(route))
  await settle()
  leads = true
  resolve()
  const outcomes = await Promise.all(looks)
  expect(outcomes.map(({ kind }) => kind)).toEqual([...Array(4).fill('hedged'), 'left', 'left'])
  expect(outcomes.at(-1)).toHaveProperty('lookAgainAt', clock.now())
})

it('a write that was not sent in time, or was refused, is tried again later', async () => {
  answer = err({ kind: 'notLeader', message: 'too late' })
  await until(() => ended.length === 1)
  answer = err({ kind: 'invalid', message: 'a test failed' })
  await until(() => ended.length === 2)
  answer = ok(moved)
  await until(isHedged)
  expect(ended).toEqual(['late', 'invalid', 'written'])
})

it('whoever keeps undoing it is answered less and less often', async () => {
  const times: number[] = []
  for (let time = 0; time < 5; time += 1) {
    times.push((await until(isHedged)).ms)
    fights.wrote(key)
    hedges.rests(key)
  }
  expect(times.map((ms) => Math.floor(ms / 5_000))).toEqual([0, 0, 0, 1, 2])
})
