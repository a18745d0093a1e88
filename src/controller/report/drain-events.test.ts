import { beforeEach, expect, it } from 'vitest'
import type { EventInput } from '../../kube/events/recorder.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { readDrain } from '../../policies/drain.ts'
import { type DrainStatus, statusDue } from '../../policies/drain-status.ts'
import { drainObject } from '../../policies/testing/drain-objects.ts'
import { DrainEvents } from './drain-events.ts'

const until = '2026-12-01T06:00:00Z'
const drain = {
  ...readDrain(drainObject('mesh/east', { from: [{ cluster: 'east' }], until, reason: 'CHG-1' })),
  uid: 'u1',
}

let events: EventInput[]
let leads: boolean
let reports: DrainEvents
beforeEach(() => {
  events = []
  leads = true
  reports = new DrainEvents({
    log: createMemoryLog(),
    event: (event) => events.push(event),
    leads: () => leads,
  })
})

/** The status of the Drain with so many routes moved and left, before its end or after it. */
function statusOf(moved: number, left: number, now = '2026-11-30T00:00:00Z'): DrainStatus {
  const status = statusDue(drain, { moved, left, first: [] }, new Date(now))
  if (!status) throw new Error('a Drain without a status is due one')
  return status
}
const notes = () => events.map(({ reason, note }) => `${reason}: ${note}`)
const drained = `Drained: 2 routes send no traffic to the cluster east until ${until}: CHG-1`

it('reports once that the traffic has left, though the status is written again and the watch is late', () => {
  reports.wrote(drain, undefined, statusOf(1, 1))
  expect(events).toEqual([])
  reports.wrote(drain, undefined, statusOf(2, 0))
  reports.wrote(drain, undefined, statusOf(3, 0))
  reports.wrote(drain, statusOf(2, 0), statusOf(2, 1))
  reports.wrote(drain, statusOf(2, 1), statusOf(3, 0))
  expect(notes()).toEqual([drained])
  expect(events[0]).toMatchObject({
    type: 'Normal',
    action: 'Drain',
    regarding: {
      apiVersion: 'failover.linkerd.io/v1alpha1',
      kind: 'Drain',
      namespace: 'mesh',
      name: 'east',
      uid: 'u1',
    },
  })
})

it('reports nothing that the status says the last leader has reported', () => {
  reports.wrote(drain, statusOf(2, 0), statusOf(3, 0))
  expect(events).toEqual([])
})

it('reports once that it has ended', () => {
  const [before, after] = [statusOf(2, 0), statusOf(0, 0, '2026-12-02T00:00:00Z')]
  reports.wrote(drain, before, after)
  reports.wrote(drain, before, after)
  expect(notes()).toEqual([`DrainEnded: it ended at ${until}; the cluster east may serve again`])
})

it('reports one that was deleted, if this replica leads', () => {
  leads = false
  reports.deleted(drain)
  expect(events).toEqual([])
  leads = true
  reports.deleted(drain)
  expect(notes()).toEqual(['DrainEnded: it was deleted; the cluster east may serve again'])
})
