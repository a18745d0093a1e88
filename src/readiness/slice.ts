import { intern } from '../base/intern.ts'
import { child, field, list, text } from '../base/json.ts'
import { mirroredServiceLabel } from '../base/names.ts'
import type { ServiceKey } from '../core/types.ts'
import { readPorts } from './port.ts'
import { type Endpoints, marksOf } from './reach.ts'

/** The address types that Linkerd reads. */
export const families = ['IPv4', 'IPv6'] as const
export type Family = (typeof families)[number]

/** What is kept of an EndpointSlice: a few words instead of its endpoints. */
export interface Slice extends Endpoints {
  readonly service: ServiceKey
  /**
   * What its addresses are. `none`: nothing is read from them, because Linkerd does not read their type, or
   * because they repeat a mirrored service's Endpoints, and late, since kube-controller-manager limits its
   * own rate.
   */
  readonly family: Family | 'none'
  /** When the Pods changed (epoch ms), if the slice has it. */
  readonly changedAt: number | undefined
}

/** On a slice: the Service that it is about. */
export const serviceNameLabel = 'kubernetes.io/service-name'
const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
/** Kubernetes' own: it puts a Pod into one slice only, of those with the same ports and family. */
const sliceController = 'endpointslice-controller.k8s.io'
const mirroringController = 'endpointslicemirroring-controller.k8s.io'
const changedAtAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'

/** The Service that an EndpointSlice belongs to; total. */
export function serviceOfSlice(object: unknown): ServiceKey {
  const metadata = child(object, 'metadata')
  return intern(`${text(metadata, 'namespace')}/${text(child(metadata, 'labels'), serviceNameLabel)}`)
}

/** Projects an EndpointSlice; total: parts that are missing or of another type count as absent. */
export function projectSlice(object: unknown): Slice {
  const metadata = child(object, 'metadata')
  const labels = child(metadata, 'labels')
  const endpoints = list(object, 'endpoints').filter((endpoint) => !isTerminating(endpoint))
  const ready = endpoints.filter(isReady)
  const triggered = Date.parse(text(child(metadata, 'annotations'), changedAtAnnotation))
  return {
    service: serviceOfSlice(object),
    ports: readPorts(list(object, 'ports')),
    ready: ready.length,
    total: endpoints.length,
    marks:
      text(labels, managedByLabel) === sliceController
        ? undefined
        : marksOf([...ready, ...endpoints.filter((one) => !isReady(one))], podOf),
    family: isEcho(labels) ? 'none' : familyOf(text(object, 'addressType')),
    changedAt: Number.isNaN(triggered) ? undefined : triggered,
  }
}

const isEcho = (labels: unknown): boolean =>
  text(labels, managedByLabel) === mirroringController && text(labels, mirroredServiceLabel) === 'true'

const familyOf = (addressType: string): Family | 'none' =>
  families.find((family) => family === addressType) ?? 'none'

/** The Pod behind an endpoint, or its address if it names none. */
const podOf = (endpoint: unknown): string =>
  text(child(endpoint, 'targetRef'), 'uid') || String(list(endpoint, 'addresses')[0])

/** Linkerd drops an endpoint as soon as its Pod goes, and the Pod does not come back. */
const isTerminating = (endpoint: unknown): boolean =>
  field(field(endpoint, 'conditions'), 'terminating') === true

/**
 * `ready` absent or null counts as ready (EndpointSlice API: unknown is to be taken for ready). `serving` is
 * false of a ready endpoint only if its Service publishes Pods that are not ready; these count as what they
 * are.
 */
function isReady(endpoint: unknown): boolean {
  const conditions = child(endpoint, 'conditions')
  return conditions.ready !== false && conditions.serving !== false
}
