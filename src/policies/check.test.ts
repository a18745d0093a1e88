import { expect, it, test } from 'vitest'
import { problemsOf } from './check.ts'
import { drainSpecSchema } from './drain.ts'
import { policySpecSchema } from './failover-policy-schema.ts'
import { targets } from './testing/policy-objects.ts'

const problems = (spec: object) =>
  problemsOf(policySpecSchema, { targetRefs: [targets.split('web')], ...spec }).map(
    ({ field, message }) => `${field}: ${message}`,
  )

it('finds nothing wrong with a policy that the API server takes', () => {
  const spec = {
    tiers: [{ name: 'home', clusters: ['Local'] }, { backends: [{ name: 'east', weight: 1 }] }, { rest: {} }],
    minReady: { count: 2, percent: 50 },
    failover: { after: '5s' },
    failback: { after: '1m', minReady: { count: 3 } },
  }
  expect(problems(spec)).toEqual([])
})

test.each([
  [{ failbak: {} }, ['spec.failbak: there is no such field']],
  [{ failover: { afer: '10s' } }, ['spec.failover.afer: there is no such field']],
  [{ tiers: [{ rest: {}, nmae: 'far' }] }, ['spec.tiers[0].nmae: there is no such field']],
  [
    { targetRefs: [{ ...targets.split('web'), namespace: 'shop' }] },
    ['spec.targetRefs[0].namespace: there is no such field'],
  ],
  [{ targetRefs: undefined }, ['spec.targetRefs: must be there']],
  [{ tiers: [{ backends: [{}] }] }, ['spec.tiers[0].backends[0].name: must be there']],
  [{ constructor: 1 }, ['spec.constructor: there is no such field']],
  [
    { minReady: { percent: 50 }, failback: { after: 'soon', atMost: '25h' }, tires: [] },
    [
      'spec.tires: there is no such field',
      'spec.minReady: percent alone does not see Pods that were deleted: write count or expected, too',
      'spec.failback.after: must be a duration, such as 60s or 1m30s',
      'spec.failback.atMost: must be a duration of at most 24h',
    ],
  ],
])('finds all that is wrong with %j', (spec, expected) => {
  expect(problems(spec)).toEqual(expected)
})

it('finds what is wrong with a Drain', () => {
  const spec = { from: [{ cluster: 'East' }], until: '2026-12-01', reason: '', lastResrt: 'Never' }
  expect(problemsOf(drainSpecSchema, spec).map(({ field }) => field)).toEqual([
    'spec.lastResrt',
    'spec.from[0].cluster',
    'spec.until',
    'spec.reason',
  ])
})

it('makes something of everything', () => {
  for (const spec of [undefined, null, 3, [], { targetRefs: 3 }, { targetRefs: [null], tiers: { a: 1 } }])
    expect(problemsOf(policySpecSchema, spec).length).toBeGreaterThan(0)
})
