import { expect, it } from 'vitest'
import { readFailoverPolicy } from '../../policies/failover-policy.ts'
import { PolicyIndex } from '../../policies/policy-index.ts'
import { policyObject, targets } from '../../policies/testing/policy-objects.ts'
import { massEventText } from './mass-event.ts'

/** The policy of the Mesh, with the condition as the operator has written it. */
function textOf(status: 'True' | 'False' | undefined): string | undefined {
  const spec = { targetRefs: [targets.mesh], limits: { stopAtPercent: 40 } }
  const condition = { type: 'MassEvent', reason: 'Held', message: 'too many' }
  const written = status && { ...condition, status, lastTransitionTime: '2026-11-25T12:00:00Z' }
  const object = {
    ...policyObject('mesh/all', spec),
    ...(written ? { status: { observedGeneration: 1, conditions: [written] } } : {}),
  }
  return massEventText({ index: new PolicyIndex([readFailoverPolicy(object)], 'mesh') })
}

it('is known from the status of the policy that holds it', () => {
  expect(textOf('True')).toBe('FailoverPolicy mesh/all holds a mass event: too many')
  expect(textOf('False')).toBeUndefined()
  expect(textOf(undefined)).toBeUndefined()
  expect(massEventText({ index: new PolicyIndex([], 'mesh') })).toBeUndefined()
})
