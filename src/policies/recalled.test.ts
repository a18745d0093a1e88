import { expect, test } from 'vitest'
import { readFailoverPolicy } from './failover-policy.ts'
import { objectKey } from './object.ts'
import { PolicyIndex } from './policy-index.ts'
import { type PartOfRoute, recalledOf } from './recalled.ts'
import { policyObject } from './testing/policy-objects.ts'

const route = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop', name: 'web' }
const lostTime = '2026-11-29T10:00:00.250Z'
const lostAt = Date.parse(lostTime)
const since = '2026-11-29T10:00:00Z'
const [first, second, third] = ['spec.rules[0]', 'spec.rules[1]', 'spec.rules[2]']

interface Written {
  readonly generation?: number
  /** The reason of the condition `Programmed`. */
  readonly reason?: string
  /** What applies, if it is not what the cluster has. */
  readonly inForce?: object
}

/** What a status with these splits says of a part of the route. */
function recall(splits: readonly object[], part: PartOfRoute, written: Written = {}) {
  const { generation = 1, reason = 'Programmed', inForce = {} } = written
  const { group, kind, name } = route
  const object = policyObject('shop/web', {
    targetRefs: [{ group, kind, name }],
    failback: { mode: 'Manual' },
  })
  const programmed = { type: 'Programmed', status: 'True', reason, message: '', lastTransitionTime: since }
  const policy = readFailoverPolicy({
    ...object,
    metadata: { ...object.metadata, generation: 1 },
    status: {
      observedGeneration: generation,
      conditions: [programmed],
      ancestors: [{ ancestorRef: route, controllerName: 'x', conditions: [], splits }],
    },
  })
  const applied = readFailoverPolicy({ ...object, spec: { ...object.spec, ...inForce } })
  const index = new PolicyIndex([applied], 'ops')
  return recalledOf({ ...route, services: [] }, part, index, (key) =>
    key === objectKey(policy) ? policy : undefined,
  )
}

const lost = { where: second, tier: 3, since, lostTime, waits: 'approval', why: '' }
const away = { where: second, tier: 2, since, why: '' }
const home = { where: first, tier: 1, since, why: '' }

test('what the status says of a part of the route', () => {
  const all = [first, second]
  expect(recall([home, lost], { where: first, all })).toEqual({
    tier: 0,
    lostAt: undefined,
    isAwaiting: false,
  })
  expect(recall([home, lost], { where: second, all })).toEqual({ tier: 2, lostAt, isAwaiting: true })
  expect(recall([home, away], { where: second, all })).toMatchObject({ tier: 1, lostAt: undefined })
})

test('it says nothing of another spec, nor of a part that no tier serves', () => {
  const all = [first, second]
  expect(recall([home, lost], { where: second, all }, { generation: 2 })).toBeUndefined()
  expect(recall([home, { ...lost, tier: 0 }], { where: second, all })).toBeUndefined()
})

test('of a route whose rules came or went nobody knows which was lost, so the last loss is that of each', () => {
  const all = [first, second, third]
  const before = { ...lost, where: first, tier: 2, lostTime: '2026-11-29T09:00:00.000Z' }
  for (const where of all)
    expect(recall([before, lost], { where, all })).toEqual({ tier: 2, lostAt, isAwaiting: false })
  expect(recall([home, lost], { where: first, all: [first] })).toMatchObject({ tier: 2, lostAt })
  expect(recall([home, lost], { where: first, all: [first, third] })).toMatchObject({ tier: 2, lostAt })
  expect(recall([home, away], { where: second, all })).toBeUndefined()
})

test('while a changed policy applies as it was, its status is about that, and says nothing of the new tiers', () => {
  const all = [first, second]
  const inForce = { tiers: [{ backends: [{ name: 'web' }] }, { rest: {} }] }
  const reason = 'Reconciling'
  expect(recall([home, lost], { where: second, all }, { reason })).toBeUndefined()
  expect(recall([home, lost], { where: second, all }, { inForce })).toBeUndefined()
  expect(recall([home, lost], { where: second, all }, { reason, inForce })).toMatchObject({ lostAt })
})
