import { namespaceOf, type ServiceKey } from '../core/types.ts'
import type { Route } from './route.ts'

/** What stands in the way of a route at one of its parents. */
export interface Conflict {
  /** What it is about; the same text whoever joins or leaves the others. */
  readonly about: string
  /** The first few of the others. */
  readonly rivals: readonly Route[]
  /** How many others there are. */
  readonly count: number
  /** What proxies do about it, in words. */
  readonly outcome: string
}

/** So many of the others are named in a conflict. */
const namedAtMost = 3
/** So many conflicts about matches are reported of a route at one parent, others once these are fixed. */
const matchConflictsAtMost = 3

/**
 * In the order in which Linkerd's policy controller takes them if the port of the Service has no
 * `appProtocol`.
 */
const protocols = ['GRPCRoute', 'HTTPRoute', 'TLSRoute', 'TCPRoute']

/**
 * How the routes of one parent stand in each other's way; a route that nothing stands in the way of is not in
 * the answer. No conflict: no request is for both, or the Gateway API's order of precedence gives each its
 * own.
 *
 * The work grows with the number of matches, however many routes have them. Gives way after each route and
 * port.
 */
export function* conflictsAt(
  apex: ServiceKey,
  routes: readonly Route[],
): Generator<undefined, ReadonlyMap<Route, readonly Conflict[]>> {
  const claims = new Claims(apex)
  for (const route of routes) {
    claims.add(route)
    yield
  }
  const found = new Map<Route, readonly Conflict[]>()
  for (const route of routes) {
    const conflicts = isSplit(route) ? claims.ofSplit(route) : yield* claims.ofRoute(route)
    if (conflicts.length > 0) found.set(route, conflicts)
    yield
  }
  return found
}

/** The conflicts of one route with others of a parent, at once. */
export const conflictsOf = (route: Route, apex: ServiceKey, others: readonly Route[]): readonly Conflict[] =>
  allConflictsAt(apex, [route, ...others]).get(route) ?? []

/** What `conflictsAt` finds, at once. */
function allConflictsAt(apex: ServiceKey, routes: readonly Route[]): ReadonlyMap<Route, readonly Conflict[]> {
  const steps = conflictsAt(apex, routes)
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** How routes stand in each other's way at all of their parents, at once; by parent, and by route. */
export function conflictsAmong(
  routes: readonly Route[],
): ReadonlyMap<ServiceKey, ReadonlyMap<Route, readonly Conflict[]>> {
  const byParent = new Map<ServiceKey, Route[]>()
  for (const route of routes)
    for (const apex of new Set(route.apexes)) entryOf(byParent, apex, () => []).push(route)
  return new Map([...byParent].map(([apex, sharing]) => [apex, allConflictsAt(apex, sharing)]))
}

const isSplit = ({ objectKind }: Route): boolean => objectKind === 'TrafficSplit'

/** Routes that claim the same: how many, and the first few by name. */
interface Group {
  readonly first: Route[]
  count: number
}

/** Groups by `namespace port` of the claim; `*` is for those of all namespaces, or with any port or none. */
type Reach = Map<string, Group>

const anyone = '*'
/** A claim that names no port is for all of them. */
const allPorts = 'all'
type Port = number | typeof allPorts

/** What the routes of one kind claim. */
interface Kind {
  readonly all: Reach
  /** By match; a route that is the only one with it stands for itself, which most do. */
  readonly matches: Map<string, Reach | Route>
}

/** All that the routes of one parent claim, so that who claims the same is looked up and not compared. */
class Claims {
  readonly #apex: ServiceKey
  readonly #namespace: string
  readonly #splits: Group = { first: [], count: 0 }
  readonly #routes: Group = { first: [], count: 0 }
  readonly #kinds = new Map<string, Kind>()

  constructor(apex: ServiceKey) {
    this.#apex = apex
    this.#namespace = namespaceOf(apex)
  }

  add(route: Route): void {
    if (isSplit(route)) {
      join(this.#splits, route)
      return
    }
    join(this.#routes, route)
    const kind = entryOf(this.#kinds, route.objectKind, () => ({ all: new Map(), matches: new Map() }))
    const places = this.#placesOf(route)
    joinAt(kind.all, places, route)
    for (const match of route.matches ?? []) {
      const known = kind.matches.get(match)
      if (known instanceof Map) joinAt(known, places, route)
      else kind.matches.set(match, known ? this.#reachOf(known, route) : route)
    }
  }

  #reachOf(...routes: readonly Route[]): Reach {
    const reach: Reach = new Map()
    for (const route of routes) joinAt(reach, this.#placesOf(route), route)
    return reach
  }

  /** Where the groups are that a route is in. */
  #placesOf(route: Route): readonly string[] {
    const ports = [...this.#portsOf(route), anyone]
    return [route.namespace, anyone].flatMap((namespace) => ports.map((port) => `${namespace} ${port}`))
  }

  ofSplit(split: Route): Conflict[] {
    const others = without(split, [this.#splits])
    const routes = total([this.#routes])
    const outcome = others.count === 1 ? 'proxies follow one of the two' : 'proxies follow one of them'
    return [
      ...conflict('TrafficSplit', others, outcome),
      ...conflict('routes', routes, 'proxies follow the TrafficSplit, through its ServiceProfile'),
    ]
  }

  *ofRoute(route: Route): Generator<undefined, Conflict[]> {
    const splits = total([this.#splits])
    const which = splits.count > 1 ? 'a' : 'the'
    const outcome = `proxies follow ${which} TrafficSplit, through its ServiceProfile`
    const matches: Conflict[] = []
    for (const port of this.#portsOf(route)) {
      this.#addOfMatches(matches, route, port)
      yield
    }
    return [...conflict('TrafficSplit', splits, outcome), ...this.#ofKinds(route), ...matches]
  }

  /** Routes of other kinds for the same clients and ports. */
  #ofKinds(route: Route): Conflict[] {
    return [...this.#kinds].flatMap(([kind, { all }]) => {
      if (kind === route.objectKind) return []
      const protocol = protocols.find((one) => one === kind || one === route.objectKind)
      const outcome = `proxies follow one kind, the ${protocol} unless the port has an appProtocol of the other`
      const met = this.#portsOf(route).map((port) => total(groupsAt(all, this.#placesMet(route, port))))
      const others = met.find(({ count }) => count > 0)
      return others ? conflict(kind, others, outcome) : []
    })
  }

  /**
   * Routes of its kind with an equal match, as long as one of them is in none of the conflicts `found` so
   * far.
   */
  #addOfMatches(found: Conflict[], route: Route, port: Port): void {
    const reaches = this.#kinds.get(route.objectKind)?.matches
    const places = this.#placesMet(route, port)
    for (const match of route.matches ?? []) {
      if (found.length === matchConflictsAtMost) return
      const reach = reaches?.get(match)
      if (!(reach instanceof Map)) continue
      const others = without(route, groupsAt(reach, places))
      if (others.first.every((other) => found.some(({ rivals }) => rivals.includes(other)))) continue
      const [who, which] = others.count === 1 ? ['both', 'older of the two'] : ['all', 'oldest of them']
      const outcome = `${who} have a rule for ${match}, and proxies follow the ${which}`
      found.push(...conflict(`${port} ${match}`, others, outcome))
    }
  }

  /**
   * Where the groups are whose routes are for a client of the route as well. A route in the namespace of its
   * parent is for all clients, another one only for those of its own namespace.
   */
  #placesMet({ namespace }: Route, port: Port): readonly string[] {
    const namespaces = namespace === this.#namespace ? [anyone] : [namespace, this.#namespace]
    const ports = port === allPorts ? [anyone] : [port, allPorts]
    return namespaces.flatMap((one) => ports.map((other) => `${one} ${other}`))
  }

  /** The ports of the parent that a route is for, each once. */
  #portsOf({ apexes, apexPorts }: Route): readonly Port[] {
    const ports = apexes.flatMap((service, index): Port[] =>
      service === this.#apex ? [apexPorts?.[index] ?? allPorts] : [],
    )
    return ports.includes(allPorts) ? [allPorts] : [...new Set(ports)]
  }
}

function join(group: Group, route: Route): void {
  group.count += 1
  // One more than are named: the route itself may be among them.
  if (group.first.length <= namedAtMost) group.first.push(route)
}

function joinAt(reach: Reach, places: readonly string[], route: Route): void {
  for (const place of places)
    join(
      entryOf(reach, place, (): Group => ({ first: [], count: 0 })),
      route,
    )
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}

const groupsAt = (reach: Reach, places: readonly string[]): Group[] =>
  places.flatMap((place) => reach.get(place) ?? [])

/** Several groups that have no route in common, as one. */
const total = (groups: readonly Group[]): Group => ({
  first: groups.flatMap(({ first }) => first),
  count: groups.reduce((sum, { count }) => sum + count, 0),
})

/** The same without a route that is in one of them. */
function without(route: Route, groups: readonly Group[]): Group {
  const { first, count } = total(groups)
  return { first: first.filter((other) => other !== route), count: count - 1 }
}

/** None if there are no others. */
const conflict = (about: string, { first, count }: Group, outcome: string): Conflict[] =>
  count === 0 ? [] : [{ about, rivals: first.slice(0, namedAtMost), count, outcome }]
