import { expect, it, test } from 'vitest'
import { aimsOf, readFailoverPolicy } from './failover-policy.ts'
import { policyObject, targets } from './testing/policy-objects.ts'

const read = (spec: Record<string, unknown>) =>
  readFailoverPolicy(policyObject('shop/cart', { targetRefs: [targets.http('cart')], ...spec }))

it('reads all that a policy asks for', () => {
  const policy = read({
    targetRefs: [targets.http('cart'), targets.service('cart'), targets.namespace('shop'), targets.mesh],
    tiers: [
      { name: 'home', clusters: ['Local'] },
      {
        backends: [
          { name: 'east', weight: 70 },
          { name: 'west', namespace: 'other', port: 80 },
        ],
      },
      { rest: {} },
    ],
    minReady: { count: 2 },
    failback: { after: '1m30s' },
  })
  expect(policy.problem).toBeUndefined()
  expect(policy.spec?.targets.map(({ level, name }) => `${level} ${name}`)).toEqual([
    'route cart',
    'service cart',
    'namespace shop',
    'mesh default',
  ])
  expect(policy.spec).toMatchObject({
    tiers: [
      { clusters: ['Local'] },
      {
        backends: [
          { name: 'east', weight: 70 },
          { name: 'other/west:80', weight: undefined },
        ],
      },
      'rest',
    ],
    minReady: { count: 2 },
    failback: { afterMs: 90_000 },
  })
})

it('reads that a person says when traffic goes back, which is for routes alone', () => {
  const manual = { failback: { mode: 'Manual' } }
  expect(read(manual).spec?.failback).toEqual({ afterMs: 0, isManual: true })
  expect(read({ failback: { mode: 'Automatic' } }).spec?.failback).toEqual({ afterMs: 0 })
  const targetRefs = [targets.http('cart'), targets.service('cart')]
  expect(read({ targetRefs, ...manual }).problem).toContain('every target must be a route')
})

it('asks for no section that is not there', () => {
  expect(Object.keys(read({}).spec ?? {})).toEqual(['targets'])
})

test.each([
  [{ targetRefs: [] }, 'spec.targetRefs: '],
  [
    { targetRefs: [targets.namespace('pay')] },
    'spec.targetRefs[0]: the Namespace pay is not that of the policy',
  ],
  [
    { targetRefs: [{ group: 'apps', kind: 'Deployment', name: 'a' }] },
    'spec.targetRefs[0]: a target is a route, a Service, a Namespace, or Mesh/default of failover.linkerd.io',
  ],
  [{ targetRefs: [{ group: '', kind: 'Pod', name: 'a' }] }, 'spec.targetRefs[0]: a target is a route, '],
  [
    { tiers: [{ rest: {}, clusters: ['Local'] }] },
    'spec.tiers[0]: a tier must be one of backends, clusters and rest',
  ],
  [
    { tiers: [{ rest: {} }, { clusters: ['east'] }] },
    'spec.tiers: rest takes what is left, so it is one tier, the last',
  ],
  [
    { tiers: [{ backends: [{ name: 'a' }] }, { backends: [{ name: 'a' }] }] },
    'spec.tiers[1].backends: a is in two tiers',
  ],
  [{ tiers: [{ backends: [{ name: 'a', weight: 0 }] }] }, 'spec.tiers: every backend has the weight 0'],
  [{ targetRefs: [{ ...targets.mesh, name: 'other' }] }, 'spec.targetRefs[0]: a target is a route, '],
  [{ targetRefs: [targets.http('a'), targets.http('a')] }, 'spec.targetRefs: a target is listed twice'],
  [{ tiers: [{ clusters: ['east', 'east'] }] }, 'spec.tiers[0].clusters: a cluster is listed twice'],
  [{ minReady: { count: 0 } }, 'spec.minReady.count: '],
  [{ minReady: { percent: 50 } }, 'spec.minReady: percent alone does not see Pods that were deleted'],
  [
    { minReady: { count: 4 }, failback: { minReady: { count: 2 } } },
    'spec: failback.minReady must not be below minReady',
  ],
  [{ failback: { after: '25h' } }, 'spec.failback.after: must be a duration of at most 24h'],
  [{ failback: { after: 'soon' } }, 'spec.failback.after: '],
])('refuses %j', (spec, problem) => {
  const policy = read(spec)
  expect(policy.problem).toContain(problem)
  expect(policy.spec).toBeUndefined()
})

it('makes something of everything', () => {
  for (const object of [undefined, null, 3, {}, { metadata: 3, spec: [] }])
    expect(readFailoverPolicy(object)).toMatchObject({ name: '', spec: undefined })
})

it('knows whom a policy is meant for that makes no sense', () => {
  const spec = {
    targetRefs: [targets.split('cart'), targets.namespace('far'), { kind: 'Pod', name: 'x' }, 3],
    failback: { after: 'soon' },
  }
  expect(aimsOf(policyObject('shop/cart', spec))).toEqual([
    { level: 'route', namespace: 'shop', ...targets.split('cart') },
    { level: 'namespace', namespace: 'far', ...targets.namespace('far') },
  ])
  for (const object of [undefined, {}, { spec: { targetRefs: 3 } }]) expect(aimsOf(object)).toEqual([])
})
