import { massEventType } from '../../policies/fresh-conditions.ts'
import { objectKey } from '../../policies/object.ts'
import { writtenPolicyStatus } from '../../policies/policy-status.ts'
import type { PoliciesRead } from './read-policies.ts'

/** That the policy of the Mesh holds a mass event, as its status says, in a sentence; `undefined` if it does not. */
export function massEventText({ index: { ofMesh } }: Pick<PoliciesRead, 'index'>): string | undefined {
  const conditions = ofMesh ? writtenPolicyStatus(ofMesh)?.conditions : undefined
  const held = conditions?.find(({ type, status }) => type === massEventType && status === 'True')
  return ofMesh && held && `FailoverPolicy ${objectKey(ofMesh)} holds a mass event: ${held.message}`
}
