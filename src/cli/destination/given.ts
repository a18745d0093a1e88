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

/** What a Pod gives, of all members together. */
export function givenBy(view: DestinationView, { members, port }: Called): Given {
  const clusters = unreadBy(view, members)
  if (clusters.length > 0) return { state: 'unread', clusters }
  const sets = members.map(({ cluster, service }) =>
    view.sets.filter((set) => set.cluster === cluster && set.service === service && set.port === port),
  )
  if (sets.every((all) => all.length === 0)) return { state: 'unasked' }
  const nodes = new Set(sets.flat().map(({ node }) => node))
  const counts = [...nodes].flatMap((node) => {
    const endpoints = sumOn(node, sets)
    return endpoints === undefined ? [] : [{ node, endpoints }]
  })
  if (counts.length === 0) return { state: 'unreported' }
  const numbers = counts.map(({ endpoints }) => endpoints)
  return {
    state: 'reported',
    fewest: Math.min(...numbers),
    most: Math.max(...numbers),
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
