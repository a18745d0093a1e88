import { child, list, text } from '../base/json.ts'
import type { ServiceKey } from '../core/types.ts'

/** The address types of EndpointSlices, those that are neither in one. */
export const families = ['IPv4', 'IPv6', 'other'] as const
export type Family = (typeof families)[number]

/** What is kept of an EndpointSlice: a few words instead of its endpoints. */
export interface Slice {
  readonly service: ServiceKey
  readonly ready: number
  readonly total: number
  /**
   * What its addresses are; or `echo`: it repeats a mirrored service's Endpoints, late, since kube-controller-manager
   * limits its own rate.
   */
  readonly family: Family | 'echo'
  /** When the pods changed (epoch ms), where the slice tells. */
  readonly changedAt: number | undefined
}

/** The ports of a Service; total. */
export const projectPorts = (object: unknown): readonly number[] =>
  list(child(object, 'spec'), 'ports').flatMap((item) => {
    const { port } = child({ item }, 'item')
    return typeof port === 'number' ? [port] : []
  })

/** The Service that a ServiceProfile (`web.shop.svc.cluster.local`) takes over, if it routes or splits at all. */
export function projectProfile(object: unknown): ServiceKey | undefined {
  const spec = child(object, 'spec')
  const isEmpty = list(spec, 'routes').length === 0 && list(spec, 'dstOverrides').length === 0
  const [name, namespace, svc] = text(child(object, 'metadata'), 'name').split('.')
  return isEmpty || svc !== 'svc' ? undefined : `${namespace}/${name}`
}

/** Counts of one Endpoints object. */
export interface EndpointCounts {
  readonly ready: number
  readonly total: number
}

/** What is kept of a mirrored Service. */
export interface Mirror {
  /**
   * Its endpoints are in other clusters only (remote discovery, federated): no object of this cluster tells its
   * readiness, so it is `unknown`.
   */
  readonly remote: boolean
  /** The one cluster that it comes from; a federated Service has several. */
  readonly cluster: string | undefined
}

export const mirroredServiceLabel = 'mirror.linkerd.io/mirrored-service'
const clusterNameLabel = 'mirror.linkerd.io/cluster-name'
const serviceNameLabel = 'kubernetes.io/service-name'
const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
const mirroringController = 'endpointslicemirroring-controller.k8s.io'
const changedAtAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'
const remoteDiscovery = 'multicluster.linkerd.io/remote-discovery'
const localDiscovery = 'multicluster.linkerd.io/local-discovery'

/** Projects an EndpointSlice; total: parts that are missing or of another type count as absent. */
export function projectSlice(object: unknown): Slice {
  const metadata = child(object, 'metadata')
  const labels = child(metadata, 'labels')
  const endpoints = list(object, 'endpoints')
  const triggered = Date.parse(text(child(metadata, 'annotations'), changedAtAnnotation))
  return {
    service: `${text(metadata, 'namespace')}/${text(labels, serviceNameLabel)}`,
    ready: endpoints.filter(isReady).length,
    total: endpoints.length,
    family: isEcho(labels) ? 'echo' : familyOf(text(object, 'addressType')),
    changedAt: Number.isNaN(triggered) ? undefined : triggered,
  }
}

const isEcho = (labels: unknown): boolean =>
  text(labels, managedByLabel) === mirroringController && text(labels, mirroredServiceLabel) === 'true'

const familyOf = (addressType: string): Family => families.find((family) => family === addressType) ?? 'other'

/** `conditions.ready` absent or null counts as ready (EndpointSlice API: unknown is to be taken for ready). */
function isReady(endpoint: unknown): boolean {
  return child(endpoint, 'conditions').ready !== false
}

/** Projects an Endpoints object into its counts; total as `projectSlice` is. */
export function projectEndpoints(object: unknown): EndpointCounts {
  let ready = 0
  let notReady = 0
  for (const subset of list(object, 'subsets')) {
    ready += list(subset, 'addresses').length
    notReady += list(subset, 'notReadyAddresses').length
  }
  return { ready, total: ready + notReady }
}

/** Projects a mirrored Service. Source: Linkerd's multicluster labels and annotations; total as the others. */
export function projectMirror(service: unknown): Mirror {
  const metadata = child(service, 'metadata')
  const labels = child(metadata, 'labels')
  const annotations = child(metadata, 'annotations')
  return {
    remote: remoteDiscovery in labels || remoteDiscovery in annotations || localDiscovery in annotations,
    cluster: text(labels, clusterNameLabel) || text(labels, remoteDiscovery) || undefined,
  }
}
