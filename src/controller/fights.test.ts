import { beforeEach, expect, it, test } from 'vitest'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { trafficSplit } from '../routes/trafficsplit.ts'
import { Fights } from './fights.ts'

const key = 'TrafficSplit/shop/web'
const routeOf = (metadata: object = {}) =>
  trafficSplit.read({
    metadata: { namespace: 'shop', name: 'web', ...metadata },
    spec: {
      service: 'web',
      backends: [
        { service: 'web', weight: 1 },
        { service: 'east', weight: 0 },
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
beforeEach(() => {
  clock = createManualClock()
  fights = new Fights(clock)
})
const pause = (plans = over) => fights.pauseBefore(key, routeOf(), plans)
const write = (plans = over) => fights.wrote(key, routeOf(), plans)

it('a write that is undone twice is repeated at once; from the third time on it waits, longer each time', async () => {
  expect([pause(), write(), pause(), write(), pause(), write()]).toEqual([0, false, 0, false, 0, false])
  expect(pause()).toBe(5_000)
  await clock.advance(5_000)
  expect(pause()).toBe(0)
  expect(write()).toBe(true)
  expect(fights.size).toBe(1)
  expect(pause()).toBe(10_000)
  for (let times = 0; times < 10; times += 1) {
    await clock.advance(300_000)
    expect(write()).toBe(false)
  }
  expect(pause()).toBe(300_000)
})

it('other weights than the last are nobody’s fight: they are written at once', () => {
  for (let times = 0; times < 5; times += 1) write()
  expect(pause(other)).toBe(0)
  write(other)
  expect(pause()).toBe(0)
  expect(fights.size).toBe(0)
})

it('what is undone once in ten minutes is answered at once', async () => {
  for (let times = 0; times < 5; times += 1) {
    await clock.advance(600_000)
    expect(pause()).toBe(0)
    write()
  }
})

it('weights that stood for an hour, and routes that went, are forgotten', async () => {
  for (let times = 0; times < 4; times += 1) write()
  await clock.advance(3_600_000)
  write()
  expect(fights.size).toBe(0)
  for (let times = 0; times < 4; times += 1) write()
  fights.forget(key)
  expect([pause(), fights.size]).toEqual([0, 0])
})

test('the writer is the last manager of the spec besides the operator and the status', () => {
  const entry = (manager: string, time: string, more: object = {}) => ({
    manager,
    time,
    fieldsV1: { 'f:spec': {} },
    ...more,
  })
  const managedFields = [
    entry('kubectl', '2026-01-01T00:00:00Z'),
    entry('argocd-controller', '2026-01-02T00:00:00Z'),
    entry('linkerd-failover', '2026-01-03T00:00:00Z'),
    entry('policy', '2026-01-04T00:00:00Z', { subresource: 'status' }),
    entry('labeller', '2026-01-05T00:00:00Z', { fieldsV1: { 'f:metadata': {} } }),
  ]
  expect(routeOf({ managedFields }).writer).toBe('argocd-controller')
  expect(routeOf({ managedFields: 'odd' }).writer).toBeUndefined()
})
