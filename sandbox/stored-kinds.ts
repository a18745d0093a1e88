import { defineKind, type Kind } from './kinds.ts'
import type { KubeObject } from './object.ts'

const rbac = 'rbac.authorization.k8s.io/v1'
const admission = 'admissionregistration.k8s.io/v1'
const whole = { namespaced: false }

/**
 * Kinds that an installation brings and that the sandbox accepts and stores, so that one can rehearse it: no rights
 * are checked, no traffic is cut, no write is judged because of them.
 */
export const storedKinds: Kind[] = [
  defineKind('Role', rbac),
  defineKind('RoleBinding', rbac),
  defineKind('ClusterRole', rbac, whole),
  defineKind('ClusterRoleBinding', rbac, whole),
  defineKind('NetworkPolicy', 'networking.k8s.io/v1', {
    plural: 'networkpolicies',
    shortNames: ['netpol'],
    generation: true,
  }),
  defineKind('PodDisruptionBudget', 'policy/v1', {
    shortNames: ['pdb'],
    generation: true,
    subresources: ['status'],
  }),
  defineKind('ValidatingAdmissionPolicy', admission, {
    ...whole,
    plural: 'validatingadmissionpolicies',
    generation: true,
    subresources: ['status'],
  }),
  defineKind('ValidatingAdmissionPolicyBinding', admission, { ...whole, generation: true }),
]

const monitors = [
  { kind: 'PodMonitor', plural: 'podmonitors', shortNames: ['pmon'] },
  { kind: 'PrometheusRule', plural: 'prometheusrules', shortNames: ['promrule'] },
  { kind: 'ServiceMonitor', plural: 'servicemonitors', shortNames: ['smon'] },
]

/** The kinds of the Prometheus operator that the chart can bring, without the schemas of their specs. */
export const monitoringCrds = (): KubeObject[] =>
  monitors.map(({ kind, plural, shortNames }) => {
    const group = 'monitoring.coreos.com'
    const spec = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    const schema = { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec } } }
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    }
  })
