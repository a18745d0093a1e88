import type { RouteItem } from '../live/api.ts'
import { clustersOf, keyOf, type RouteKey } from './route.ts'
import { type Mark, markOf, marks } from './states.ts'

/** Which routes to show. An empty text or an empty list selects all. */
export interface Filter {
  readonly text: string
  readonly states: readonly Mark[]
  readonly namespace: string
  readonly kind: string
  readonly cluster: string
}

export const columns = ['state', 'name', 'since'] as const
export type Column = (typeof columns)[number]

export interface Sorting {
  readonly by: Column
  readonly descending: boolean
}

export const everything: Filter = { text: '', states: [], namespace: '', kind: '', cluster: '' }

/** Problems first, the newest problems before older ones. */
export const worstFirst: Sorting = { by: 'state', descending: false }

/**
 * Answers whether a route is wanted. Every word of the text must be in its name, its kind or one of its
 * backends.
 */
export function wanting({ text, states, namespace, kind, cluster }: Filter): (route: RouteItem) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return (route) => {
    if (states.length > 0 && !states.some((mark) => isMarked(route, mark))) return false
    if (namespace && route.namespace !== namespace) return false
    if (kind && route.kind !== kind) return false
    if (cluster && !clustersOf(route).includes(cluster)) return false
    return words.every((word) => mentions(route, word))
  }
}

const isMarked = ({ state, findings }: RouteItem, mark: Mark) =>
  mark === 'finding' ? findings.length > 0 : state === mark

const mentions = (route: RouteItem, word: string) =>
  `${route.namespace}/${route.name}`.includes(word) ||
  route.kind.toLowerCase().includes(word) ||
  route.splits.some(({ backends }) => backends.some(({ service }) => service.includes(word)))

/** The keys of the routes that are wanted, in order. Equal routes are ordered by name, so nothing jumps. */
export function arrange(routes: Iterable<RouteItem>, filter: Filter, sorting: Sorting): RouteKey[] {
  const isWanted = wanting(filter)
  const wanted: Placed[] = []
  for (const route of routes) if (isWanted(route)) wanted.push(placeOf(route))
  const order = orders[sorting.by]
  const sign = sorting.descending ? -1 : 1
  return wanted.sort((one, other) => sign * order(one, other) || byName(one, other)).map(({ key }) => key)
}

/** What a route is sorted by: ten thousand of them are compared more than a hundred thousand times. */
interface Placed {
  readonly key: RouteKey
  readonly severity: number
  readonly since: string
  readonly name: string
}

const severities = new Map<Mark, number>(marks.map((name, index) => [name, index]))

/** A route is a new object whenever it changes, so what it is sorted by is made once for each. */
const places = new WeakMap<RouteItem, Placed>()

function placeOf(route: RouteItem): Placed {
  const known = places.get(route)
  if (known) return known
  // A space comes before all that names consist of, so that `shop/web` is before `shop/web-2`.
  const name = `${route.namespace} ${route.name} ${route.kind}`
  const severity = severities.get(markOf(route)) ?? 0
  const placed = { key: keyOf(route), severity, since: route.since ?? '', name }
  places.set(route, placed)
  return placed
}

type Order = (one: Placed, other: Placed) => number

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
const byName: Order = (one, other) => compare(one.name, other.name)
/** The newest first; what has always stood so comes last. */
const bySince: Order = (one, other) => compare(other.since, one.since)
const byState: Order = (one, other) => one.severity - other.severity || bySince(one, other)

const orders: Readonly<Record<Column, Order>> = { state: byState, name: byName, since: bySince }

/** The values to choose from. */
export interface Facets {
  readonly namespaces: readonly string[]
  readonly kinds: readonly string[]
  readonly clusters: readonly string[]
}

export function facetsOf(routes: Iterable<RouteItem>): Facets {
  const namespaces = new Set<string>()
  const kinds = new Set<string>()
  const clusters = new Set<string>()
  for (const route of routes) {
    namespaces.add(route.namespace)
    kinds.add(route.kind)
    for (const { backends } of route.splits) {
      for (const { cluster } of backends) if (cluster !== null) clusters.add(cluster)
    }
  }
  return { namespaces: [...namespaces].sort(), kinds: [...kinds].sort(), clusters: [...clusters].sort() }
}
