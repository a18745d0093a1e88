/**
 * This program. Its Lease, its writes (`metadata.managedFields`), its Events and its requests carry the name.
 */
export const programName = 'linkerd-failover'

/** Under this name a standby writes, so that the leader can report what it finds done. */
export const standbyName = `${programName}-standby`

/** The name of the extension in Linkerd, and the label by which Linkerd finds the objects of an extension. */
export const extensionName = 'failover'
export const extensionLabel = 'linkerd.io/extension'

/**
 * A route with this label is controlled, whatever its value, unless the operator is given another selector.
 */
export const controlledByLabel = 'failover.linkerd.io/controlled-by'

/** On a Lease: the selector of the routes that its holder controls. */
export const selectorAnnotation = 'failover.linkerd.io/selector'

/** Labels of Linkerd's multicluster extension on a Service: copied from another cluster, and from which. */
export const mirroredServiceLabel = 'mirror.linkerd.io/mirrored-service'
export const mirroredClusterLabel = 'mirror.linkerd.io/cluster-name'
/** The Service of the other cluster, as its DNS name there. */
export const originAnnotation = 'mirror.linkerd.io/remote-svc-fq-name'
/** The mirror of one host of a headless Service says of which headless mirror it is. */
export const headlessMirrorLabel = 'mirror.linkerd.io/headless-mirror-svc-name'
/**
 * Of a Service whose endpoints Linkerd takes from others. The label names one cluster; the annotation of the
 * same name (federated) a list of `service@cluster`, and another annotation a Service of this cluster.
 */
export const remoteDiscoveryLabel = 'multicluster.linkerd.io/remote-discovery'
export const remoteServiceLabel = 'multicluster.linkerd.io/remote-service'
export const localDiscoveryAnnotation = 'multicluster.linkerd.io/local-discovery'

/** The name of a namespace: a DNS label (RFC 1123). */
export const namespacePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
/** The name of most objects: a DNS subdomain (RFC 1123). */
export const objectNamePattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/
/** The name of a linked cluster: what can follow `cluster-credentials-` in the name of a Secret. */
export const clusterNamePattern = /^[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?$/
/** The domain of a cluster, such as `cluster.local`: DNS labels (RFC 1123) in lower case, with dots. */
export const clusterDomainPattern =
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/
/** The Secret by which Linkerd's control plane reads a linked cluster, in its own namespace. */
export const credentialsSecretOf = (cluster: string): string => `cluster-credentials-${cluster}`

/** The Links of Linkerd's multicluster extension, one for each cluster whose Services are mirrored here. */
export const linkNames = {
  group: 'multicluster.linkerd.io',
  plural: 'links',
  versions: ['v1alpha3', 'v1alpha2', 'v1alpha1'],
} as const

/** Annotation of an Event: the id by which log, timeline and notifications name the same thing. */
export const transitionId = 'failover.linkerd.io/transition-id'

/** Annotation of an Event about a move: the weights before and after it. */
export const movedWeights = 'failover.linkerd.io/weights'
