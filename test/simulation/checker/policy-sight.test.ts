import { beforeEach, describe, expect, it } from 'vitest'
import { Process } from '../engine/process.ts'
import { Scheduler } from '../engine/scheduler.ts'
import { Timeline } from '../network/timeline.ts'
import { refTo } from '../story/policy-draw.ts'
import { Clusters } from './clusters.ts'
import { PolicySight } from './policy-sight.ts'
import { readRoute } from './read-route.ts'
import { View } from './view.ts'

const route = readRoute({
  apiVersion: 'split.smi-spec.io/v1alpha2',
  kind: 'TrafficSplit',
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    service: 'web',
    backends: [
      { service: 'web', weight: 1 },
      { service: 'east', weight: 0 },
    ],
  },
})

let sight: PolicySight
let process: Process
beforeEach(() => {
  sight = new PolicySight('mesh', new Clusters())
  process = new Process('a', 1, 0, new Scheduler())
  sight.kind.facts.serve(true, 1, 0)
})

/** Somebody applies a policy of the Mesh. */
function apply(moment: number, at: number, count: number): void {
  sight.kind.facts.change(
    'mesh/one',
    {
      apiVersion: 'failover.linkerd.io/v1alpha1',
      kind: 'FailoverPolicy',
      metadata: { namespace: 'mesh', name: 'one', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { targetRefs: [refTo.mesh], minReady: { count } },
    },
    moment,
    at,
  )
}

/** How many endpoints a write may go by, for each way in which its sender can understand the route. */
function counts(at: number, moment: number, known: number | undefined): (number | undefined)[] {
  if (known !== undefined) sight.kind.view(process).knows(known, at)
  const mark = (of: number) => new Timeline(0).markOf(of)
  const view = new View(known === undefined ? [] : [['failoverpolicies', mark(known)]])
  const far = { knowledge: [], moment: 0, gateway: [] }
  const request = { method: 'PATCH', path: '' } as const
  const sent = { process, request, resource: '', at, moment, timeline: new Timeline(0), view, far }
  return sight
    .seenBy(sent)(route)
    .map(([split]) => split?.order?.minReady.count)
}

describe('a policy', () => {
  it('may be unknown to a process that has not read a complete list', () => {
    apply(0, 0, 2)
    expect(counts(2_000, 12, undefined)).toEqual([2, undefined])
  })

  it('is known to one that has', () => {
    apply(0, 0, 2)
    expect(counts(2_000, 12, 12)).toEqual([2])
  })

  it('that came since what a process has read may be known to it', () => {
    apply(10, 1_000, 2)
    expect(counts(2_000, 12, 5)).toEqual([undefined, 2])
    expect(counts(3_000, 12, 10)).toEqual([2])
  })
})
