import type { IService } from 'kubernetes-models/v1/Service'
import { type Input, type Manifest, namespacedMetadata, selectorLabels } from '../manifest.ts'
import type { Values } from '../values.ts'
import { ruleGroups } from './alert-rules.ts'
import { adminPort } from './container.ts'

/**
 * For a ServiceMonitor, which finds Pods through a Service. It is headless: only the ServiceMonitor uses
 * it.
 */
export const service = (input: Input) =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: namespacedMetadata(input),
    spec: {
      clusterIP: 'None',
      selector: selectorLabels,
      ports: [
        {
          name: adminPort.name,
          port: adminPort.containerPort,
          targetPort: adminPort.name,
          protocol: adminPort.protocol,
        },
      ],
    },
  }) satisfies IService

/** As much of the Prometheus operator's kinds as is needed here; it has no types of its own. */
interface Monitoring extends Manifest {
  readonly spec: Readonly<Record<string, unknown>>
}

/** The Prometheus operator's word for "scrape these Pods". */
export const podMonitor = (input: Input): Monitoring => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata: monitorMetadata(input, input.values.podMonitor),
  spec: { selector, podMetricsEndpoints: [scrape(input.values.podMonitor)] },
})

/** The Prometheus operator's word for "scrape the Pods behind these Services". */
export const serviceMonitor = (input: Input): Monitoring => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: monitorMetadata(input, input.values.serviceMonitor),
  spec: { selector, endpoints: [scrape(input.values.serviceMonitor)] },
})

/** The Prometheus operator's word for "alert on this". */
export const prometheusRule = (input: Input): Monitoring => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: monitorMetadata(input, input.values.prometheusRule),
  spec: { groups: ruleGroups(input.values.prometheusRule.runbooks) },
})

const selector = { matchLabels: selectorLabels }

type Monitor = Values['podMonitor']

const scrape = ({ interval }: Monitor) => ({ port: adminPort.name, path: '/metrics', interval })

function monitorMetadata(input: Input, monitor: Pick<Monitor, 'labels'>) {
  const metadata = namespacedMetadata(input)
  return { ...metadata, labels: { ...monitor.labels, ...metadata.labels } }
}
