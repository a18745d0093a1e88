import { describe, expect, it } from 'vitest'
import { readFailoverPolicy } from './failover-policy.ts'
import { isTargeted, PolicyIndex, problemOf, sharesOf, targetsFound } from './policy-index.ts'
import { policyObject, targets } from './testing/policy-objects.ts'

const policy = (key: string, target: object, spec: Record<string, unknown> = {}, createdAt = 0) =>
  readFailoverPolicy(policyObject(key, { targetRefs: [target], ...spec }, createdAt))
const count = (of: number) => ({ minReady: { count: of } })
const place = {
  namespace: 'shop',
  group: 'gateway.networking.k8s.io',
  kind: 'HTTPRoute',
  name: 'web',
  services: ['shop/web', 'other/web'],
}
const indexOf = (...policies: ReturnType<typeof policy>[]) => new PolicyIndex(policies, 'mesh')
const minReadyIn = (index: PolicyIndex) => index.of(place)?.minReady

describe('the policies of a route', () => {
  it('are found by each level, the most specific first, and each section is of the first that has it', () => {
    const index = indexOf(
      policy('mesh/all', targets.mesh, { ...count(1), failback: { after: '9s' } }),
      policy('shop/all', targets.namespace('shop'), count(2)),
      policy('shop/service', targets.service('web'), { tiers: [{ rest: {} }] }),
      policy('shop/route', targets.http('web'), {}),
    )
    expect(index.appliedTo(place).map((one) => one.policy.name)).toEqual(['route', 'service', 'all', 'all'])
    expect(index.of(place)).toEqual({
      tiers: { value: { tiers: ['rest'] }, from: { policy: 'shop/service', level: 'service' } },
      minReady: { value: { count: 2 }, from: { policy: 'shop/all', level: 'namespace' } },
      failback: { value: { afterMs: 9000 }, from: { policy: 'mesh/all', level: 'mesh' } },
    })
  })

  it('are not those of others', () => {
    const index = indexOf(
      policy('shop/a', targets.http('other')),
      policy('shop/b', targets.split('web')),
      policy('other/c', targets.service('web')),
      policy('other/d', targets.namespace('other')),
    )
    expect(index.of(place)).toBeUndefined()
  })

  it('that ask for nothing of a route, such as limits alone, leave it as it is without them', () => {
    const limits = policy('mesh/all', targets.mesh, { limits: { movesPerSecond: 1 } })
    const index = indexOf(limits, policy('shop/try', targets.http('web'), { enforcement: 'DryRun' }))
    expect(index.ofMesh).toBe(limits)
    expect(index.of(place)).toBeUndefined()
    expect(index.wouldBe(place)).toEqual({})
  })

  it('that was changed to a DryRun loses its target to an older one before and after that is in force', () => {
    const older = policy('shop/one', targets.http('web'), count(2), 1)
    const [enforced, dryRun] = ['Enforce', 'DryRun'].map((enforcement) =>
      policy('shop/two', targets.http('web'), { ...count(3), enforcement }, 2),
    )
    for (const inForce of [enforced, dryRun]) {
      const index = indexOf(older, ...(inForce ? [inForce] : []))
      const found = dryRun && targetsFound(index, dryRun, () => true)
      expect(found?.map(({ loses }) => loses)).toEqual(['shop/one'])
    }
  })

  it('of the Mesh must be in the root namespace', () => {
    const stranger = policy('shop/all', targets.mesh)
    expect(indexOf(stranger).of(place)).toBeUndefined()
    expect(problemOf(stranger, 'mesh')).toBe(
      'spec.targetRefs[0]: a policy of the Mesh must be in the namespace mesh',
    )
  })

  it.each([
    [
      'the older',
      policy('shop/b', targets.http('web'), count(2), 1),
      policy('shop/a', targets.http('web'), count(3), 2),
    ],
    [
      'the first by name',
      policy('shop/a', targets.http('web'), count(2)),
      policy('shop/b', targets.http('web'), count(3)),
    ],
  ])('with the same target: %s wins, whatever comes first', (_, winner, loser) => {
    for (const index of [indexOf(winner, loser), indexOf(loser, winner)])
      expect(minReadyIn(index)?.value.count).toBe(2)
  })

  it('of two of its Services are of one level, too', () => {
    const twoServices = { ...place, services: ['shop/a', 'shop/b'] }
    const [older, newer] = [
      policy('shop/older', targets.service('b'), count(2), 1),
      policy('shop/newer', targets.service('a'), count(3), 2),
    ]
    expect(indexOf(newer, older).of(twoServices)?.minReady?.value.count).toBe(2)
  })
})

it.each([
  [{ minReady: { count: 2 } }],
  [{ failover: { after: '5s' } }],
  [{ failback: { after: '5s' } }],
  [{ tiers: [{ rest: {} }] }],
])('says that nothing is followed of %j if a more specific policy has the section, too', (spec) => {
  const index = indexOf(
    policy('shop/all', targets.namespace('shop'), spec),
    policy('shop/web', targets.http('web'), spec),
  )
  expect(sharesOf(index.appliedTo(place), {}).map(({ follows }) => follows)).toEqual(['all', 'none'])
})

it('counts a policy once that targets a route and its namespace', () => {
  const targetRefs = [targets.namespace('shop'), targets.http('web')]
  const both = readFailoverPolicy(policyObject('shop/both', { targetRefs, ...count(2) }, 0))
  expect(sharesOf(indexOf(both).appliedTo(place), {})).toEqual([
    { policy: 'shop/both', level: 'route', follows: 'all' },
  ])
})

it('says which targets changed', () => {
  const [a, b] = [policy('shop/a', targets.http('web')), policy('pay/b', targets.namespace('pay'))]
  const changed = indexOf(a, b).differences(indexOf(a))
  expect(isTargeted(changed, place)).toBe(false)
  expect(isTargeted(changed, { ...place, namespace: 'pay' })).toBe(true)
  expect(isTargeted(indexOf(b).differences(indexOf(a, b)), place)).toBe(true)
  expect(indexOf(a).differences(indexOf(a)).size).toBe(0)
})
