import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { ITopologySpreadConstraint } from 'kubernetes-models/v1/TopologySpreadConstraint'
import { annotations, type Input, labels, name, namespacedMetadata, selectorLabels } from '../manifest.ts'
import { container } from './container.ts'
import { notificationsChecksum, notificationsVolumes } from './notifications.ts'
import { placementOf } from './pod-values.ts'
import { podSecurity, scoreAnnotations } from './security.ts'

const awaitProxy = { 'config.linkerd.io/proxy-await': 'enabled' }

export const deployment = (input: Input) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...namespacedMetadata(input),
      ...annotations(input, { ...awaitProxy, ...scoreAnnotations }),
    },
    spec: {
      replicas: input.values.replicas,
      selector: { matchLabels: selectorLabels },
      // A new Pod is ready before an old one goes; a standby is ready as soon as it sees the cluster.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: podMetadata(input), spec: podSpec(input) },
    },
  }) satisfies IDeployment

const podMetadata = (input: Input) => ({
  labels: { ...input.values.podLabels, ...labels(input) },
  annotations: {
    ...awaitProxy,
    'linkerd.io/inject': 'enabled',
    ...input.values.commonAnnotations,
    ...input.values.podAnnotations,
    ...notificationsChecksum(input),
  },
})

function podSpec(input: Input): IPodSpec {
  const { priorityClassName } = input.values
  const spread = spreadConstraints(input)
  return {
    serviceAccountName: name,
    automountServiceAccountToken: true,
    securityContext: podSecurity,
    containers: [container(input)],
    ...notificationsVolumes(input),
    ...(priorityClassName ? { priorityClassName } : {}),
    ...placementOf(input.values),
    ...(spread.length > 0 ? { topologySpreadConstraints: spread } : {}),
  }
}

/** The user's own constraints; without any, several replicas are spread over nodes and zones if possible. */
function spreadConstraints({ values }: Input): ITopologySpreadConstraint[] {
  const { topologySpreadConstraints, replicas } = values
  if (topologySpreadConstraints.length > 0 || replicas < 2) return topologySpreadConstraints
  return ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels },
    matchLabelKeys: ['pod-template-hash'],
  }))
}
