import { text } from '../../base/json.ts'
import {
  clusterNamePattern,
  localDiscoveryAnnotation,
  mirroredClusterLabel,
  originAnnotation,
  remoteDiscoveryLabel,
  remoteServiceLabel,
} from '../../base/names.ts'

/** A Service of a linked cluster, in the namespace of the Service that stands for it here. */
export interface Member {
  readonly cluster: string
  readonly name: string
}

/** The Services whose endpoints Linkerd uses for a Service, if it is not that Service's own. */
export interface Discovery {
  /** A Service of this cluster, in the same namespace. */
  readonly local: string | undefined
  readonly members: readonly Member[]
  /** Entries that name no Service of a cluster, as they are written. Linkerd leaves them out. */
  readonly malformed: readonly string[]
}

/** A DNS label (RFC 1035, RFC 1123): what Kubernetes takes as the name of a Service. */
const serviceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/**
 * Reads the labels and annotations of a Service; `undefined`: its endpoints are in its own objects. Order and
 * form are those of Linkerd's destination controller: annotations before the label, whatever else the Service
 * is.
 */
export function readDiscovery(labels: object, annotations: object): Discovery | undefined {
  if (remoteDiscoveryLabel in annotations || localDiscoveryAnnotation in annotations)
    return readFederated(text(annotations, localDiscoveryAnnotation), text(annotations, remoteDiscoveryLabel))
  if (!(remoteDiscoveryLabel in labels)) return undefined
  const [name, cluster] = [text(labels, remoteServiceLabel), text(labels, remoteDiscoveryLabel)]
  return discoveryOf(undefined, [`${name}@${cluster}`])
}

/**
 * `web.shop.svc.cluster.local`. One host of a headless Service has a name before that, and no slices of its
 * own.
 */
const originName = /^([a-z0-9][-a-z0-9]*)\.[-a-z0-9]+\.svc\./

/** The Service that a mirror stands for, in the same namespace of another cluster, if its writer names it. */
export function readOrigin(labels: object, annotations: object): Member | undefined {
  const cluster = text(labels, mirroredClusterLabel)
  const name = originName.exec(text(annotations, originAnnotation))?.[1]
  return name !== undefined && clusterNamePattern.test(cluster) ? { cluster, name } : undefined
}

/** Once the last cluster has left, the annotation stays as an empty text. */
const readFederated = (local: string, remote: string): Discovery =>
  discoveryOf(
    local === '' ? undefined : local,
    remote.split(',').filter((entry) => entry !== ''),
  )

function discoveryOf(local: string | undefined, entries: readonly string[]): Discovery {
  const isLocal = local === undefined || serviceName.test(local)
  const malformed = isLocal ? [] : [local]
  const members: Member[] = []
  for (const entry of new Set(entries)) {
    const [name = '', cluster = '', ...rest] = entry.split('@')
    if (rest.length === 0 && serviceName.test(name) && clusterNamePattern.test(cluster))
      members.push({ cluster, name })
    else malformed.push(entry)
  }
  return { local: isLocal ? local : undefined, members, malformed }
}
