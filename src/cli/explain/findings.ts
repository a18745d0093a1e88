import { err, ok, type Result } from '../../base/result.ts'
import { profiles } from '../../controller/watch/surroundings.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { readHead } from '../../kube/watch/watch-event.ts'
import { projectProfile } from '../../readiness/profile.ts'
import { projectService, serviceObjects } from '../../readiness/service-facts.ts'
import { codecs } from '../../routes/codecs.ts'
import { diagnose, type Finding } from '../../routes/diagnosis.ts'
import { routeTitle } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import { conflictsOf } from '../../routes/sharing.ts'
import { type Failure, refused } from '../failure.ts'
import { listAs, type Reading } from '../listing.ts'
import type { Progress } from '../progress.ts'
import { namespaceOf, namespacesOf, readKind } from '../snapshot.ts'
import { type Fight, readFight } from './fight.ts'

/** What is wrong around a route, as far as the user may look. */
export interface Diagnosis {
  readonly findings: readonly (Finding | Fight)[]
  /** What could not be looked at, and what the server said: what is wrong there is not found. */
  readonly unseen: readonly string[]
}

/**
 * Asks the operator's own diagnoses: of the Services in the namespaces of the backends, and of what
 * is in those of the route and its parents, where Linkerd looks for ServiceProfiles as well. Never fails.
 */
export async function diagnoseRoute(
  reading: Reading,
  route: Route,
  selector: string,
  progress: Progress,
): Promise<Diagnosis> {
  const places = [...new Set([route.namespace, ...route.apexes.map(namespaceOf)])]
  const discovery = new DiscoverySnapshot(reading)
  const [services, overrides, fights, ...routes] = await Promise.all([
    gather('Services', namespacesOf([route]), (namespace) => readPorts(reading, namespace, progress)),
    gather('ServiceProfiles', places, (namespace) => readProfiles(reading, discovery, namespace, progress)),
    gather('Events', [route.namespace], () => readFight(reading, route)),
    ...codecs.map((codec) =>
      gather(`${codec.kind}s`, places, (namespace) =>
        readKind(reading, discovery, codec, { namespace, selector }, progress),
      ),
    ),
  ])
  const ports = new Map(services.found)
  const taken = new Set(overrides.found)
  const others = routes
    .flatMap(({ found }) => found)
    .filter((other) => routeTitle(other) !== routeTitle(route))
  const findings = diagnose(route, {
    ports: (service) => (services.seen.has(namespaceOf(service)) ? ports.get(service) : 'unknown'),
    hasProfile: (service) => taken.has(service),
    conflicts: (parent) =>
      conflictsOf(
        route,
        parent,
        others.filter(({ apexes }) => apexes.includes(parent)),
      ),
  })
  return {
    findings: [...fights.found, ...findings.map(({ reason, message }) => ({ reason, message }))],
    unseen: [services, overrides, fights, ...routes].flatMap(({ unseen }) => unseen),
  }
}

interface Gathered<T> {
  readonly found: readonly T[]
  /** The namespaces that were read. */
  readonly seen: ReadonlySet<string>
  readonly unseen: readonly string[]
}

/** Reads the same of several namespaces; one that must not be read spoils none of the others. */
async function gather<T>(
  what: string,
  namespaces: readonly string[],
  read: (namespace: string) => Promise<Result<readonly T[], Failure>>,
): Promise<Gathered<T>> {
  const found: T[] = []
  const seen = new Set<string>()
  const unseen: string[] = []
  const answers = await Promise.all(namespaces.map(read))
  for (const [index, answer] of answers.entries()) {
    const namespace = namespaces[index] ?? ''
    if (answer.ok) {
      seen.add(namespace)
      found.push(...answer.value)
    } else unseen.push(`${what} in namespace ${namespace}: ${answer.error.message}`)
  }
  return { found, seen, unseen }
}

function readPorts(reading: Reading, namespace: string, progress: Progress) {
  const { resource } = serviceObjects
  return listAs(reading, { resource, namespace }, (object): [string, readonly number[]] | undefined => {
    progress.count(resource.plural)
    const head = readHead(object)
    return head && [head.key, projectService(object).ports.flatMap(({ port }) => port ?? [])]
  })
}

/** The Services that ServiceProfiles take over; none where the cluster does not serve the kind. */
async function readProfiles(
  reading: Reading,
  discovery: DiscoverySnapshot,
  namespace: string,
  progress: Progress,
): Promise<Result<string[], Failure>> {
  const resource = await discovery.find(profiles)
  if (!resource.ok) return err(refused(resource.error))
  if (!resource.value) return ok([])
  return listAs(reading, { resource: resource.value, namespace }, (object) => {
    progress.count(profiles.plural)
    return projectProfile(object)
  })
}
