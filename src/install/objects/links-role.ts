import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import type { IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import { clusterMetadata, type Input, name } from '../manifest.ts'
import { linkRules } from '../rules.ts'

/** Its own name, since the Role for the Lease may be in the same namespace. */
const roleName = `${name}-links`

const metadata = (input: Input) => ({
  ...clusterMetadata(input),
  name: roleName,
  namespace: input.values.linkerdNamespace,
})

export const linksRole = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: metadata(input),
    rules: [...linkRules(input.values.multicluster.clusters)],
  }) satisfies IRole

export const linksRoleBinding = (input: Input) =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(input),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: roleName },
    subjects: [{ kind: 'ServiceAccount', name, namespace: input.context.namespace }],
  }) satisfies IRoleBinding
