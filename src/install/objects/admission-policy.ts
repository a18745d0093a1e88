import type { IValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'
import type { IValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding'
import { clusterMetadata, type Input, name } from '../manifest.ts'
import { profileResourceRules, profileValidations, profileVariables } from '../profile-weights-only.ts'
import { resourceRules, validations, variables } from '../weights-only.ts'

/** Writes of other accounts are not looked at. */
const matchConditions = ({ context: { namespace } }: Input) => [
  {
    name: 'is-the-operator',
    expression: `request.userInfo.username == "system:serviceaccount:${namespace}:${name}"`,
  },
]

/** Lets the operator's account change only the weights of routes. It does not apply to other accounts. */
export const admissionPolicy = (input: Input) =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: clusterMetadata(input),
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules },
      matchConditions: matchConditions(input),
      variables,
      validations,
    },
  }) satisfies IValidatingAdmissionPolicy

export const admissionPolicyBinding = (input: Input) =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: clusterMetadata(input),
    spec: { policyName: name, validationActions: ['Deny'] },
  }) satisfies IValidatingAdmissionPolicyBinding

const profilePolicyName = `${name}-profiles`

/** Lets it change only the weights of ServiceProfiles, and create one, or a list, where there is none. */
export const profileAdmissionPolicy = (input: Input) =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { ...clusterMetadata(input), name: profilePolicyName },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: profileResourceRules },
      matchConditions: matchConditions(input),
      variables: profileVariables,
      validations: profileValidations,
    },
  }) satisfies IValidatingAdmissionPolicy

export const profileAdmissionPolicyBinding = (input: Input) =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { ...clusterMetadata(input), name: profilePolicyName },
    spec: { policyName: profilePolicyName, validationActions: ['Deny'] },
  }) satisfies IValidatingAdmissionPolicyBinding
