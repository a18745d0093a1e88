import { expect, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import { eventInput } from '../testing/event-input.ts'
import { FakeTransport } from '../testing/fake-transport.ts'
import { createManualClock, settle } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { EventLosses } from './event-losses.ts'
import { EventSender } from './event-sender.ts'
import { SeriesBook } from './event-series.ts'

function begin() {
  const transport = new FakeTransport()
  const clock = createManualClock()
  const log = createMemoryLog()
  const stopping = new AbortController()
  const kit = { transport, clock, random: () => 0.5 }
  const book = new SeriesBook(kit)
  const losses = new EventLosses(log)
  const sender = new EventSender({ ...kit, losses, reportingInstance: 'pod', signal: stopping.signal })
  const sending = () => sender.send(book.count(eventInput()))
  return { transport, clock, log, stopping, sending }
}

test('409 on a retry is success: the first attempt was applied', async () => {
  const { transport, clock, log, sending } = begin()
  const sent = sending()
  transport.requests[0]?.answer(err({ kind: 'timeout', message: 'no answer' }))
  await clock.advance(2_000)
  expect(transport.requests[1]?.body).toEqual(transport.requests[0]?.body)
  transport.requests[1]?.answer(err({ kind: 'conflict', message: 'already exists' }))
  expect(await sent).toBe('written')
  expect(log.lines).toEqual([])
})

test('a series that the server has forgotten is created anew, with its count', async () => {
  const { transport, sending } = begin()
  const first = sending()
  transport.requests[0]?.answer(ok({}))
  await first
  const second = sending()
  expect(transport.requests[1]?.method).toBe('PATCH')
  transport.requests[1]?.answer(err({ kind: 'notFound', message: 'gone' }))
  await settle()
  expect(transport.requests[2]).toMatchObject({ method: 'POST', body: { series: { count: 2 } } })
  transport.requests[2]?.answer(ok({}))
  expect(await second).toBe('written')
})

test('after five attempts it is given up, with a line in the log', async () => {
  const { transport, clock, log, sending } = begin()
  const sent = sending()
  for (let attempt = 0; attempt < 5; attempt += 1) {
    transport.requests[attempt]?.answer(err({ kind: 'timeout', message: 'no answer' }))
    await clock.advance(60_000)
  }
  expect(await sent).toBe('lost')
  expect(transport.requests).toHaveLength(5)
  expect(log.lines).toEqual(['warn lost Kubernetes Events (1): no answer'])
})

test.each(['unreachable', 'throttled'] as const)(
  'a server that is %s is asked for as long as it takes',
  async (kind) => {
    const { transport, clock, log, sending } = begin()
    const sent = sending()
    for (let attempt = 0; attempt < 20; attempt += 1) {
      transport.requests[attempt]?.answer(err({ kind, message: 'not now' }))
      await clock.advance(60_000)
    }
    transport.requests[20]?.answer(ok({}))
    expect(await sent).toBe('written')
    expect(log.lines).toEqual([])
  },
)

test('what is refused is not tried again', async () => {
  const { transport, log, sending } = begin()
  const sent = sending()
  transport.requests[0]?.answer(err({ kind: 'forbidden', message: 'no' }))
  expect(await sent).toBe('lost')
  expect(transport.requests).toHaveLength(1)
  expect(log.lines).toHaveLength(1)
})

test('what may not be written now is not given up', async () => {
  const { transport, log, sending } = begin()
  const sent = sending()
  transport.requests[0]?.answer(err({ kind: 'notLeader', message: 'lost the lease' }))
  expect(await sent).toBe('later')
  expect(log.lines).toEqual([])
})

test('the end calls off what is being sent, and leaves it to others to tell of it', async () => {
  const { stopping, log, sending } = begin()
  const sent = sending()
  stopping.abort()
  expect(await sent).toBe('lost')
  expect(log.lines).toEqual([])
})
