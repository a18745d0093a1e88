import { expect, it } from 'vitest'
import type { Api } from '../control-plane/api.ts'
import { eventually } from '../e2e/eventually.ts'
import { at, splits } from '../e2e/objects.ts'
import { routes, useStage } from './stage.ts'

const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'
const name = 'no-trafficsplit-updates'
const stage = useStage()

/** Has every update of a TrafficSplit refused; resolves when the server really refuses. */
async function refuseUpdates(api: Api): Promise<void> {
  const resource = { apiGroups: ['split.smi-spec.io'], apiVersions: ['*'], resources: ['trafficsplits'] }
  await api.create(policies, {
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: [{ ...resource, operations: ['UPDATE'] }] },
      validations: [{ expression: 'false', message: 'refused by the test' }],
    },
  })
  await api.create(bindings, { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } })
  const dryRun = `${at(splits, 'trafficsplits', routes[0])}?dryRun=All`
  await eventually(async () => {
    const answer = api.patch(dryRun, { spec: { service: 'probe' } })
    await expect(answer).rejects.toThrow('refused by the test')
  })
}

it('an admission policy refuses every patch: each is tried again, and no failover is claimed before', async () => {
  const { controlPlane, cluster } = stage()
  const { api } = controlPlane
  await refuseUpdates(api)
  await stage().primaries(0)
  await eventually(async () => {
    const told = (await cluster.events({ reason: 'WriteRefused' })).map(({ regarding }) => regarding?.name)
    expect(told.sort()).toEqual([...routes].sort())
  }, 60_000)
  await stage().felt('invalid', 5 * routes.length - 1)
  const refusals = stage()
    .operator.output()
    .match(/could not write the weights of .*, will retry: .*ValidatingAdmissionPolicy '.*' denied request/g)
  expect(refusals, 'a Warning for each route, not for each try').toHaveLength(routes.length)
  for (const weights of (await cluster.allWeights()).values()) expect(Object.values(weights)).toEqual([1, 0])
  await api.remove(`${bindings}/${name}`)
  await api.remove(`${policies}/${name}`)
  await stage().allRight(60, 'patches refused by an admission policy')
  await stage().nothingIsLeft()
})
