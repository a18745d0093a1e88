import { beforeEach, describe, expect, it, test } from 'vitest'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { RouteMemory } from '../memory.ts'
import { Fights, weightsText } from './fights.ts'

const key = 'TrafficSplit/shop/web'
const routeOf = (metadata: object = {}, [web, east]: [number, number] = [1, 0]) =>
  trafficSplit.read({
    metadata: { namespace: 'shop', name: 'web', ...metadata },
    spec: {
      service: 'web',
      backends: [
        { service: 'web', weight: web },
        { service: 'east', weight: east },
      ],
    },
  })
const over = [
  [
    { index: 0, from: 1, to: 0 },
    { index: 1, from: 0, to: 1 },
  ],
]
const other = [[{ index: 1, from: 0, to: 1 }]]

let clock: ReturnType<typeof createManualClock>
let fights: Fights
let memory: RouteMemory
beforeEach(() => {
  clock = createManualClock()
  memory = new RouteMemory()
  fights = new Fights(clock, memory)
})
/** For how long it must wait (ms); `undefined` if not at all. */
const waitMs = (plans = over) => {
  const until = fights.waitsUntil(key, weightsText(routeOf(), plans))
  return until === undefined ? undefined : until - clock.now()
}
const mustWait = (plans = over) => waitMs(plans) !== undefined
/** Asks, and writes whatever the answer is. */
const write = (plans = over) => {
  mustWait(plans)
  return fights.wrote(key).change === 'begins'
}
/** As often as it takes until it is a fight. */
const fight = () => {
  for (let times = 0; times <= 3; times += 1) write()
}
const restsNow = (weights?: [number, number]) => fights.rests(key, weightsText(routeOf({}, weights)))
const rests = (weights?: [number, number]) => restsNow(weights).change === 'ends'

it('a write that is undone twice is repeated at once; from the third time on it waits, longer each time', async () => {
  expect([mustWait(), write(), mustWait(), write(), mustWait(), write()]).toEqual(Array(6).fill(false))
  for (const [pause, isNews] of [
    [5_000, true],
    [10_000, false],
    [20_000, false],
  ] as const) {
    await clock.advance(pause - 1)
    expect({ waits: mustWait(), again: waitMs() }).toEqual({ waits: true, again: 1 })
    await clock.advance(1)
    expect(mustWait()).toBe(false)
    expect(fights.wrote(key)).toEqual({
      ...(isNews ? { change: 'begins' } : {}),
      lookAgainAt: clock.now() + 900_000,
    })
    expect(fights.size).toBe(1)
  }
})

it('waits for five minutes at most', async () => {
  for (let times = 0; times < 12; times += 1) write()
  await clock.advance(299_999)
  expect(mustWait()).toBe(true)
  await clock.advance(1)
  expect(mustWait()).toBe(false)
})

it('other weights than the last are nobody’s fight: they are written at once', () => {
  fight()
  expect(mustWait(other)).toBe(false)
  fights.wrote(key)
  expect(mustWait()).toBe(false)
  expect(fights.size).toBe(0)
})

it('what is undone once in ten minutes is answered at once', async () => {
  for (let times = 0; times < 5; times += 1) {
    await clock.advance(600_000)
    expect(mustWait()).toBe(false)
    fights.wrote(key)
  }
})

describe('a fight ends', () => {
  beforeEach(fight)

  it('when the weights as others left them are good, as after a failback that they made', () => {
    expect(rests([1, 0])).toBe(true)
    expect([fights.size, mustWait()]).toEqual([0, false])
  })

  it('when the weights have stood for a quarter of an hour; it asks for a look then', async () => {
    await clock.advance(899_999)
    expect({ rests: restsNow([0, 1]), size: fights.size }).toEqual({
      rests: { lookAgainAt: clock.now() + 1 },
      size: 1,
    })
    await clock.advance(1)
    expect({ rests: restsNow([0, 1]), size: fights.size }).toEqual({ rests: { change: 'ends' }, size: 0 })
    expect(rests([0, 1])).toBe(false)
  })

  it('when the route goes, or this replica leads no more', () => {
    memory.forget(key)
    expect([mustWait(), fights.size]).toEqual([false, 0])
    fight()
    fights.forgetAll()
    expect([mustWait(), fights.size]).toEqual([false, 0])
  })
})

it('weights that were undone once or twice, and rest, are no fight that ends', () => {
  write()
  write()
  expect(rests([1, 0])).toBe(false)
})

test('the writer is the last manager of the weights besides the operator and the status', () => {
  const entry = (manager: string, time: string, field: string, more: object = {}) => ({
    manager,
    time,
    fieldsV1: { 'f:spec': { [field]: {} } },
    ...more,
  })
  const managedFields = [
    entry('kubectl', '2026-01-01T00:00:00Z', 'f:backends'),
    entry('argocd-controller', '2026-01-02T00:00:00Z', 'f:backends'),
    entry('linkerd-failover', '2026-01-03T00:00:00Z', 'f:backends'),
    entry('policy', '2026-01-04T00:00:00Z', 'f:backends', { subresource: 'status' }),
    entry('renamer', '2026-01-05T00:00:00Z', 'f:service'),
    { manager: 'labeller', time: '2026-01-06T00:00:00Z', fieldsV1: { 'f:metadata': {} } },
  ]
  expect(routeOf({ managedFields }).writer).toBe('argocd-controller')
  expect(routeOf({ managedFields: [entry('flux', '', 'f:rules')] }).writer).toBe('flux')
  expect(routeOf({ managedFields: 'odd' }).writer).toBeUndefined()
})

it('a fight that is looked at a little early asks for one more look', async () => {
  fight()
  await clock.advance(899_999)
  expect(restsNow([0, 1])).toEqual({ lookAgainAt: clock.now() + 1 })
  await clock.advance(1)
  expect(restsNow([0, 1])).toEqual({ change: 'ends' })
})

test('the replica that moved the weights is known by its name as their manager', () => {
  const entry = (manager: string) => ({ manager, fieldsV1: { 'f:spec': { 'f:rules': {} } } })
  const moverOf = (...managers: string[]) => routeOf({ managedFields: managers.map(entry) })
  expect(moverOf('flux', 'linkerd-failover')).toMatchObject({ writer: 'flux', movedBy: 'leader' })
  expect(moverOf('linkerd-failover-standby')).toMatchObject({ writer: undefined, movedBy: 'standby' })
  expect(moverOf('linkerd-failover-cli').movedBy).toBeUndefined()
})
