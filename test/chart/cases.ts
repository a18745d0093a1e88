import type { RawValues } from '../../src/install/coalesce.ts'
import { haValues } from '../../src/install/defaults.ts'

/** Values files, each with what it is about; together they turn every switch of the chart. */
export const cases: Readonly<Record<string, RawValues>> = {
  'the defaults': {},
  'high availability': haValues,
  'all that the original had': {
    linkerdNamespace: 'mesh',
    logLevel: 'debug',
    logFormat: 'json',
    image: { registry: 'registry.test/mirror', name: 'failover', tag: '0.1.3' },
    imagePullSecrets: [{ name: 'registry-login' }],
    selector: 'team in (shop,pay),failover.linkerd.io/controlled-by',
    namespaceMetadata: {
      image: { registry: 'registry.test/mirror', name: 'init', tag: 'v9', pullPolicy: 'Always' },
    },
  },
  'null as the original had it, and to take away a limit': {
    selector: null,
    image: { tag: null },
    resources: { limits: { cpu: null }, requests: null },
    priorityClassName: null,
  },
  'everything switched on': {
    replicas: 3,
    image: { registry: '', digest: `sha256:${'0123456789abcdef'.repeat(4)}`, pullPolicy: 'Always' },
    prometheusRule: { enabled: true, runbooks: 'https://runbooks.example/', labels: { prometheus: 'main' } },
    grafanaDashboard: { enabled: true },
    podMonitor: { enabled: true, interval: '1m30s', labels: { prometheus: 'main' } },
    serviceMonitor: { enabled: true, labels: { prometheus: 'main' } },
    admissionPolicy: { enabled: true },
    networkPolicy: {
      ingressFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      egress: [{ ports: [{ port: 6443, protocol: 'TCP' }] }, { ports: [{ port: 53, protocol: 'UDP' }] }],
    },
    podDisruptionBudget: { maxUnavailable: '50%' },
    imagePullSecrets: [{ name: 'one' }, { name: 'two' }],
  },
  'everything switched off': {
    leaderElection: { enabled: false },
    networkPolicy: { enabled: false },
    podDisruptionBudget: { enabled: false },
  },
  'the hook, on nodes of its own and with a pinned image': {
    namespaceMetadata: {
      image: { digest: `sha256:${'0123456789abcdef'.repeat(4)}` },
      resources: {
        requests: { cpu: '10m', memory: '32Mi' },
        limits: { memory: '32Mi', cpu: null, 'ephemeral-storage': null },
      },
      nodeSelector: { 'kubernetes.io/arch': 'amd64' },
      tolerations: [{ key: 'infra', operator: 'Exists' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['system'] }] }],
          },
        },
      },
    },
  },
  'several replicas without a budget': { replicas: 2, podDisruptionBudget: { enabled: false } },
  'none at all': { replicas: 0 },
  'placed by hand': {
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'infra', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { 'linkerd.io/extension': 'failover' } },
          },
        ],
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 2, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
    ],
    priorityClassName: 'system-cluster-critical',
    resources: { limits: { memory: '1Gi', cpu: 4 } },
  },
  'labels and annotations, some of which try to hide ours': {
    commonLabels: { team: 'mesh', 'app.kubernetes.io/name': 'hidden' },
    podLabels: { tier: 'infra', team: 'lost', 'linkerd.io/extension': 'hidden' },
    commonAnnotations: {
      'example.com/owner': 'mesh team: "on call"',
      'helm.sh/hook': 'pre-install',
      'helm.sh/hook-weight': '7',
      'config.linkerd.io/proxy-await': 'disabled',
      'kube-score/ignore': 'everything',
      'checksum/notifications': 'hidden',
    },
    podAnnotations: {
      'linkerd.io/inject': 'disabled',
      'example.com/number': '5',
      'checksum/notifications': 'hidden',
    },
    notifications: { receivers: [{ name: 'on-call', url: 'https://hooks.example.com' }] },
    serviceMonitor: { enabled: true, labels: { 'app.kubernetes.io/name': 'hidden', release: 'prometheus' } },
    podMonitor: { enabled: true },
    admissionPolicy: { enabled: true },
    replicas: 2,
  },
  'a tag that is too long for a label': { image: { tag: `v1.2.3-${'x'.repeat(54)}--${'y'.repeat(20)}` } },
  'notifications, with secrets in files': {
    notifications: {
      receivers: [
        { name: 'on-call', url: 'https://hooks.example.com/?a=1&b=<2>', namespaces: ['shop', 'pay'] },
        { name: 'chat', format: 'slack', urlFile: '/etc/linkerd-failover/notifications/slack-url' },
      ],
      secretName: 'failover-notifications',
    },
  },
  'notifications without a secret': {
    notifications: {
      receivers: [
        { name: 'on-call', url: 'https://hooks.example.com', template: '{{headline}}\n"{{routes}}"' },
      ],
    },
  },
  'linked clusters': { linkerdNamespace: 'mesh', multicluster: { clusters: ['east', 'west.example.com'] } },
  'ServiceProfiles, fenced': {
    smi: { serviceProfiles: true, clusterDomain: 'mesh.example' },
    admissionPolicy: { enabled: true },
  },
  'ServiceProfiles, without a fence': { smi: { serviceProfiles: true } },
  'gateways probed': {
    multicluster: {
      gatewayProbe: { enabled: true, periodMs: 60_000, timeoutMs: 1_000, failures: 3, successes: 1 },
    },
  },
  'with Drains': { policies: { enabled: true }, commonAnnotations: { 'helm.sh/resource-policy': 'hidden' } },
  'a part of another chart': { global: { imageRegistry: 'ignored' }, enabled: true },
}
