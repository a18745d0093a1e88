import { expect, test } from 'vitest'
import { readFailoverPolicy } from './failover-policy.ts'
import { targets } from './testing/policy-objects.ts'

const read = (spec: object) =>
  readFailoverPolicy({
    metadata: { namespace: 'shop', name: 'cart' },
    spec: { targetRefs: [targets.split('web')], ...spec },
  }).problem

test.each([
  [{ failback: { after: 60 } }, 'spec.failback.after: must be a string, not a number'],
  [{ minReady: { count: '2' } }, 'spec.minReady.count: must be a number, not a string'],
  [{ minReady: { count: 2.5 } }, 'spec.minReady.count: must be an integer'],
  [{ minReady: { count: 0 } }, 'spec.minReady.count: must be at least 1'],
  [{ minReady: { count: 2, percent: 101 } }, 'spec.minReady.percent: must be at most 100'],
  [{ minReady: 2 }, 'spec.minReady: must be an object, not a number'],
  [{ failback: null }, 'spec.failback: must be an object, not null'],
  [{ tiers: {} }, 'spec.tiers: must be a list, not an object'],
  [{ tiers: [] }, 'spec.tiers: must have at least 1 entry'],
  [
    { tiers: Array.from({ length: 9 }, () => ({ clusters: ['Local'] })) },
    'spec.tiers: must have at most 8 entries',
  ],
  [{ tiers: [{ rest: true }] }, 'spec.tiers[0].rest: must be an object, not true or false'],
  [
    { tiers: [{ backends: [{ name: '' }] }] },
    'spec.tiers[0].backends[0].name: must have at least 1 character',
  ],
  [{ enforcement: 'dryrun' }, 'spec.enforcement: must be one of Enforce, DryRun'],
  [{ targetRefs: undefined }, 'spec.targetRefs: must be there'],
  [{ failback: { after: 'soon' } }, 'spec.failback.after: must be a duration, such as 60s or 1m30s'],
])('says what is wrong with %j', (spec, problem) => {
  expect(read(spec)).toBe(problem)
})
