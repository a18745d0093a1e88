import { extensionLabel, extensionName, programName } from '../base/names.ts'
import type { Values } from './values.ts'

/** The default values; the same as in the chart's `values.yaml`, which explains them. */
export const defaultValues: Values = {
  linkerdNamespace: 'linkerd',
  logLevel: 'linkerd=info,warn',
  logFormat: 'plain',
  selector: '',
  image: {
    registry: 'registry.example.com',
    name: programName,
    tag: '',
    digest: '',
    pullPolicy: 'IfNotPresent',
  },
  imagePullSecrets: [],
  replicas: 1,
  leaderElection: { enabled: true, hedgeAfterMs: 500 },
  resources: {
    requests: { cpu: '50m', memory: '128Mi', 'ephemeral-storage': '64Mi' },
    limits: { cpu: '2', memory: '256Mi', 'ephemeral-storage': '256Mi' },
  },
  nodeSelector: {},
  tolerations: [],
  affinity: {},
  topologySpreadConstraints: [],
  priorityClassName: '',
  commonLabels: {},
  commonAnnotations: {},
  podLabels: {},
  podAnnotations: {},
  podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
  networkPolicy: { enabled: true, ingressFrom: [], egress: [{}] },
  notifications: { receivers: [], secretName: '' },
  podMonitor: { enabled: false, interval: '30s', labels: {} },
  serviceMonitor: { enabled: false, interval: '30s', labels: {} },
  prometheusRule: {
    enabled: false,
    runbooks: 'https://docs.example.com/linkerd-failover/metrics.md',
    labels: {},
  },
  grafanaDashboard: { enabled: false, labels: { grafana_dashboard: '1' } },
  multicluster: {
    clusters: [],
    gatewayProbe: { enabled: false, periodMs: 500, timeoutMs: 400, failures: 2, successes: 3 },
  },
  smi: { serviceProfiles: false, clusterDomain: 'cluster.local' },
  policies: { enabled: false },
  admissionPolicy: { enabled: false },
  namespaceMetadata: {
    enabled: true,
    image: {
      registry: 'cr.l5d.io/linkerd',
      name: 'extension-init',
      tag: 'v0.1.0',
      digest: '',
      pullPolicy: 'IfNotPresent',
    },
    resources: {
      requests: { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
      limits: { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
    },
    nodeSelector: {},
    tolerations: [],
    affinity: {},
  },
}

const selector = { matchLabels: { [extensionLabel]: extensionName } }

/** The values of `--ha`; the same as in the chart's `values-ha.yaml`. */
export const haValues = {
  replicas: 2,
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: selector,
      matchLabelKeys: ['pod-template-hash'],
    },
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: selector,
      matchLabelKeys: ['pod-template-hash'],
    },
  ],
} as const
