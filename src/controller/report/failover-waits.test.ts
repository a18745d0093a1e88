import { beforeEach, describe, expect, it } from 'vitest'
import { readinessOf } from '../../core/types.ts'
import type { EventInput } from '../../kube/events/recorder.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { applyPolicies } from '../../routes/policy/policy.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { RouteMemory } from '../memory.ts'
import { failoverWaits } from './failover-waits.ts'
import { TimedWaits } from './timed-waits.ts'

const key = 'TrafficSplit/shop/web'
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
  waits = new TimedWaits({ clock, memory, event, log: createMemoryLog(), leads: () => leads }, failoverWaits)
})

describe('a backend with too few ready endpoints that serves on for a while', () => {
  const declared = trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    metadata: { namespace: 'shop', name: 'web', uid: 'u1' },
    spec: {
      service: 'web',
      backends: [
        { service: 'web', weight: 1 },
        { service: 'east', weight: 0 },
      ],
    },
  })
  const from = { policy: 'shop/web', level: 'route' } as const
  const patient = applyPolicies(
    declared,
    {
      policies: {
        minReady: { value: { count: 2 }, from },
        failover: { value: { afterMs: 10_000, whenDownMs: 5_000 }, from },
      },
    },
    () => undefined,
  )
  /**
   * A look at the route while its primary has so many ready endpoints of three, in vain for this long (ms).
   */
  const see = (ready: number, sinceMs = 0) => {
    const past = { now: sinceMs, goodSince: () => undefined, badSince: () => 0, commitment: undefined }
    const known = ({ service }: { service: string }) => readinessOf(service === 'shop/web' ? ready : 2, 3)
    waits.see(key, judgeRoute(patient, known, { past: () => past }))
  }

  it('is reported once for each time that it has too few, with the reason and for how long', () => {
    for (const ready of [3, 1, 1, 0, 3, 1]) see(ready)
    const [event] = events
    expect(events).toEqual([event, event])
    expect(event).toMatchObject({
      type: 'Normal',
      reason: 'FailoverWaits',
      action: 'Wait',
      note: 'shop/web has 1 of 3 endpoints ready, which is too few; it keeps its traffic for 10s, to see whether it has enough again',
    })
  })

  it('is reported with the time that it has with none ready', () => {
    see(0)
    expect(events.map(({ note }) => note)).toEqual([
      'shop/web has 0 of 3 endpoints ready; it keeps its traffic for 5s, to see whether it has enough again',
    ])
  })

  it('is not reported any more when it is left', () => {
    see(1)
    see(1, 10_000)
    expect(events).toHaveLength(1)
  })

  it('is for the leader to report, and not again for the next one', async () => {
    leads = false
    see(1)
    expect(events).toEqual([])
    await clock.advance(10_000)
    leads = true
    waits.lead(clock.now())
    see(1)
    expect(events).toEqual([])
  })

  it('is reported by the next leader if the last one cannot have done so', async () => {
    leads = false
    await clock.advance(60_000)
    see(1)
    leads = true
    waits.lead(clock.now() - 10_000)
    see(1)
    see(1)
    expect(events).toHaveLength(1)
  })

  it('is reported again of a route that has gone and come back', () => {
    see(1)
    memory.forget(key)
    see(1)
    expect(events).toHaveLength(2)
  })
})
