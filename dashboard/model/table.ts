import type { RouteItem } from '../live/api.ts'
import { clustersOf, keyOf, type RouteKey } from './route.ts'
import { type RouteState, stateNames } from './states.ts'

/** Which routes are wanted. An empty text, or a list without a value, wants all. */
export interface Filter {
  readonly text: string
  readonly states: readonly RouteState[]
  readonly namespace: string
  readonly kind: string
  readonly cluster: string
}

export const columns = ['state', 'name', 'kind', 'since'] as const
export type Column = (typeof columns)[number]

export interface Sorting {
  readonly by: Column
  readonly descending: boolean
}

export const everything: Filter = { text: '', states: [], namespace: '', kind: '', cluster: '' }

/** What is wrong comes first, and there what is new. */
export const worstFirst: Sorting = { by: 'state', descending: false }

/** True when the route is wanted. Every word of the text must be in its name, its kind or one of its backends. */
export function fits(route: RouteItem, filter: Filter): boolean {
  if (filter.states.length > 0 && !filter.states.includes(route.state)) return false
  if (filter.namespace && route.namespace !== filter.namespace) return false
  if (filter.kind && route.kind !== filter.kind) return false
  if (filter.cluster && !clustersOf(route).includes(filter.cluster)) return false
  return wordsOf(filter.text).every((word) => mentions(route, word))
}

const wordsOf = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean)

const mentions = (route: RouteItem, word: string) =>
  `${route.namespace}/${route.name}`.includes(word) ||
  route.kind.toLowerCase().includes(word) ||
  route.splits.some(({ backends }) => backends.some(({ service }) => service.includes(word)))

/** The keys of the routes that are wanted, in order. Equal routes are ordered by name, so nothing jumps. */
export function arrange(routes: Iterable<RouteItem>, filter: Filter, sorting: Sorting): RouteKey[] {
  const wanted: RouteItem[] = []
  for (const route of routes) if (fits(route, filter)) wanted.push(route)
  const order = orders[sorting.by]
  const sign = sorting.descending ? -1 : 1
  return wanted.sort((one, other) => sign * order(one, other) || byName(one, other)).map(keyOf)
}

type Order = (one: RouteItem, other: RouteItem) => number

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
const byName: Order = (one, other) =>
  compare(one.namespace, other.namespace) || compare(one.name, other.name) || compare(one.kind, other.kind)
/** The newest first; what has always stood so comes last. */
const bySince: Order = (one, other) => compare(other.since ?? '', one.since ?? '')
const severity: Readonly<Record<string, number>> = Object.fromEntries(
  stateNames.map((name, index) => [name, index]),
)
const bySeverity: Order = (one, other) => (severity[one.state] ?? 0) - (severity[other.state] ?? 0)

const orders: Readonly<Record<Column, Order>> = {
  state: (one, other) => bySeverity(one, other) || bySince(one, other),
  name: byName,
  kind: (one, other) => compare(one.kind, other.kind),
  since: bySince,
}

/** What there is to choose from. */
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
