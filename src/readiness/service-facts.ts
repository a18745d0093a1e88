import { child, field, list, text } from '../base/json.ts'
import { mirroredClusterLabel, mirroredServiceLabel, remoteDiscoveryLabel } from '../base/names.ts'
import { readHead } from '../kube/watch/watch-event.ts'
import type { Objects } from './objects.ts'
import { type Port, readPorts } from './port.ts'
import { type Discovery, readDiscovery } from './remote/discovery.ts'
import { createShare } from './share.ts'

/** What is kept of a Service. */
export interface ServiceFacts {
  readonly ports: readonly Port[]
  /** It has no address of its own: `clusterIP: None`. */
  readonly isHeadless: boolean
  /** It is only a name for a host outside the cluster. */
  readonly isExternal: boolean
  /** Linkerd's multicluster extension copied it from another cluster. */
  readonly isMirrored: boolean
  /** Where its endpoints are, if not in its own objects (remote discovery, federated). */
  readonly discovery: Discovery | undefined
  /** The one cluster that it comes from; a federated Service has several. */
  readonly cluster: string | undefined
}

const share = createShare<ServiceFacts>((facts) => JSON.stringify(facts))

/** Projects a Service; total: what is missing or of another type counts as absent. */
export function projectService(service: unknown): ServiceFacts {
  const [metadata, spec] = [child(service, 'metadata'), child(service, 'spec')]
  const [labels, annotations] = [child(metadata, 'labels'), child(metadata, 'annotations')]
  return share({
    ports: readPorts(list(spec, 'ports')),
    isHeadless: field(spec, 'clusterIP') === 'None',
    isExternal: field(spec, 'type') === 'ExternalName',
    isMirrored: text(labels, mirroredServiceLabel) === 'true',
    discovery: readDiscovery(labels, annotations),
    cluster: text(labels, mirroredClusterLabel) || text(labels, remoteDiscoveryLabel) || undefined,
  })
}

/** All Services: which ports they have, and where their endpoints are. */
export const serviceObjects: Objects<ServiceFacts> = {
  name: 'services',
  resource: { group: '', version: 'v1', plural: 'services' },
  project: projectService,
  serviceOf: (object) => readHead(object)?.key,
}
