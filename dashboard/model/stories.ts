import type { RouteItem } from '../live/api.ts'
import { massFrom } from './moments.ts'
import { type Agreement, agreementOf, keyOf, primaryCluster } from './route.ts'
import { type Mark, marks, states } from './states.ts'

/** One problem: a route, or many routes with the same problem. */
export interface Story {
  /** What they have in common. */
  readonly mark: Mark
  /** Of many, the one that came into this state last. */
  readonly newest: RouteItem
  /** All of them, in no order. */
  readonly routes: readonly RouteItem[]
  readonly cluster: string | null
  /** When the first of them entered this state (ISO time); `null`: not known. */
  readonly since: string | null
  /** How many of them have the decided weights, and how many do not. */
  readonly agreement: Readonly<Record<Agreement, number>>
}

/** The problems to show first, worst first; routes in a calm state are not among them, unless they have a finding. */
export function storiesOf(routes: Iterable<RouteItem>): Story[] {
  const groups = new Map<string, Group>()
  const add = (cause: string, mark: Mark, route: RouteItem) => {
    const group = groups.get(cause)
    if (group) group.routes.push(route)
    else groups.set(cause, { mark, routes: [route] })
  }
  for (const route of routes) {
    const { state, findings } = route
    if (states[state].tone !== 'calm') add(`${state} ${primaryCluster(route) ?? ''}`, state, route)
    const [finding] = findings
    if (finding) add(`finding ${finding.reason}`, 'finding', route)
  }
  return [...groups.values()].flatMap(storiesFrom).sort(byWeight)
}

interface Group {
  readonly mark: Mark
  readonly routes: RouteItem[]
}

function storiesFrom({ mark, routes }: Group): Story[] {
  if (routes.length < massFrom) return routes.map((route) => storyOf(mark, route, [route]))
  return routes.slice(0, 1).map((first) => storyOf(mark, first, routes))
}

function storyOf(mark: Mark, first: RouteItem, routes: readonly RouteItem[]): Story {
  const newest = routes.reduce((best, route) => (sinceOf(route) > sinceOf(best) ? route : best), first)
  const oldest = routes.reduce((best, route) => (sinceOf(route) < sinceOf(best) ? route : best), first)
  const agreement = { agrees: 0, doubted: 0, pending: 0, refused: 0, held: 0 }
  for (const route of routes) agreement[agreementOf(route)] += 1
  return {
    mark,
    newest,
    routes,
    cluster: mark === 'finding' ? null : primaryCluster(first),
    since: oldest.since,
    agreement,
  }
}

const sinceOf = ({ since }: RouteItem) => since ?? ''

/** The worst state first, then the larger, then the newer. */
const byWeight = (one: Story, other: Story) =>
  marks.indexOf(one.mark) - marks.indexOf(other.mark) ||
  other.routes.length - one.routes.length ||
  compare(other.since ?? '', one.since ?? '') ||
  compare(keyOf(one.newest), keyOf(other.newest))

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
