import { child, field, list, text } from '../base/json.ts'
import { mirroredClusterLabel, mirroredServiceLabel, remoteDiscoveryLabel } from '../base/names.ts'
import { createShare } from '../base/share.ts'
import { readHead } from '../kube/watch/watch-event.ts'
import type { Objects } from './objects.ts'
import { type Port, readPorts } from './port.ts'
import { type Discovery, type Member, readDiscovery, readOrigin } from './remote/discovery.ts'

/** What is kept of a Service. */
export interface ServiceFacts {
  readonly ports: readonly ServicePort[]
  /** It has no address of its own: `clusterIP: None`. */
  readonly isHeadless: boolean
  /** It is only a name for a host outside the cluster. */
  readonly isExternal: boolean
  /** Linkerd's multicluster extension copied it from another cluster. */
  readonly isMirrored: boolean
  /** Where its endpoints are, if not in its own objects (remote discovery, federated). */
  readonly discovery: Discovery | undefined
  /** The Service of another cluster that it is mirrored from through a gateway. */
  readonly origin: Member | undefined
  /** The one cluster that it comes from; a federated Service has several. */
  readonly cluster: string | undefined
  /** Pods that are not ready are endpoints of it, too. */
  readonly publishesNotReady: boolean
  /** Linkerd sends clients to endpoints of their own node only. */
  readonly isNodeLocal: boolean
  /** Linkerd sends clients to endpoints of their own zone if there are any. */
  readonly hasZoneHints: boolean
  /** Linkerd's proxies stop sending to endpoints of it that fail. */
  readonly hasFailureAccrual: boolean
}

/**
 * The cluster that serves a Service: `here` for this one, else that from which it is mirrored; `undefined` if
 * there is no such Service, or if it is federated, which means that several clusters serve it.
 */
export function placeOf(facts: ServiceFacts | undefined, here: string): string | undefined {
  if (facts === undefined) return undefined
  if (facts.cluster !== undefined) return facts.cluster
  return facts.isMirrored || facts.discovery ? undefined : here
}

export interface ServicePort extends Port {
  readonly appProtocol?: string
}

const failureAccrualAnnotation = 'balancer.linkerd.io/failure-accrual'
/**
 * Besides `trafficDistribution` these give hints to the endpoints of a Service; the second is the older name.
 */
const topologyAnnotations = [
  'service.kubernetes.io/topology-mode',
  'service.kubernetes.io/topology-aware-hints',
]

const share = createShare<ServiceFacts>((facts) => JSON.stringify(facts))

/** Projects a Service; total: what is missing or of another type counts as absent. */
export function projectService(service: unknown): ServiceFacts {
  const [metadata, spec] = [child(service, 'metadata'), child(service, 'spec')]
  const [labels, annotations] = [child(metadata, 'labels'), child(metadata, 'annotations')]
  const isMirrored = text(labels, mirroredServiceLabel) === 'true'
  const discovery = readDiscovery(labels, annotations)
  return share({
    ports: readServicePorts(list(spec, 'ports')),
    isHeadless: field(spec, 'clusterIP') === 'None',
    isExternal: field(spec, 'type') === 'ExternalName',
    isMirrored,
    discovery,
    origin: isMirrored && !discovery ? readOrigin(labels, annotations) : undefined,
    cluster: text(labels, mirroredClusterLabel) || text(labels, remoteDiscoveryLabel) || undefined,
    publishesNotReady: field(spec, 'publishNotReadyAddresses') === true,
    isNodeLocal: field(spec, 'internalTrafficPolicy') === 'Local',
    hasZoneHints:
      text(spec, 'trafficDistribution') !== '' ||
      topologyAnnotations.some((name) => text(annotations, name).toLowerCase() === 'auto'),
    hasFailureAccrual: failureAccrualAnnotation in annotations,
  })
}

const readServicePorts = (items: readonly unknown[]): readonly ServicePort[] =>
  readPorts(items).map((port, index) => {
    const appProtocol = text(items[index], 'appProtocol')
    return appProtocol === '' ? port : { ...port, appProtocol }
  })

/** All Services: which ports they have, and where their endpoints are. */
export const serviceObjects: Objects<ServiceFacts> = {
  name: 'services',
  resource: { group: '', version: 'v1', plural: 'services' },
  project: projectService,
  serviceOf: (object) => readHead(object)?.key,
}
