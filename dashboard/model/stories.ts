import type { RouteItem } from '../live/api.ts'
import { massFrom } from './moments.ts'
import { keyOf, primaryCluster } from './route.ts'
import { type RouteState, stateNames, states } from './states.ts'

/** One thing that is wrong now: a route, or many that are wrong in the same way. */
export interface Story {
  readonly state: RouteState
  /** The newest first. */
  readonly routes: readonly RouteItem[]
  readonly cluster: string | null
  /** ISO time since when the first of them stands so; `null`: since before the operator looked. */
  readonly since: string | null
}

/** What a person should know first, the worst first; what is calm is no story. */
export function storiesOf(routes: Iterable<RouteItem>): Story[] {
  const groups = new Map<string, RouteItem[]>()
  for (const route of routes) {
    if (states[route.state].tone === 'calm') continue
    const cause = `${route.state} ${primaryCluster(route) ?? ''}`
    const group = groups.get(cause)
    if (group) group.push(route)
    else groups.set(cause, [route])
  }
  return [...groups.values()].flatMap(told).sort(byWeight)
}

function told(group: readonly RouteItem[]): Story[] {
  return group.length >= massFrom ? [storyOf(group)] : group.map((route) => storyOf([route]))
}

function storyOf(group: readonly RouteItem[]): Story {
  const routes = [...group].sort((one, other) => compare(other.since ?? '', one.since ?? ''))
  const [first] = routes
  return {
    state: first?.state ?? 'hold',
    routes,
    cluster: first ? primaryCluster(first) : null,
    since: routes.at(-1)?.since ?? null,
  }
}

/** The worst state first, then the larger, then the newer. */
const byWeight = (one: Story, other: Story) =>
  stateNames.indexOf(one.state) - stateNames.indexOf(other.state) ||
  other.routes.length - one.routes.length ||
  compare(other.since ?? '', one.since ?? '') ||
  compare(nameOf(one), nameOf(other))

const nameOf = ({ routes: [first] }: Story) => (first ? keyOf(first) : '')

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
