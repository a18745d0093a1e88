import { expect, it, test } from 'vitest'
import { readDrain } from './drain.ts'
import { type DrainOutcome, type DrainStatus, statusDue, writtenStatus } from './drain-status.ts'
import { drainObject } from './testing/drain-objects.ts'

const now = new Date('2026-11-30T12:00:00.123Z')
const end = new Date('2026-12-01T06:00:00Z')
const outcome = (moved: number, left = 0, first: DrainOutcome['first'] = []): DrainOutcome => ({
  moved,
  left,
  first,
})
const drainWith = (spec: Readonly<Record<string, unknown>>, status?: DrainStatus, generation = 1) =>
  readDrain({ ...drainObject('mesh/east', spec, generation), ...(status ? { status } : {}) })
const reasons = (status: DrainStatus | undefined) =>
  status?.conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`)

test.each([
  ['has moved everything', {}, now, outcome(2), 'Active=True Drained'],
  ['has not moved all', {}, now, outcome(1, 1), 'Active=True Draining'],
  ['is of nothing', {}, now, outcome(0), 'Active=True NothingMatches'],
  ['is over', {}, end, outcome(2), 'Active=False Expired'],
])('one that %s', (_, spec, at, of, expected) => {
  expect(reasons(statusDue(drainWith(spec), of, at))).toEqual(['Accepted=True Accepted', expected])
})

it('says of one that makes no sense what is wrong with it', () => {
  const status = statusDue(drainWith({ from: [] }), outcome(0), now)
  expect(reasons(status)).toEqual(['Accepted=False Invalid', 'Active=False Invalid'])
  expect(status?.conditions[0]?.message).toContain('spec.from')
  expect(status?.routes).toBeUndefined()
})

it('names what nothing matches', () => {
  const from = [{ cluster: 'esat' }, { cluster: 'Local' }, { service: { name: 'web' } }]
  expect(statusDue(drainWith({ from }), outcome(0), now)?.conditions[1]?.message).toBe(
    'no controlled route has a backend in the cluster esat, this cluster, the Service mesh/web',
  )
})

it('needs no write while nothing changes, and keeps the time of a condition that stays', () => {
  const first = statusDue(drainWith({}), outcome(0, 1), now)
  const later = new Date(now.getTime() + 60_000)
  expect(statusDue(drainWith({}, first), outcome(0, 1), later)).toBeUndefined()
  const second = statusDue(drainWith({}, first), outcome(1), later)
  expect(second?.conditions.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
    '2026-11-30T12:00:00Z',
    '2026-11-30T12:00:00Z',
  ])
  const over = statusDue(drainWith({}, second), outcome(1), end)
  expect(over?.conditions[1]?.lastTransitionTime).toBe('2026-12-01T06:00:00Z')
  expect(statusDue(drainWith({}, first, 2), outcome(0, 1), later)?.observedGeneration).toBe(2)
})

it('does not believe a status that it cannot have written', () => {
  for (const status of [1, 'x', {}, { conditions: [{}] }])
    expect(writtenStatus(readDrain({ ...drainObject('mesh/east', {}), status }))).toBeUndefined()
})

it('cuts a long reason of a route', () => {
  const first = [{ kind: 'TrafficSplit', namespace: 'shop', name: 'web', why: 'x'.repeat(10_000) }]
  expect(statusDue(drainWith({}), outcome(0, 1, first), now)?.left?.[0]?.why).toHaveLength(512)
})
