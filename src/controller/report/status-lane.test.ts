import { beforeEach, expect, it } from 'vitest'
import type { Clock } from '../../base/clock.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../../kube/errors.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { createManualClock, type ManualClock } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { type Drain, drainNames, readDrain } from '../../policies/drain.ts'
import { type DrainStatus, statusDue, writtenStatus } from '../../policies/drain-status.ts'
import { drainObject } from '../../policies/testing/drain-objects.ts'
import { StatusLane } from './status-lane.ts'

let clock: ManualClock
let transport: FakeTransport
let log: ReturnType<typeof createMemoryLog>
let drains: Map<string, Drain>
let isBusy: boolean
let leads: boolean
let lane: StatusLane<Drain, DrainStatus>
let written: string[]
/** How many statuses were looked at in each turn of the event loop. */
let turns: number[]
let isDue: boolean
beforeEach(() => {
  clock = createManualClock()
  transport = new FakeTransport()
  log = createMemoryLog()
  drains = new Map(['mesh/a', 'mesh/b'].map((key) => [key, readDrain(drainObject(key, {}))]))
  isBusy = false
  leads = true
  written = []
  turns = [0]
  isDue = true
  const counting: Clock = {
    ...clock,
    after: (ms, callback) =>
      clock.after(ms, () => {
        turns.push(0)
        callback()
      }),
  }
  lane = new StatusLane({
    clock: counting,
    log,
    transport,
    leads: () => leads,
    busy: () => isBusy,
    kind: 'Drain',
    names: drainNames,
    object: (key) => drains.get(key),
    due: (drain, now) => {
      turns.push((turns.pop() ?? 0) + 1)
      return isDue ? statusDue(drain, { moved: 1, left: 0, first: [] }, now) : undefined
    },
    onWritten: (drain, { conditions }) =>
      written.push(`${drain.name}: ${writtenStatus(drain)?.conditions[1]?.reason} ${conditions[1]?.reason}`),
  })
})

const answerAll = (result: Result<unknown, KubeError>) => {
  for (const { answer } of transport.requests.splice(0)) answer(result)
}
const asked = () => transport.requests.map(({ path }) => path.split('/').slice(-2).join('/'))

it('writes a second later, each Drain once, and none that is gone', async () => {
  lane.touch(['mesh/a', 'mesh/b', 'mesh/gone'])
  lane.touch(['mesh/a'])
  await clock.advance(999)
  expect(asked()).toEqual([])
  await clock.advance(1)
  expect(asked()).toEqual(['a/status'])
  answerAll(ok({}))
  await clock.advance(0)
  expect([asked(), written]).toEqual([['b/status'], ['a: undefined Drained']])
  answerAll(ok({}))
  await clock.advance(10_000)
  expect(asked()).toEqual([])
  expect(clock.pending).toBe(0)
})

it('waits for the weights, but not for ever', async () => {
  isBusy = true
  lane.touch(['mesh/a'])
  await clock.advance(59_000)
  expect(asked()).toEqual([])
  await clock.advance(3_000)
  expect(asked()).toEqual(['a/status'])
})

it('complains once of a write that fails, and tries again', async () => {
  lane.touch(['mesh/a'])
  for (let time = 0; time < 3; time += 1) {
    await clock.advance(5_000)
    expect(asked()).toEqual(['a/status'])
    answerAll(err({ kind: 'forbidden', message: 'no' }))
  }
  expect(log.lines).toEqual(['warn the status of a Drain could not be written: no'])
})

it('gives up on one that is gone, or another by now', async () => {
  lane.touch(['mesh/a'])
  await clock.advance(1_000)
  answerAll(err({ kind: 'invalid', message: 'another uid' }))
  await clock.advance(10_000)
  expect(asked()).toEqual([])
  expect(log.lines).toEqual([])
})

it('writes nothing while another replica leads, nor after it was stopped', async () => {
  leads = false
  lane.touch(['mesh/a'])
  await clock.advance(10_000)
  expect(asked()).toEqual([])
  leads = true
  lane.touch([])
  await lane.stop()
  await clock.advance(10_000)
  expect(asked()).toEqual([])
})

const touchMany = () => {
  for (let nth = 0; nth < 5_000; nth += 1)
    drains.set(`mesh/${nth}`, readDrain(drainObject(`mesh/${nth}`, {})))
  lane.touch(drains.keys())
}

it('leaves turns to others while it looks at thousands that need no write', async () => {
  isDue = false
  touchMany()
  await clock.advance(1_000)
  expect(turns.reduce((sum, one) => sum + one)).toBe(5_002)
  expect(Math.max(...turns)).toBe(10)
  expect([transport.requests.length, clock.pending]).toEqual([0, 0])
})

it('stops in the middle of that', async () => {
  isDue = false
  touchMany()
  let stopped: Promise<void> | undefined
  clock.after(1_000, () => {
    stopped = lane.stop()
  })
  await clock.advance(1_000)
  await stopped
  expect(turns.reduce((sum, one) => sum + one)).toBeLessThan(5_000)
  expect(clock.pending).toBe(0)
})
