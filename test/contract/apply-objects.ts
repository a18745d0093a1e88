import type { Applied } from './apply-steps.ts'
import { split } from './kit.ts'

export const map = (data: Record<string, string>, metadata = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
})

export const service = (ports: unknown[], selector = { app: 'web' }, metadata = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', ...metadata },
  spec: { ports, selector },
})

export const deployment = (containers: unknown[], replicas?: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a' },
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers } },
  },
})

export const route = (weights: number[], metadata = {}) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'a', ...metadata },
  spec: {
    parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }],
    rules: [{ backendRefs: weights.map((weight, i) => ({ name: `web-${i}`, port: 80, weight })) }],
  },
})

export const drain = (metadata = {}) => ({
  apiVersion: 'failover.linkerd.io/v1alpha1',
  kind: 'Drain',
  metadata: { name: 'a', ...metadata },
  spec: { from: [{ cluster: 'east' }], until: '2099-01-01T00:00:00Z', reason: 'a test' },
})

export const policy = (targets: string[], spec = {}) => ({
  apiVersion: 'failover.linkerd.io/v1alpha1',
  kind: 'FailoverPolicy',
  metadata: { name: 'a' },
  spec: { targetRefs: targets.map((name) => ({ group: '', kind: 'Service', name })), ...spec },
})

export const pod: Applied = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: {
    containers: [{ name: 'app', image: 'app:1', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
    volumes: [{ name: 'v', emptyDir: {} }],
    nodeSelector: { a: 'b' },
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
  },
}

export const endpoints: Applied = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'a' },
  subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }],
}

export const slice: Applied = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'a' },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
}

export const secret: Applied = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a' },
  data: { a: 'YQ==' },
}

export const grpcRoute: Applied = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GRPCRoute',
  metadata: { name: 'a' },
  spec: { rules: [{ backendRefs: [{ name: 'web', port: 80, weight: 1 }] }] },
}

export const app = {
  name: 'app',
  image: 'app:1',
  ports: [{ containerPort: 80 }],
  env: [{ name: 'A', value: '1' }],
}
export const side = { name: 'side', image: 'side:1' }
const metadata = { name: 'a', finalizers: ['a.example/c'] }
export const finalized = { ...split('a', [3, 0]), metadata }

export const http = { name: 'http', port: 80 }
export const dns = { name: 'dns', port: 53, protocol: 'UDP' }
export function condition(type: string, status: string) {
  return { type, status, reason: 'Test', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }
}
