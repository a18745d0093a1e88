/** How the API server addresses objects of a kind. */
export interface Kind {
  readonly kind: string
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespaced: boolean
}

const kind = (kind: string, groupVersion: string, plural: string, namespaced = true): Kind => {
  const [version = '', group = ''] = groupVersion.split('/').reverse()
  return { kind, group, version, plural, namespaced }
}

/** Every kind that an installation can bring, in an order in which they can be deleted. */
export const kinds: readonly Kind[] = [
  kind(
    'ValidatingAdmissionPolicyBinding',
    'admissionregistration.k8s.io/v1',
    'validatingadmissionpolicybindings',
    false,
  ),
  kind('ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/v1', 'validatingadmissionpolicies', false),
  kind('Deployment', 'apps/v1', 'deployments'),
  kind('Job', 'batch/v1', 'jobs'),
  kind('PodDisruptionBudget', 'policy/v1', 'poddisruptionbudgets'),
  kind('PodMonitor', 'monitoring.coreos.com/v1', 'podmonitors'),
  kind('ServiceMonitor', 'monitoring.coreos.com/v1', 'servicemonitors'),
  kind('PrometheusRule', 'monitoring.coreos.com/v1', 'prometheusrules'),
  kind('ConfigMap', 'v1', 'configmaps'),
  kind('Service', 'v1', 'services'),
  kind('NetworkPolicy', 'networking.k8s.io/v1', 'networkpolicies'),
  kind('RoleBinding', 'rbac.authorization.k8s.io/v1', 'rolebindings'),
  kind('Role', 'rbac.authorization.k8s.io/v1', 'roles'),
  kind('ClusterRoleBinding', 'rbac.authorization.k8s.io/v1', 'clusterrolebindings', false),
  kind('ClusterRole', 'rbac.authorization.k8s.io/v1', 'clusterroles', false),
  kind('ServiceAccount', 'v1', 'serviceaccounts'),
  kind('Namespace', 'v1', 'namespaces', false),
]
