import { beforeEach, describe, expect, it } from 'vitest'
import { readinessOf } from '../../core/types.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { RouteMemory } from '../memory.ts'
import { returnWaits } from './return-waits.ts'
import { TimedWaits } from './timed-waits.ts'

const key = 'TrafficSplit/shop/web'
const route = trafficSplit.read({
  apiVersion: 'split.smi-spec.io/v1alpha2',
  metadata: {
    namespace: 'shop',
    name: 'web',
    uid: 'u1',
    annotations: { 'failover.linkerd.io/failback-after': '60s' },
  },
  spec: {
    service: 'web',
    backends: [
      { service: 'web', weight: 0 },
      { service: 'east', weight: 1 },
    ],
  },
})

let clock: ReturnType<typeof createManualClock>
let memory: RouteMemory
let events: EventInput[]
let leads: boolean
let waits: TimedWaits
beforeEach(() => {
  clock = createManualClock()
  memory = new RouteMemory()
  events = []
  leads = true
  const event = (input: EventInput) => events.push(input)
  waits = new TimedWaits({ clock, memory, event, log: createMemoryLog(), leads: () => leads }, returnWaits)
})

/** A look at the route while its primary is ready, or is not. */
const look = (isReady: boolean) =>
  waits.see(
    key,
    judgeRoute(route, ({ service }) => readinessOf(service === 'shop/web' && !isReady ? 0 : 2, 2)),
  )

describe('a backend that is ready again and must wait', () => {
  it('is reported once for each time that it comes back', () => {
    for (const isReady of [false, true, true, false, true]) look(isReady)
    const [event] = events
    expect(events).toEqual([event, event])
    expect(event).toEqual({
      regarding: {
        apiVersion: 'split.smi-spec.io/v1alpha2',
        kind: 'TrafficSplit',
        namespace: 'shop',
        name: 'web',
        uid: 'u1',
      },
      type: 'Normal',
      reason: 'ReturnWaits',
      action: 'Wait',
      note: 'shop/web is ready again; it gets its traffic back when it has stayed ready for 1m',
    })
  })

  it('is reported again of a route that has gone and come back', () => {
    look(true)
    memory.forget(key)
    look(true)
    expect(events).toHaveLength(2)
  })

  it('is for the leader to report', () => {
    leads = false
    look(true)
    expect(events).toEqual([])
  })

  it('is not reported again by the next leader', async () => {
    leads = false
    look(true)
    await clock.advance(10_000)
    leads = true
    waits.lead(clock.now())
    look(true)
    expect(events).toEqual([])
  })

  it('is reported by the next leader if the last one cannot have done so', async () => {
    leads = false
    await clock.advance(60_000)
    look(true)
    leads = true
    waits.lead(clock.now() - 10_000)
    look(true)
    look(true)
    expect(events).toHaveLength(1)
  })
})
