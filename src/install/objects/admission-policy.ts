import type { IValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy'
import type { IValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding'
import { clusterMetadata, type Input, name } from '../manifest.ts'
import { resourceRules, validations, variables } from '../weights-only.ts'

/** Lets the operator's account change only the weights of routes. It does not apply to other accounts. */
export const admissionPolicy = (input: Input) =>
  ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: clusterMetadata(input),
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules },
      matchConditions: [
        {
          name: 'is-the-operator',
          expression: `request.userInfo.username == "system:serviceaccount:${input.context.namespace}:${name}"`,
        },
      ],
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
