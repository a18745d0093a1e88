/**
 * The objects of the demo, as plain values: what a user would write as YAML, after the original README's
 * example.
 */

export const namespace = 'default'
/** Drains of this namespace are for all routes. */
export const operatorNamespace = 'linkerd-failover'
export const routeName = 'sample-svc'
export const primary = 'sample-svc'
export const secondaries = ['sample-svc-central1', 'sample-svc-east1', 'sample-svc-east2', 'sample-svc-asia1']
export const backends = [primary, ...secondaries]

/** What the split says before anything happens, and what must stand there again at the end. */
export const declaredWeights: Readonly<Record<string, number>> = Object.fromEntries(
  backends.map((name) => [name, name === primary ? 1 : 0]),
)

/** Pods of each Deployment at the start. Two regions have none: a secondary may be down as well. */
export const initialReplicas: Readonly<Record<string, number>> = {
  'sample-svc': 2,
  'sample-svc-central1': 2,
  'sample-svc-east1': 2,
  'sample-svc-east2': 0,
  'sample-svc-asia1': 0,
}

/** Where things are created, watched and scaled. */
export const paths = {
  services: `/api/v1/namespaces/${namespace}/services`,
  deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  slices: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  splits: `/apis/split.smi-spec.io/v1alpha2/namespaces/${namespace}/trafficsplits`,
  httpRoutes: `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`,
  drains: `/apis/failover.linkerd.io/v1alpha1/namespaces/${operatorNamespace}/drains`,
  namespaces: '/api/v1/namespaces',
  definitions: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
}

const port = 8080
const labels = (name: string) => ({ app: name })

/** A Service that selects the Pods of the Deployment with its name; of another cluster, if one is named. */
export const service = (name: string, cluster?: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name,
    namespace,
    labels: { ...labels(name), ...(cluster ? { 'mirror.linkerd.io/cluster-name': cluster } : {}) },
  },
  spec: { selector: labels(name), ports: [{ name: 'http', port, targetPort: port }] },
})

export const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, labels: labels(name) },
  spec: {
    replicas,
    selector: { matchLabels: labels(name) },
    template: {
      metadata: { labels: labels(name) },
      spec: {
        containers: [
          {
            name: 'app',
            image: 'example.invalid/sample-svc:1',
            ports: [{ name: 'http', containerPort: port }],
          },
        ],
      },
    },
  },
})

/** Of either route: the label hands it over to the operator, the annotation names the primary. */
const routeMetadata = {
  name: routeName,
  namespace,
  labels: { 'failover.linkerd.io/controlled-by': 'linkerd-failover' },
  annotations: { 'failover.linkerd.io/primary-service': primary },
}

export const trafficSplit = () => ({
  apiVersion: 'split.smi-spec.io/v1alpha2',
  kind: 'TrafficSplit',
  metadata: routeMetadata,
  spec: {
    service: primary,
    backends: backends.map((name) => ({ service: name, weight: declaredWeights[name] ?? 0 })),
  },
})

/** The same as a route of the Gateway API, with the Service that clients call as its parent. */
export const httpRoute = () => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: routeMetadata,
  spec: {
    parentRefs: [{ group: 'core', kind: 'Service', name: primary, port }],
    rules: [{ backendRefs: backends.map((name) => ({ name, port, weight: declaredWeights[name] ?? 0 })) }],
  },
})

export const operatorsNamespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: operatorNamespace },
}

/** Takes a whole cluster out for an hour from `now` (epoch ms) on. */
export const drain = (cluster: string, now: number) => ({
  apiVersion: 'failover.linkerd.io/v1alpha1',
  kind: 'Drain',
  metadata: { name: drainName, namespace: operatorNamespace },
  spec: {
    from: [{ cluster }],
    until: new Date(now + 3_600_000).toISOString(),
    reason: 'the demo upgrades its nodes',
  },
})

export const drainName = 'upgrade'
