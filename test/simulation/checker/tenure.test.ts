import { beforeEach, expect, test } from 'vitest'
import { Process } from '../engine/process.ts'
import { Scheduler } from '../engine/scheduler.ts'
import { Tenure } from './tenure.ts'

const scheduler = new Scheduler()
const [a, b] = ['a', 'b'].map((replica) => ({ process: new Process(replica, 1, 0, scheduler) }))
if (!a || !b) throw new Error('there are two')

const leaseOf = (holderIdentity: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'linkerd-failover' },
  spec: { holderIdentity, leaseDurationSeconds: 15 },
})

let tenure = new Tenure()
beforeEach(() => {
  tenure = new Tenure()
})

test('whoever holds the lease may write, until it has run out', () => {
  expect(tenure.objectionTo(a, 0)).toBeUndefined()
  expect(tenure.change(leaseOf('a.1'), 0, false)).toBeUndefined()
  expect(tenure.objectionTo(a, 15_000)).toBeUndefined()
  expect(tenure.objectionTo(a, 15_001)).toBe('its lease has run out')
  expect(tenure.objectionTo(b, 1)).toBe('the lease is held by "a.1"')
  expect(tenure.change(leaseOf('b.1'), 15_001, false)).toBe('a.1')
  expect(tenure.objectionTo(a, 15_001)).toBe('the lease is held by "b.1"')
})

test('where the lease goes back to another, who led may write on, and the other when it has renewed it', () => {
  tenure.change(leaseOf('a.1'), 0, false)
  expect(tenure.change(leaseOf('b.1'), 1_000, true)).toBe('a.1')
  expect(tenure.objectionTo(a, 15_000)).toBeUndefined()
  expect(tenure.objectionTo(a, 15_001)).toBe('its lease has run out')
  expect(tenure.objectionTo(b, 1_001)).toBe('its lease has run out')
  tenure.change(leaseOf('b.1'), 2_000, false)
  expect(tenure.objectionTo(b, 17_000)).toBeUndefined()
})

test('where an older lease of the same holder is back, or none, nothing is won by it', () => {
  tenure.change(leaseOf('a.1'), 0, false)
  expect(tenure.change(leaseOf('a.1'), 10_000, true)).toBeUndefined()
  expect(tenure.objectionTo(a, 15_001)).toBe('its lease has run out')
  expect(tenure.change(undefined, 10_000, true)).toBe('a.1')
  expect(tenure.objectionTo(a, 15_000)).toBeUndefined()
  expect(tenure.objectionTo(b, 15_000)).toBe('the lease is held by ""')
})
