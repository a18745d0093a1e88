import type { BackendItem, RouteItem, SplitItem } from '../live/api.ts'
import { lasting } from './format.ts'

/** Names a route across kinds: `Kind/namespace/name`. */
export type RouteKey = string

export const keyOf = ({ kind, namespace, name }: Pick<RouteItem, 'kind' | 'namespace' | 'name'>): RouteKey =>
  `${kind}/${namespace}/${name}`

/** If it is not known since when it is in its state: before when (milliseconds since 1970). */
export const beforeOf = ({ sinceBefore, firstSeen }: RouteItem): number =>
  Date.parse(sinceBefore ?? firstSeen)

/** How long it has been in its state: `12 min`; `> 3 h` if it was before that; `unknown` if only its state now is known. */
export function ageOf(route: RouteItem, now: number): string {
  if (route.since !== null) return lasting(now - Date.parse(route.since))
  const length = now - beforeOf(route)
  return length < 1_000 ? 'unknown' : `> ${lasting(length)}`
}

/** The split with the state of the route: the worst one. */
export const worstSplit = (route: RouteItem): SplitItem | undefined =>
  route.splits.find(({ state }) => state === route.state) ?? route.splits[0]

/** A backend's part of the traffic of its split, 0 to 1. */
export function shareOf(backend: BackendItem, split: SplitItem): number {
  const sum = split.backends.reduce((total, one) => total + effectiveWeight(one), 0)
  return sum > 0 ? effectiveWeight(backend) / sum : 0
}

/** A weight that is not written counts as its kind says, which `active` knows. */
const effectiveWeight = ({ weight, active }: BackendItem) => weight ?? (active ? 1 : 0)

/** Clusters that the backends of a route are mirrored from, each once. */
export const clustersOf = (route: RouteItem): string[] => [
  ...new Set(route.splits.flatMap(({ backends }) => backends.flatMap(({ cluster }) => cluster ?? []))),
]

/** The cluster whose loss would lose the route's primary; `null` is this one. */
export const primaryCluster = (route: RouteItem): string | null =>
  worstSplit(route)?.backends.find(({ primary }) => primary)?.cluster ?? null

/**
 * Whether the weights in the cluster match the decision. `doubted`: they do, but a finding says that this may not
 * be what proxies do.
 */
export type Agreement = 'agrees' | 'doubted' | 'pending' | 'refused' | 'held'

/** A held split agrees with any weights, so it is `held`. */
export function agreementOf(route: RouteItem): Agreement {
  if (route.refusal) return 'refused'
  const open = route.splits.filter(({ decision }) => decision !== 'hold')
  if (open.length === 0) return 'held'
  if (open.some(({ due }) => due)) return 'pending'
  return route.findings.length > 0 ? 'doubted' : 'agrees'
}

/** The route's name as people say it. */
export const titleOf = (key: RouteKey): string => key.slice(key.indexOf('/') + 1)

/** A Service's name where its namespace is plain from the route. */
export const shortService = (service: string, namespace: string): string =>
  service.startsWith(`${namespace}/`) ? service.slice(namespace.length + 1) : service

/** A decision in words, without the namespace where it is the route's own. */
export function sentenceOf({ sentence, namespace }: { sentence: string; namespace: string }): string {
  const own = `${namespace}/`
  // Where a name goes on before it, it is the end of another namespace's.
  return sentence.split(own).reduce((text, rest) => text + (/[a-z0-9.-]$/.test(text) ? own : '') + rest)
}

/** What was found around a route, in a line: the first finding, and how many more there are. */
export function findingsLine({ findings }: Pick<RouteItem, 'findings'>): string {
  const [first, ...more] = findings
  if (!first) return ''
  const rest = more.length > 0 ? ` (and ${more.length} more)` : ''
  return `${first.reason}: ${first.message}${rest}`
}
