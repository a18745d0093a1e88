import { beforeEach, describe, expect, it } from 'vitest'
import { Process } from '../engine/process.ts'
import { Scheduler } from '../engine/scheduler.ts'
import type { Sent } from '../network/sent.ts'
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
let scheduler: Scheduler
beforeEach(() => {
  sight = new PolicySight('mesh', new Clusters())
  scheduler = new Scheduler()
  process = new Process('a', 1, 0, scheduler)
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

/** A request that leaves at a time and a moment; `known`: the moment up to which its sender knows all policies. */
function sentAt(at: number, moment: number, known: number | undefined): Sent {
  const mark = (of: number) => new Timeline(0).markOf(of)
  const view = new View(known === undefined ? [] : [['failoverpolicies', mark(known)]])
  const far = { knowledge: [], moment: 0, gateway: [] }
  const request = { method: 'GET', path: '' } as const
  const resource = 'failoverpolicies'
  return { process, request, resource, at, moment, timeline: new Timeline(0), view, far }
}

/** How many endpoints a write may go by, for each way in which its sender can understand the route. */
function counts(at: number, moment: number, known: number | undefined): (number | undefined)[] {
  const splits = sight.seenBy(sentAt(at, moment, known))(route)
  return splits.map(([split]) => split?.order?.minReady.count)
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

  describe('that was changed', () => {
    /** The watch ends at the end of a time (ms after the change) in which the process was frozen. */
    async function endAfter(frozen: readonly [from: number, to: number]): Promise<void> {
      const view = sight.kind.view(process)
      const changedAt = 20_000
      apply(0, 0, 2)
      view.knows(0, 0)
      view.opened(0)
      apply(10, changedAt, 3)
      view.knows(10, changedAt)
      await scheduler.run(changedAt + frozen[0], () => false)
      process.freeze()
      await scheduler.run(changedAt + frozen[1], () => false)
      process.thaw()
      sight.kind.left(sentAt(0, 0, 10), scheduler.now)
    }

    it('does not apply as it was once it has watched for long enough', async () => {
      await endAfter([11_000, 12_000])
      expect(counts(100_000, 12, 10)).toEqual([3])
    })

    it('may still do so if the process was frozen before that, and found the end of its watch at the thaw', async () => {
      await endAfter([5_000, 60_000])
      expect(counts(100_000, 12, 10)).toEqual([3, 2])
    })
  })
})
