import { type Called, comparisonOf } from './called.ts'
import type { Given } from './given.ts'

/** What one destination Pod gives. */
export interface PodGiven {
  readonly pod: string
  readonly given: Given
}

/**
 * How a destination Pod differs. `unread`: it does not read a linked cluster. `none`: it gives no endpoints,
 * and some are ready. `stale`: it gives endpoints, and none is ready. `fewer`, `more`: it gives another
 * number than are ready. `replicas`: how many are ready is not known, and another Pod gives another number.
 */
export type DifferenceKind = 'unread' | 'none' | 'stale' | 'fewer' | 'more' | 'replicas'

export interface Found {
  readonly kind: DifferenceKind
  readonly pod: string
  /** The clusters that the Pod does not read; for the other kinds those of the endpoints. */
  readonly clusters: readonly string[]
  /**
   * How many endpoints the Pod gives; of several numbers the one that differs most. `undefined`: `unread`.
   */
  readonly endpoints: number | undefined
  /** The nodes whose proxies are given so many; empty if those of all are. */
  readonly nodes: readonly string[]
}

type Reported = Given & { state: 'reported' }

/**
 * In what destination Pods differ from the `ready` endpoints, or from one another where that is not known.
 * What no proxy asks for, and what a Pod has not reported, is no difference.
 */
export function differencesOf(called: Called, all: readonly PodGiven[], ready: number | undefined): Found[] {
  const unread = all.flatMap(({ pod, given }): Found[] =>
    given.state === 'unread'
      ? [{ kind: 'unread', pod, clusters: given.clusters, endpoints: undefined, nodes: [] }]
      : [],
  )
  const reported = all.flatMap(({ pod, given }) => (given.state === 'reported' ? [{ pod, given }] : []))
  const found =
    ready === undefined ? amongPods(called, reported) : reported.flatMap((one) => against(ready, called, one))
  return [...unread, ...found]
}

function against(ready: number, called: Called, { pod, given }: { pod: string; given: Reported }): Found[] {
  const comparison = comparisonOf(called, given.nodes.length > 0)
  const kind = comparison === 'no' ? undefined : kindOf(given, ready)
  if (kind === undefined) return []
  if (comparison === 'lack' && kind !== 'none') return []
  if (comparison === 'emptiness' && (kind === 'fewer' || kind === 'more')) return []
  return [foundOf(kind, pod, called, given)]
}

function kindOf({ fewest, most }: Reported, ready: number): DifferenceKind | undefined {
  if (ready > 0 && fewest === 0) return 'none'
  if (ready === 0) return most > 0 ? 'stale' : undefined
  if (fewest < ready) return 'fewer'
  return most > ready ? 'more' : undefined
}

/** Each of the Pods that report is named: which of them is right is not known. */
function amongPods(called: Called, reported: readonly { pod: string; given: Reported }[]): Found[] {
  const comparison = comparisonOf(
    called,
    reported.some(({ given }) => given.nodes.length > 0),
  )
  if (comparison === 'no' || comparison === 'lack') return []
  const textOf = ({ fewest, most }: Reported) =>
    comparison === 'count' ? `${fewest} ${most}` : String(fewest === 0)
  if (new Set(reported.map(({ given }) => textOf(given))).size < 2) return []
  return reported.map(({ pod, given }) => foundOf('replicas', pod, called, given))
}

function foundOf(kind: DifferenceKind, pod: string, { members }: Called, given: Reported): Found {
  const endpoints = kind === 'stale' || kind === 'more' ? given.most : given.fewest
  const clusters = [...new Set(members.map(({ cluster }) => cluster))]
  const alike = given.nodes.filter((one) => one.endpoints === endpoints)
  const nodes = alike.length === given.nodes.length ? [] : alike.map(({ node }) => node)
  return { kind, pod, clusters, endpoints, nodes }
}
