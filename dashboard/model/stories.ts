import type { RouteItem } from '../live/api.ts'
import { massFrom } from './moments.ts'
import { type Agreement, agreementOf, keyOf, primaryCluster } from './route.ts'
import { type RouteState, stateNames, states } from './states.ts'

/** One problem: a route, or many routes with the same problem. */
export interface Story {
  readonly state: RouteState
  /** Of many, the one that came into this state last. */
  readonly newest: RouteItem
  /** All of them, in no order. */
  readonly routes: readonly RouteItem[]
  readonly cluster: string | null
  /** When the first of them entered this state (ISO time); `null`: before the operator started. */
  readonly since: string | null
  /** How many of them have the decided weights, and how many do not. */
  readonly agreement: Readonly<Record<Agreement, number>>
}

/** The problems to show first, worst first; routes in a calm state are not among them. */
export function storiesOf(routes: Iterable<RouteItem>): Story[] {
  const groups = new Map<string, RouteItem[]>()
  for (const route of routes) {
    if (states[route.state].tone === 'calm') continue
    const cause = `${route.state} ${primaryCluster(route) ?? ''}`
    const group = groups.get(cause)
    if (group) group.push(route)
    else groups.set(cause, [route])
  }
  return [...groups.values()].flatMap(storiesFrom).sort(byWeight)
}

function storiesFrom(group: readonly RouteItem[]): Story[] {
  if (group.length < massFrom) return group.map((route) => storyOf(route, [route]))
  return group.slice(0, 1).map((first) => storyOf(first, group))
}

function storyOf(first: RouteItem, routes: readonly RouteItem[]): Story {
  const newest = routes.reduce((best, route) => (sinceOf(route) > sinceOf(best) ? route : best), first)
  const oldest = routes.reduce((best, route) => (sinceOf(route) < sinceOf(best) ? route : best), first)
  const agreement = { agrees: 0, pending: 0, refused: 0, held: 0 }
  for (const route of routes) agreement[agreementOf(route)] += 1
  return {
    state: first.state,
    newest,
    routes,
    cluster: primaryCluster(first),
    since: oldest.since,
    agreement,
  }
}

const sinceOf = ({ since }: RouteItem) => since ?? ''

/** The worst state first, then the larger, then the newer. */
const byWeight = (one: Story, other: Story) =>
  stateNames.indexOf(one.state) - stateNames.indexOf(other.state) ||
  other.routes.length - one.routes.length ||
  compare(other.since ?? '', one.since ?? '') ||
  compare(keyOf(one.newest), keyOf(other.newest))

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
