import { describe, expect, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import type { KubeRequest, Transport } from '../http/transport.ts'
import { eventInput as input } from '../testing/event-input.ts'
import { FakeTransport } from '../testing/fake-transport.ts'
import { createManualClock, settle } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createEventRecorder, type EventRecorderOptions } from './recorder.ts'

function start({
  busy = (): boolean => false,
  request,
}: Partial<Pick<EventRecorderOptions, 'busy'> & Pick<Transport, 'request'>> = {}) {
  const transport = new FakeTransport()
  const clock = createManualClock()
  const log = createMemoryLog()
  const recorder = createEventRecorder({
    transport: request ? { stream: transport.stream, close: transport.close, request } : transport,
    clock,
    log,
    random: () => 0.5,
    reportingInstance: 'linkerd-failover-0',
    busy,
  })
  return { transport, clock, log, recorder }
}

test('an event is created with all that events.k8s.io/v1 wants', () => {
  const { transport, recorder } = start()
  recorder.record(input())
  expect(transport.requests[0]).toMatchObject({
    method: 'POST',
    path: '/apis/events.k8s.io/v1/namespaces/ns/events',
    body: {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'ns', name: expect.stringMatching(/^web\.[0-9a-f]+$/) },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'linkerd-failover',
      reportingInstance: 'linkerd-failover-0',
      action: 'Failover',
      reason: 'FailedOver',
      regarding: { kind: 'TrafficSplit', name: 'web' },
      note: 'web-primary is down',
      type: 'Normal',
    },
  })
  expect(transport.requests[0]?.body).not.toHaveProperty('series')
})

describe('equal events', () => {
  test('become a series: what came while the first was sent is told in one patch', async () => {
    const { transport, recorder } = start()
    for (let i = 0; i < 3; i += 1) recorder.record(input())
    expect(transport.requests).toHaveLength(1)
    transport.requests[0]?.answer(ok({}))
    await settle()
    expect(transport.requests[1]).toMatchObject({
      method: 'PATCH',
      contentType: 'application/merge-patch+json',
      body: { series: { count: 3, lastObservedTime: '2026-01-01T00:00:00.000000Z' } },
    })
    expect(transport.requests[1]?.path).toMatch(/\/namespaces\/ns\/events\/web\./)
    transport.requests[1]?.answer(ok({}))
    await recorder.flush()
    expect(transport.requests).toHaveLength(2)
  })

  test('keep the annotations of the latest', async () => {
    const { transport, recorder } = start()
    recorder.record({ ...input(), annotations: { id: 'a' } })
    recorder.record({ ...input(), annotations: { id: 'b' } })
    expect(transport.requests[0]).toMatchObject({ body: { metadata: { annotations: { id: 'a' } } } })
    transport.requests[0]?.answer(ok({}))
    await settle()
    expect(transport.requests[1]).toMatchObject({
      method: 'PATCH',
      body: { metadata: { annotations: { id: 'b' } }, series: { count: 2 } },
    })
  })
})

describe('the lane', () => {
  test('has at most two requests in flight', async () => {
    const { transport, recorder } = start()
    for (let i = 0; i < 5; i += 1) recorder.record(input({ note: String(i) }))
    expect(transport.requests).toHaveLength(2)
    transport.requests[0]?.answer(ok({}))
    await settle()
    expect(transport.requests).toHaveLength(3)
  })

  describe('in a storm', () => {
    /** A server that answers at once, unless it is away. */
    function storm(events: number) {
      const notes: string[] = []
      const server = { away: true }
      const request = async ({ body }: KubeRequest) => {
        if (server.away) return err({ kind: 'unreachable', message: 'nobody there' } as const)
        notes.push(Object(body).note)
        return ok({})
      }
      const begun = start({ request })
      for (let i = 0; i < events; i += 1) begun.recorder.record(input({ note: String(i) }))
      return { ...begun, notes, server }
    }

    test('nothing is lost when 10,000 routes fail over, however long the server is away', async () => {
      const { recorder, clock, log, notes, server } = storm(10_000)
      await clock.advance(600_000)
      server.away = false
      const done = recorder.flush()
      await clock.advance(60_000)
      await done
      expect([new Set(notes).size, recorder.lost, log.lines]).toEqual([10_000, 0, []])
    })

    test('of too many the oldest are lost, and the end tells how many', async () => {
      const { recorder, clock, log, notes, server } = storm(20_012)
      const first = 'warn lost Kubernetes Events (1): more than 20000 were waiting, so the oldest are dropped'
      expect([recorder.lost, log.lines]).toEqual([10, [first]])
      server.away = false
      const done = recorder.flush()
      await clock.advance(60_000)
      await done
      const inAll = 'warn 10 Kubernetes Events were lost in total; the first is logged above'
      expect([notes.length, log.lines]).toEqual([20_002, [first, inAll]])
    })

    test('the end of the operator tells how many were not sent', async () => {
      const { recorder, clock, log } = storm(100)
      const done = recorder.stop(2_000)
      await clock.advance(2_000)
      await done
      expect(log.lines).toEqual(['warn lost Kubernetes Events (100): the operator is stopping'])
    })
  })

  test.each([
    { kind: 'throttled', message: 'slow down', retryAfterMs: 9_000 } as const,
    { kind: 'server', status: 500, message: 'oops', retryAfterMs: 9_000 } as const,
  ])('tries again after $kind, when the server says', async (error) => {
    const { transport, recorder, clock } = start()
    recorder.record(input())
    transport.requests[0]?.answer(err(error))
    await clock.advance(8_999)
    expect(transport.requests).toHaveLength(1)
    await clock.advance(1)
    expect(transport.requests[1]?.body).toEqual(transport.requests[0]?.body)
  })

  test('keeps what comes while it is paused, and sends it then', async () => {
    const { transport, recorder } = start()
    recorder.pause()
    recorder.record(input())
    expect(transport.requests).toHaveLength(0)
    recorder.resume()
    expect(transport.requests).toHaveLength(1)
  })

  test('waits where a write needs a lease that was lost, without giving anything up', async () => {
    const { transport, recorder, clock, log } = start()
    recorder.record(input())
    transport.requests[0]?.answer(err({ kind: 'notLeader', message: 'lost' }))
    await clock.advance(600_000)
    expect([transport.requests.length, log.lines]).toEqual([1, []])
    recorder.resume()
    expect(transport.requests[1]?.body).toEqual(transport.requests[0]?.body)
  })

  test('is given a limited time when it stops, and takes nothing more', async () => {
    const { transport, recorder, clock } = start()
    recorder.record(input())
    let stopped = false
    const done = recorder.stop(2_000).then(() => (stopped = true))
    recorder.record(input({ note: 'late' }))
    await clock.advance(1_999)
    expect(stopped).toBe(false)
    await clock.advance(1)
    await done
    expect(transport.requests).toHaveLength(1)
  })
})

describe('while there is work that matters more', () => {
  test('events wait, and go as soon as it is done', async () => {
    let busy = true
    const { transport, recorder, clock } = start({ busy: () => busy })
    recorder.record(input())
    await clock.advance(5_000)
    expect(transport.requests).toHaveLength(0)
    busy = false
    await clock.advance(50)
    expect(transport.requests).toHaveLength(1)
  })

  test('they wait a minute at most', async () => {
    const { transport, recorder, clock } = start({ busy: () => true })
    recorder.record(input())
    await clock.advance(59_900)
    expect(transport.requests).toHaveLength(0)
    await clock.advance(100)
    expect(transport.requests).toHaveLength(1)
  })

  test('they go all the same when the recorder is stopped, and no timer is left', async () => {
    const { transport, clock, recorder } = start({ busy: () => true })
    recorder.record(input())
    const stopped = recorder.stop(2_000)
    expect(transport.requests).toHaveLength(1)
    transport.requests[0]?.answer(ok({}))
    await stopped
    expect(clock.pending).toBe(0)
  })
})
