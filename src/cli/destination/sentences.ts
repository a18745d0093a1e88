import { counted } from '../../base/counted.ts'
import { type Called, isElsewhere } from './called.ts'
import type { DifferenceKind, Found } from './differences.ts'

/** What is known beside a difference, for the words about it. */
export interface Around {
  readonly called: Called
  readonly ready: number | undefined
  /** Of Linkerd's control plane. */
  readonly namespace: string
  /** All destination Pods that report a number differ, and there is more than one. */
  readonly isEverywhere: boolean
}

/** What is wrong, in words for people. */
export function messageOf(found: Found, { called, ready }: Around): string {
  const what = `${called.service}:${called.port}`
  const { pod, kind } = found
  if (kind === 'unread')
    return `${pod} does not read ${clusterText(found.clusters)}, so proxies that ask it get none of the endpoints of ${what} there`
  const given = `${pod} gives ${proxiesOn(found.nodes)} ${countText(found.endpoints ?? 0)} of ${what}`
  return `${given}, ${besides(kind, called, ready ?? 0)}`
}

function besides(kind: DifferenceKind, called: Called, ready: number): string {
  const counted = isElsewhere(called)
    ? `and the operator counts ${ready} ready`
    : `and ${ready} ${ready === 1 ? 'is' : 'are'} ready`
  switch (kind) {
    case 'none':
      return `${counted}: their requests to it fail`
    case 'stale':
      return 'and none is ready: they go on sending requests to it'
    case 'more':
      return `${counted}: some of their requests may go to an endpoint that no longer exists`
    case 'replicas':
      return 'and another destination Pod gives another number'
    default:
      return counted
  }
}

/** As many names of nodes as a sentence can carry. */
const mostNodes = 3

function proxiesOn(nodes: readonly string[]): string {
  if (nodes.length === 0) return 'proxies'
  const names = nodes.slice(0, mostNodes).join(', ')
  if (nodes.length <= mostNodes) return `proxies on ${nodes.length === 1 ? 'node' : 'the nodes'} ${names}`
  return `proxies on ${nodes.length} nodes (${names}, ...)`
}

const countText = (count: number): string => (count === 0 ? 'no endpoint' : counted(count, 'endpoint'))

const clusterText = (clusters: readonly string[]): string =>
  `${clusters.length === 1 ? 'cluster' : 'the clusters'} ${clusters.join(', ')}`

/** What to do about it. */
export function remedyOf(
  { kind, pod, clusters }: Found,
  { called, namespace, isEverywhere }: Around,
): string {
  const restart = `restart it with kubectl -n ${namespace} delete pod ${pod}`
  if (kind === 'unread') return `when the API server of ${clusterText(clusters)} answers, ${restart}`
  const first = called.facts.isMirrored && !isElsewhere(called) ? `${mirrorsAreLate}; ` : ''
  if (!isEverywhere || kind === 'replicas') return `${first}${restart}`
  return `${first}all destination Pods differ, so check that the Pods of ${called.service} exist and have the port; if they do, restart all with kubectl -n ${namespace} rollout restart deployment linkerd-destination`
}

/** Kubernetes copies the Endpoints of a mirrored Service into EndpointSlices, and limits its own rate. */
const mirrorsAreLate =
  'Linkerd reads copies of the Endpoints of a mirrored Service, which can be 24 s late, so look again first'
