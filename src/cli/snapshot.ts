import type { Services } from '../api/items.ts'
import { err, ok, type Result } from '../base/result.ts'
import { namespaceOf } from '../core/types.ts'
import { DiscoverySnapshot } from '../kube/discovery.ts'
import type { KubeError } from '../kube/errors.ts'
import { createStore, type StoreEntry, type StoreReader, type StoreWriter } from '../kube/watch/store.ts'
import { readHead } from '../kube/watch/watch-event.ts'
import { doubtOfLinks, type Link } from '../readiness/gateways/link.ts'
import { mirroredFrom, type Ways } from '../readiness/gateways/mirrors.ts'
import type { Objects, Open } from '../readiness/objects.ts'
import type { ServiceFacts } from '../readiness/service-facts.ts'
import { openReadiness, silent } from '../readiness/sources.ts'
import { codecs } from '../routes/codecs.ts'
import { type Judged, judgeRoute, type RouteCircumstances } from '../routes/judge.ts'
import type { Route, RouteCodec } from '../routes/route.ts'
import { circumstancesBy, type DrainsRead, readDrains } from './drains/read-drains.ts'
import { type Failure, refused } from './failure.ts'
import type { Io } from './io.ts'
import { readLinks } from './links.ts'
import { list, listAll, type Reading } from './listing.ts'
import { pastOf } from './policies/past.ts'
import { type PoliciesRead, readPolicies, withPolicies } from './policies/read-policies.ts'
import { createProgress, type Progress } from './progress.ts'

/** What to look at. */
export interface Scope {
  /** Routes of this namespace only, and readiness of the namespaces that they refer to; else of all. */
  readonly namespace?: string | undefined
  /** Label selector of the routes. */
  readonly selector: string
}

/**
 * A cluster at one moment, read with the user's own permissions and judged as the operator would judge it.
 */
export interface Snapshot extends ServicesRead {
  /** In the order of namespace, kind and name. */
  readonly routes: readonly Route[]
  /** What the operator makes of each route, in the order of `routes`. */
  readonly judged: readonly Judged[]
  /** When it was taken: the time of day (epoch ms) by which pauses and Drains have ended or not. */
  readonly today: number
  readonly drains: DrainsRead
  /** The FailoverPolicies; `routes` have what they ask for. */
  readonly policies: PoliciesRead
  /** Which kinds of routes are left out because the user may not list them, as a sentence. */
  readonly leftOut: string | undefined
  /** What else they were judged by, without the time before: no backend waits to be left. */
  readonly circumstances: (route: Route) => RouteCircumstances
}

/**
 * Reads the routes, then the objects that the readiness of their backends is computed from. Writes nothing.
 */
export async function takeSnapshot(
  reading: Reading,
  scope: Scope,
  io: Pick<Io, 'stderr' | 'clock'>,
): Promise<Result<Snapshot, Failure>> {
  const progress = createProgress(io)
  const discovery = new DiscoverySnapshot(reading)
  const routes = await readListable(reading, discovery, scope, progress)
  if (!routes.ok) return routes
  const { found, leftOut } = routes.value
  const places = scope.namespace === undefined ? [undefined] : namespacesOf(found)
  const [services, drains, policies] = await Promise.all([
    readServices(reading, places, progress),
    readDrains(reading, scope.namespace, discovery),
    readPolicies(reading, scope.namespace, discovery),
  ])
  progress.clear()
  if (!services.ok) return services
  const today = io.clock.wallTime().getTime()
  const circumstances = circumstancesBy(drains, services.value, today)
  const { readiness } = services.value
  const applied = found.map((route) => withPolicies(route, policies, services.value))
  const judged = applied.map((route) =>
    judgeRoute(route, readiness, { ...circumstances(route), past: pastOf(route, policies, today) }),
  )
  return ok({ ...services.value, routes: applied, judged, today, drains, policies, leftOut, circumstances })
}

/** The routes of every kind that the cluster serves; a failure if one of these kinds cannot be listed. */
export async function readRoutes(
  ...given: Parameters<typeof readListable>
): Promise<Result<Route[], Failure>> {
  const read = await readListable(...given)
  if (!read.ok) return read
  const { found, refusal } = read.value
  return refusal ? err(refused(refusal)) : ok(found)
}

export interface Listable {
  readonly found: Route[]
  /** The kinds that are not left out. */
  readonly codecs: readonly RouteCodec[]
  readonly leftOut: string | undefined
  /** What the API server answered to the first kind that is left out. */
  readonly refusal: KubeError | undefined
}

/** Leaves out the kinds that the user may not list, if there are others. */
export async function readListable(
  reading: Reading,
  discovery: DiscoverySnapshot,
  scope: Scope,
  progress: Progress,
): Promise<Result<Listable, Failure>> {
  const kinds = await Promise.all(
    codecs.map(async (codec) => ({
      codec,
      listed: await listKind(reading, discovery, codec, scope, progress),
    })),
  )
  const found: Route[] = []
  const forbidden: string[] = []
  let refusal: KubeError | undefined
  for (const { codec, listed } of kinds) {
    if (listed.ok) found.push(...(listed.value ?? []))
    else if (listed.error.kind !== 'forbidden') return err(refused(listed.error))
    else {
      forbidden.push(codec.kind)
      refusal ??= listed.error
    }
  }
  const isAnyListed = kinds.some(({ listed }) => listed.ok && listed.value !== undefined)
  if (refusal && !isAnyListed) return err(refused(refusal))
  const listable = kinds.flatMap(({ codec, listed }) => (listed.ok ? [codec] : []))
  const leftOut = leftOutOf(forbidden, scope)
  return ok({ found: found.sort(compareRoutes), codecs: listable, leftOut, refusal })
}

function leftOutOf(kinds: readonly string[], { namespace }: Scope): string | undefined {
  if (kinds.length === 0) return undefined
  const where = namespace === undefined ? 'of all namespaces' : `of namespace ${namespace}`
  return `left out, since you may not list the routes ${where}: ${kinds.join(', ')}`
}

/** The routes of one kind; none where the cluster does not serve it. */
export async function readKind(...given: Parameters<typeof listKind>): Promise<Result<Route[], Failure>> {
  const listed = await listKind(...given)
  return listed.ok ? ok(listed.value ?? []) : err(refused(listed.error))
}

/** The same; `undefined` where the cluster does not serve the kind. */
async function listKind(
  reading: Reading,
  discovery: DiscoverySnapshot,
  codec: RouteCodec,
  { namespace, selector }: Scope,
  progress: Progress,
): Promise<Result<Route[] | undefined, KubeError>> {
  const resource = await discovery.find(codec)
  if (!resource.ok) return resource
  if (!resource.value) return ok(undefined)
  return listAll(reading, { resource: resource.value, namespace, labelSelector: selector }, (object) => {
    progress.count(codec.plural)
    return codec.read(object)
  })
}

type Named = Pick<Route, 'namespace' | 'kind' | 'name'>

/** The order in which routes are shown. */
export const compareRoutes = (a: Named, b: Named): number =>
  compareText(a.namespace, b.namespace) || compareText(a.kind, b.kind) || compareText(a.name, b.name)

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** The namespaces of all Services that the routes refer to. */
export const namespacesOf = (routes: readonly Route[]): string[] => {
  const services = routes.flatMap(({ splits }) => splits.flatMap(({ backends }) => backends))
  return [...new Set(services.map(({ service }) => namespaceOf(service)))]
}

/** What is known of Services, and the Services themselves. */
export interface ServicesRead extends Services {
  readonly facts: StoreReader<ServiceFacts>
}

/** What is known of Services in the given namespaces; `undefined` means all namespaces. */
export async function readServices(
  reading: Reading,
  namespaces: readonly (string | undefined)[],
  progress: Progress,
): Promise<Result<ServicesRead, Failure>> {
  const lists: (() => Promise<Result<void, KubeError>>)[] = []
  const open: Open = (objects, onChange) => {
    const { reader, writer } = createStore(onChange)
    lists.push(() => readOnce(reading, objects, namespaces, progress, writer))
    return reader
  }
  let links: readonly Link[] | undefined
  const ways: Ways = {
    doubt: (service, cluster) => (links ? doubtOfLinks(service, cluster, links) : undefined),
  }
  const readiness = openReadiness(open, silent, { ways })
  for (const answer of await Promise.all(lists.map((read) => read())))
    if (!answer.ok) return err(refused(answer.error))
  const { of, account, clusterOf, services } = readiness
  const hasMirrors = [...services.entries()].some(([, facts]) => mirroredFrom(facts) !== undefined)
  if (hasMirrors) links = await readLinks(reading)
  return ok({ readiness: of, account, clusterOf, facts: services })
}

/** Fills a store once, with the projections that the operator keeps. */
async function readOnce<T>(
  reading: Reading,
  objects: Objects<T>,
  namespaces: readonly (string | undefined)[],
  progress: Progress,
  writer: StoreWriter<T>,
): Promise<Result<void, KubeError>> {
  const readNamespace = async (namespace: string | undefined) => {
    let entries: [string, StoreEntry<T>][] = []
    const take = (object: unknown) => {
      progress.count(objects.name)
      const head = readHead(object)
      if (head)
        entries.push([head.key, { resourceVersion: head.resourceVersion, value: objects.project(object) }])
    }
    const begin = () => {
      entries = []
    }
    const listed = await list(reading, { ...objects, namespace }, take, begin)
    return listed.ok ? ok(entries) : listed
  }
  const all = new Map<string, StoreEntry<T>>()
  for (const answer of await Promise.all(namespaces.map(readNamespace))) {
    if (!answer.ok) return answer
    for (const [key, entry] of answer.value) all.set(key, entry)
  }
  writer.replace(all, '')
  return ok(undefined)
}
