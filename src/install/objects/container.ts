import type { IContainer } from 'kubernetes-models/v1/Container'
import { controlledByLabel } from '../../base/names.ts'
import { type Input, name } from '../manifest.ts'
import { imageReference } from './image.ts'
import { notificationsFlags, notificationsMounts } from './notifications.ts'
import { resourcesOf } from './pod-values.ts'
import { containerSecurity } from './security.ts'

export const adminPort = { name: 'admin-http', containerPort: 8080, protocol: 'TCP' } as const

/** The operator's container: its flags, its probes, and what it may use. */
export const container = (input: Input): IContainer => {
  const { image, resources } = input.values
  return {
    name,
    image: imageReference({ ...image, tag: image.tag || input.context.version }),
    imagePullPolicy: image.pullPolicy,
    args: flags(input),
    ports: [adminPort],
    livenessProbe: { httpGet: { path: '/live', port: adminPort.name }, ...probe, initialDelaySeconds: 10 },
    readinessProbe: { httpGet: { path: '/ready', port: adminPort.name }, ...probe },
    resources: resourcesOf(resources),
    securityContext: containerSecurity,
    ...notificationsMounts(input),
  }
}

const probe = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 }

const flags = (input: Input): string[] => {
  const { values, context } = input
  return [
    `--log-level=${values.logLevel}`,
    `--log-format=${values.logFormat}`,
    `--selector=${values.selector || `${controlledByLabel}=${context.release}`}`,
    ...electionFlags(input),
    ...linkFlags(input),
    ...(values.smi.serviceProfiles
      ? ['--write-service-profiles', `--cluster-domain=${values.smi.clusterDomain}`]
      : []),
    ...(values.policies.enabled ? [`--policies=${context.namespace}`] : []),
    ...probeFlags(input),
    ...notificationsFlags(input),
  ]
}

const electionFlags = ({ values: { leaderElection } }: Input): string[] =>
  leaderElection.enabled ? ['--leader-elect', `--hedge-after=${leaderElection.hedgeAfterMs}`] : []

const linkFlags = ({ values: { multicluster, linkerdNamespace } }: Input): string[] =>
  multicluster.clusters.length === 0
    ? []
    : [`--linked-clusters=${multicluster.clusters.join()}`, `--linkerd-namespace=${linkerdNamespace}`]

const probeFlags = ({ values }: Input): string[] => {
  const { enabled, periodMs, timeoutMs, failures, successes } = values.multicluster.gatewayProbe
  return enabled
    ? [
        '--gateway-probe',
        `--gateway-probe-period=${periodMs}`,
        `--gateway-probe-timeout=${timeoutMs}`,
        `--gateway-probe-failures=${failures}`,
        `--gateway-probe-successes=${successes}`,
      ]
    : []
}
