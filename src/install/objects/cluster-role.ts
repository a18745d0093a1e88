import type { IClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import type { IClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding'
import { clusterMetadata, type Input, name } from '../manifest.ts'
import { clusterRules, policyRules, profileRules } from '../rules.ts'

export const clusterRole = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: clusterMetadata(input),
    rules: [
      ...clusterRules,
      ...(input.values.smi.serviceProfiles ? profileRules : []),
      ...(input.values.policies.enabled ? policyRules : []),
    ],
  }) satisfies IClusterRole

export const clusterRoleBinding = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: clusterMetadata(input),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: input.context.namespace }],
  }) satisfies IClusterRoleBinding
