import type { Body } from '../control-plane/api.ts'

export const controlledBy = 'failover.linkerd.io/controlled-by'
export const controlled = { [controlledBy]: 'linkerd-failover' }

/** The path of a collection in a namespace, which is `default` for most tests, or of one object in it. */
export function at(groupVersion: string, plural: string, name?: string, namespace = 'default'): string {
  const root = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`
  const collection = `${root}/namespaces/${namespace}/${plural}`
  return name === undefined ? collection : `${collection}/${name}`
}
export const slices = 'discovery.k8s.io/v1'
export const splits = 'split.smi-spec.io/v1alpha2'
export const oldSplits = 'split.smi-spec.io/v1alpha1'

/** An address of the pods' range; the same number gives the same one. */
const address = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`

/** Endpoints of a slice: the first `ready` of `total` are ready. */
export const endpoints = (ready: number, total: number): readonly Body[] =>
  Array.from({ length: total }, (_, i) => ({ addresses: [address(i + 1)], conditions: { ready: i < ready } }))

/**
 * A Service whose slices are written by hand; with the port of `slice`, unless `spec` has others. Without an address of
 * its own, of which there are not enough for all, and which the API server repairs with Events after a restart.
 */
export const handMade = (service: string, spec: object = {}): Body => ({
  metadata: { name: service },
  spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
})

const mirroredPorts = [{ name: 'http', port: 80, protocol: 'TCP' }]

/**
 * A Service without a selector and its Endpoints, as Linkerd's service mirror writes them; its gateway is the only
 * address.
 */
export const mirrored = (name: string, cluster: string): { service: Body; endpoints: Body } => {
  const labels = { 'mirror.linkerd.io/mirrored-service': 'true', 'mirror.linkerd.io/cluster-name': cluster }
  const metadata = { name, labels }
  return {
    service: { metadata, spec: { ports: mirroredPorts } },
    endpoints: { metadata, subsets: [{ addresses: [{ ip: '192.0.2.10' }], ports: mirroredPorts }] },
  }
}

/** A Service as the service mirror makes it in remote discovery. */
export const discovered = (name: string, cluster: string) => ({
  metadata: {
    name: `${name}-${cluster}`,
    labels: {
      'mirror.linkerd.io/mirrored-service': 'true',
      'multicluster.linkerd.io/remote-discovery': cluster,
      'multicluster.linkerd.io/remote-service': name,
    },
  },
  spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
})

/** The Link to a cluster whose gateway has its probe at this port. */
export const linkTo = (name: string, gatewayAddress: string, port: number): Body => ({
  apiVersion: 'multicluster.linkerd.io/v1alpha3',
  kind: 'Link',
  metadata: { name },
  spec: {
    targetClusterName: name,
    gatewayAddress,
    probeSpec: { path: '/ready', port: String(port), period: '3s' },
  },
})

/** An EndpointSlice of the Service of this name, as the endpoint slice controller would name it. */
export const slice = (service: string, ready: number, total: number) => ({
  metadata: { name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  endpoints: endpoints(ready, total),
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
})

export type Weights = Readonly<Record<string, number | string>>

export interface SplitOptions {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly version?: typeof splits | typeof oldSplits
  /** The Service that clients call; the one of the split's name unless told otherwise. */
  readonly apex?: string
}

/** A TrafficSplit with these backends, in this order, labelled as the operator's own unless told otherwise. */
export const split = (name: string, weights: Weights, options: SplitOptions = {}): Body => ({
  apiVersion: options.version ?? splits,
  kind: 'TrafficSplit',
  metadata: { name, labels: options.labels ?? controlled, annotations: options.annotations ?? {} },
  spec: {
    service: options.apex ?? name,
    backends: Object.entries(weights).map(([service, weight]) => ({ service, weight })),
  },
})
