import type { IClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import { drainNames } from '../../policies/drain.ts'
import { policyNames } from '../../policies/failover-policy.ts'
import { clusterMetadata, type Input, name } from '../manifest.ts'

/** Whoever may edit a namespace may set policies and drain for its routes, whoever may view it sees both. */
const aggregated = (to: 'edit' | 'view', verbs: readonly string[]) => (input: Input) => {
  const metadata = clusterMetadata(input)
  const role = `rbac.authorization.k8s.io/aggregate-to-${to}`
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { ...metadata, name: `${name}-policies-${to}`, labels: { ...metadata.labels, [role]: 'true' } },
    rules: [
      {
        apiGroups: [policyNames.group],
        resources: [drainNames.plural, policyNames.plural],
        verbs: [...verbs],
      },
    ],
  } satisfies IClusterRole
}

export const policyEditRole = aggregated('edit', [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
])
export const policyViewRole = aggregated('view', ['get', 'list', 'watch'])
