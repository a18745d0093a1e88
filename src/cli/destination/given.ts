import type { Called } from './called.ts'
import { type DestinationView, type EndpointSet, localCluster } from './view.ts'

/** How many endpoints one destination Pod gives to proxies for a Service and port. */
export type Given =
  /** No proxy asks this Pod for it now, so the Pod has no answer. */
  | { readonly state: 'unasked' }
  /** Proxies ask, and the Pod has not reported how many it gives. */
  | { readonly state: 'unreported' }
  /** It does not read these clusters, so it gives nothing of theirs. */
  | { readonly state: 'unread'; readonly clusters: readonly string[] }
  | {
      readonly state: 'reported'
      readonly fewest: number
      readonly most: number
      /** The nodes that its numbers are of; empty if it has one number for all. */
      readonly nodes: readonly NodeCount[]
    }

export interface NodeCount {
  readonly node: string
  readonly endpoints: number
}

/** Answers what a Pod gives of a Service and port, of all members together. */
export function givenBy(view: DestinationView): (called: Called) => Given {
  const known = new Map<string, EndpointSet[]>()
  for (const set of view.sets) {
    const sets = known.get(keyOf(set))
    if (sets) sets.push(set)
    else known.set(keyOf(set), [set])
  }
  return ({ members, port }) => {
    const clusters = unreadBy(view, members)
    if (clusters.length > 0) return { state: 'unread', clusters }
    return sumOf(members.map((member) => known.get(keyOf({ ...member, port })) ?? []))
  }
}

const keyOf = ({ cluster, service, port }: Pick<EndpointSet, 'cluster' | 'service' | 'port'>): string =>
  [cluster, service, port].join(' ')

/** `sets`: those of each member, by node. */
function sumOf(sets: readonly (readonly EndpointSet[])[]): Given {
  if (sets.every((all) => all.length === 0)) return { state: 'unasked' }
  const nodes = new Set(sets.flat().map(({ node }) => node))
  const counts = [...nodes].flatMap((node) => {
    const endpoints = sumOn(node, sets)
    return endpoints === undefined ? [] : [{ node, endpoints }]
  })
  const [first] = counts
  if (!first) return { state: 'unreported' }
  return {
    state: 'reported',
    fewest: counts.reduce((least, { endpoints }) => Math.min(least, endpoints), first.endpoints),
    most: counts.reduce((most, { endpoints }) => Math.max(most, endpoints), first.endpoints),
    nodes: counts.flatMap(({ node, endpoints }) => (node === undefined ? [] : [{ node, endpoints }])),
  }
}

/** A Pod that reports its clusters reports its own at least. */
const unreadBy = ({ clusters }: DestinationView, members: Called['members']): string[] =>
  clusters.includes(localCluster)
    ? [...new Set(members.map(({ cluster }) => cluster))].filter((cluster) => !clusters.includes(cluster))
    : []

/** The endpoints of all members for proxies on one node; `undefined` if one of them is not reported. */
function sumOn(node: string | undefined, sets: readonly (readonly EndpointSet[])[]): number | undefined {
  let sum = 0
  for (const all of sets) {
    const endpoints = all.find((set) => set.node === node)?.endpoints
    if (endpoints === undefined) return undefined
    sum += endpoints
  }
  return sum
}
