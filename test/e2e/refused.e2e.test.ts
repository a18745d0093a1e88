import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, type Event, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { inParallel } from './in-parallel.ts'
import { at, splits } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

const names = ['one', 'two', 'three', 'four', 'five']
const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'
const name = 'no-trafficsplit-updates'

let controlPlane: ControlPlane
let cluster: Cluster
let operator: Operator

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  cluster = openCluster(controlPlane.api)
  operator = startOperator(await controlPlane.operatorKubeconfig())
  await operator.ready()
})

afterAll(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

const ofThese = ({ regarding }: Event): boolean => names.includes(regarding?.name ?? '')

/** Has every update of a TrafficSplit refused; resolves when the server really refuses. */
async function refuseUpdates(): Promise<void> {
  const resource = { apiGroups: ['split.smi-spec.io'], apiVersions: ['*'], resources: ['trafficsplits'] }
  await controlPlane.api.create(policies, {
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: [{ ...resource, operations: ['UPDATE'] }] },
      validations: [{ expression: 'false', message: 'refused by the test' }],
    },
  })
  await controlPlane.api.create(bindings, {
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  })
  const dryRun = `${at(splits, 'trafficsplits', 'one')}?dryRun=All`
  await eventually(async () => {
    const answer = controlPlane.api.patch(dryRun, { spec: { service: 'probe' } })
    await expect(answer).rejects.toThrow('refused by the test')
  })
}

async function allowUpdates(): Promise<void> {
  await controlPlane.api.remove(`${bindings}/${name}`)
  await controlPlane.api.remove(`${policies}/${name}`)
}

it('heals splits whose patches were refused, and claims no failover before', async () => {
  await inParallel(names, async (name) => {
    await cluster.addService(name, 1)
    await cluster.addService(`${name}-b`, 1)
    await cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 })
  })
  await cluster.fence()
  await refuseUpdates()
  const before = await operator.metrics()
  const patches = 'linkerd_failover_patches_total'
  await inParallel(names, (name) => cluster.setReady(name, 0))
  await eventually(async () => {
    const tried = (await operator.metrics()).sum(patches) - before.sum(patches)
    expect(tried, 'refused patches').toBeGreaterThanOrEqual(names.length)
  })
  // The issue says three seconds: long enough for several refusals of each.
  await delay(3_000)
  for (const name of names) expect(await cluster.weights(name)).toEqual({ [name]: 1, [`${name}-b`]: 0 })
  const failovers = async () => (await cluster.events({ reason: 'Failover' })).filter(ofThese)
  expect(await failovers(), 'Events of failovers that did not happen').toEqual([])

  await allowUpdates()
  const allowed = performance.now()
  for (const name of names) await cluster.weightsBecome(name, { [name]: 0, [`${name}-b`]: 1 }, 60_000)
  const healing = ((performance.now() - allowed) / 1000).toFixed(1)
  const tried = (await operator.metrics()).sum(patches) - before.sum(patches)
  console.log(
    `refused: all healed ${healing} s after the policy went; ${tried} patches tried for ${names.length}`,
  )

  await eventually(async () => expect(await failovers()).toHaveLength(names.length))
  await operator.stop()
  const told = (await failovers()).map(({ regarding, series }) => [regarding?.name, series?.count ?? 1])
  expect(told.sort()).toEqual(names.map((name) => [name, 1]).sort())
})
