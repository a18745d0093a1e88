import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import type { IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import { type Input, name, namespacedMetadata } from '../manifest.ts'
import { leaseRules } from '../rules.ts'

export const leaseRole = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: namespacedMetadata(input),
    rules: [...leaseRules],
  }) satisfies IRole

export const leaseRoleBinding = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: namespacedMetadata(input),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: input.context.namespace }],
  }) satisfies IRoleBinding
