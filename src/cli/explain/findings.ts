import { err, ok, type Result } from '../../base/result.ts'
import { namespaceOf, type ServiceKey } from '../../core/types.ts'
import type { DiscoverySnapshot } from '../../kube/discovery.ts'
import { type ServiceFacts, serviceObjects } from '../../readiness/service-facts.ts'
import { codecs } from '../../routes/codecs.ts'
import { diagnose } from '../../routes/diagnosis.ts'
import type { DiagnosisInput, Finding } from '../../routes/finding.ts'
import { gatewayCodecs } from '../../routes/gateway.ts'
import type { Judged } from '../../routes/judge.ts'
import { routeTitle } from '../../routes/key.ts'
import { judgeProfile, type ProfileVerdict } from '../../routes/profile/judge-profile.ts'
import { type Profile, profileNames, readProfile } from '../../routes/profile/profile.ts'
import type { Route, RouteCodec } from '../../routes/route.ts'
import { conflictsOf } from '../../routes/sharing.ts'
import type { RouteEvent } from '../../routes/since.ts'
import { type Failure, refused } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import type { Progress } from '../progress.ts'
import { namespacesOf, readKind, type ServicesRead } from '../snapshot.ts'
import { type Reported, reportedIn } from './reported.ts'

/** What is wrong around a route, as far as the user may look. */
export interface Diagnosis {
  readonly findings: readonly (Finding | Reported)[]
  /** What could not be looked at, and what the server said: what is wrong there is not found. */
  readonly unseen: readonly string[]
}

/** What is around a route: of each kind what could be read, and why the rest could not. */
export interface Around {
  /** Whether the cluster serves the route's kind in a version that Linkerd reads. */
  readonly isRead: boolean | 'unknown'
  readonly profiles: Gathered<Profile>
  /** Whether the cluster serves ServiceProfiles; false if that is not known. */
  readonly hasProfiles: boolean
  /** The Services of namespaces in which the route has parents and no backends. */
  readonly parents: Gathered<readonly [ServiceKey, ServiceFacts]>
  /** The controlled routes in the namespaces of the route and its parents, by kind. */
  readonly routes: ReadonlyMap<string, Gathered<Route>>
}

/**
 * Reads the namespaces of a route and its parents, where Linkerd looks for ServiceProfiles as well. Never
 * fails: what cannot be read is in the answer.
 */
export async function readAround(
  reading: Reading,
  discovery: DiscoverySnapshot,
  route: Route,
  selector: string,
  progress: Progress,
): Promise<Around> {
  const places = [...new Set([route.namespace, ...route.apexes.map(namespaceOf)])]
  const readRoutes = async (codec: RouteCodec): Promise<[string, Gathered<Route>]> => [
    codec.kind,
    await gather(`${codec.kind}s`, places, (namespace) =>
      readKind(reading, discovery, codec, { namespace, selector }, progress),
    ),
  ]
  const read = namespacesOf([route])
  const beyond = [...new Set(route.apexes.map(namespaceOf))].filter((place) => !read.includes(place))
  const [isRead, parents, profiles, ...routes] = await Promise.all([
    isReadByLinkerd(discovery, route),
    gather('Services', beyond, (namespace) => readFacts(reading, namespace, progress)),
    gather('ServiceProfiles', places, (namespace) => readProfiles(reading, discovery, namespace, progress)),
    ...codecs.map(readRoutes),
  ])
  const served = await discovery.find(profileNames)
  const hasProfiles = served.ok && served.value !== undefined
  return { isRead, parents, profiles, hasProfiles, routes: new Map(routes) }
}

/** Whether the cluster serves the route's kind in a version that Linkerd reads. */
export async function isReadByLinkerd(
  discovery: DiscoverySnapshot,
  { kind }: Pick<Route, 'kind'>,
): Promise<boolean | 'unknown'> {
  const codec = gatewayCodecs.find((one) => one.kind === kind)
  if (!codec?.linkerdVersions) return true
  const found = await discovery.find({ ...codec, versions: codec.linkerdVersions })
  return found.ok ? found.value !== undefined : 'unknown'
}

/** Whether the selector selects the route; a failure if the routes of its kind could not be listed. */
export function isControlled({ kind, namespace, uid }: Route, { routes }: Around): Result<boolean, Failure> {
  const ofKind = routes.get(kind)
  const failure = ofKind?.failures.get(namespace)
  if (failure) return err(failure)
  return ok(ofKind?.found.some((route) => route.uid === uid) ?? false)
}

/** Makes the operator's own diagnoses; `events` are its own about the route, the oldest first. */
export function diagnoseRoute(
  judged: Judged,
  around: Around,
  { facts, readiness, ...known }: ServicesRead & Pick<DiagnosisInput, 'downGateway'>,
  events: Result<readonly RouteEvent[], Failure>,
): Diagnosis {
  const { route } = judged
  const { isRead, parents, profiles, routes } = around
  const taken = new Set(profiles.found.filter(({ takesOver }) => takesOver).map(({ service }) => service))
  const elsewhere = new Map(parents.found)
  const far = (name: ServiceKey) =>
    parents.failures.has(namespaceOf(name)) ? 'unknown' : elsewhere.get(name)
  const others = [...routes.values()]
    .flatMap(({ found }) => found)
    .filter((other) => routeTitle(other) !== routeTitle(route))
  const findings = diagnose(route, {
    service: (name) => facts.get(name) ?? far(name),
    readiness,
    isRead: () => isRead,
    hasProfile: (service) => taken.has(service),
    judgeProfile: (split) => judgeIn(around, split),
    conflicts: (parent) => {
      const rivals = others.filter(({ apexes }) => apexes.includes(parent))
      return conflictsOf(route, parent, rivals)
    },
    // How long a hold lasts, only the operator knows: its Events say it.
    longHolds: [],
    ...(known.downGateway ? { downGateway: known.downGateway } : {}),
  })
  const reported = events.ok ? reportedIn(events.value, judged) : []
  const noEvents = events.ok ? [] : [unseenIn('Events', route.namespace, events.error)]
  return {
    findings: [...reported, ...findings.map(({ reason, message }) => ({ reason, message }))],
    unseen: [
      ...unseenOf(parents),
      ...unseenOf(profiles),
      ...noEvents,
      ...[...routes.values()].flatMap(unseenOf),
    ],
  }
}

/** The ServiceProfile of a TrafficSplit's apex, as far as ServiceProfiles could be read. */
function judgeIn({ profiles, hasProfiles }: Around, split: Route): ProfileVerdict | 'unknown' {
  if (!hasProfiles || profiles.failures.has(split.namespace)) return 'unknown'
  return judgeOwnProfile(
    split,
    profiles.found.find(({ service }) => service === split.apexes[0]),
  )
}

/**
 * The ServiceProfile of a TrafficSplit's apex, if it has one, in the cluster domain that its own name has.
 */
export function judgeOwnProfile(split: Route, profile: Profile | undefined): ProfileVerdict {
  const [, domain = 'cluster.local'] = profile?.name.split('.svc.') ?? []
  return judgeProfile(split, profile, domain)
}

interface Gathered<T> {
  readonly what: string
  readonly found: readonly T[]
  /** By namespace. */
  readonly failures: ReadonlyMap<string, Failure>
}

/** Reads the same of several namespaces; one that must not be read spoils none of the others. */
async function gather<T>(
  what: string,
  namespaces: readonly string[],
  read: (namespace: string) => Promise<Result<readonly T[], Failure>>,
): Promise<Gathered<T>> {
  const found: T[] = []
  const failures = new Map<string, Failure>()
  const readOne = async (namespace: string) => ({ namespace, answer: await read(namespace) })
  for (const { namespace, answer } of await Promise.all(namespaces.map(readOne))) {
    if (answer.ok) found.push(...answer.value)
    else failures.set(namespace, answer.error)
  }
  return { what, found, failures }
}

const unseenOf = ({ what, failures }: Gathered<unknown>): string[] =>
  [...failures].map(([namespace, failure]) => unseenIn(what, namespace, failure))

const unseenIn = (what: string, namespace: string, { message }: Failure): string =>
  `${what} in namespace ${namespace}: ${message}`

const readFacts = (reading: Reading, namespace: string, progress: Progress) =>
  listAs(reading, { resource: serviceObjects.resource, namespace }, (object) => {
    progress.count(serviceObjects.name)
    const key = serviceObjects.serviceOf(object)
    return key === undefined ? undefined : ([key, serviceObjects.project(object)] as const)
  })

/** None if the cluster does not serve the kind; of all namespaces without one. */
export async function readProfiles(
  reading: Reading,
  discovery: DiscoverySnapshot,
  namespace: string | undefined,
  progress: Progress,
): Promise<Result<Profile[], Failure>> {
  const resource = await discovery.find(profileNames)
  if (!resource.ok) return err(refused(resource.error))
  if (!resource.value) return ok([])
  return listAs(reading, { resource: resource.value, namespace }, (object) => {
    progress.count(profileNames.plural)
    return readProfile(object)
  })
}
