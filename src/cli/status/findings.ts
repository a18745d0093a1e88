import { namespaceOf, type ServiceKey } from '../../core/types.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { diagnose } from '../../routes/diagnosis.ts'
import type { DiagnosisInput, Finding } from '../../routes/finding.ts'
import type { Judged } from '../../routes/judge.ts'
import { type Profile, profileNames } from '../../routes/profile/profile.ts'
import type { Route } from '../../routes/route.ts'
import { conflictsAmong } from '../../routes/sharing.ts'
import { isReadByLinkerd, judgeOwnProfile, readProfiles } from '../explain/findings.ts'
import { type Reported, reportedIn } from '../explain/reported.ts'
import type { Reading } from '../listing.ts'
import type { Progress } from '../progress.ts'
import { namespacesOf, type Snapshot } from '../snapshot.ts'
import type { EventsByRoute } from './events.ts'

/** What is wrong around the routes of a snapshot. */
export interface Found {
  readonly of: (route: Route) => readonly (Finding | Reported)[]
  /** What could not be read, and what the server said: what is wrong there is not found. */
  readonly unseen: readonly string[]
}

/**
 * Makes the operator's own diagnoses of all routes of a snapshot; `events` are the operator's, by uid of the
 * route. With a namespace nothing outside of those that its backends are in is asked for.
 */
export async function findAround(
  reading: Reading,
  snapshot: Snapshot,
  namespace: string | undefined,
  events: EventsByRoute,
  progress: Progress,
): Promise<Found> {
  const discovery = new DiscoverySnapshot(reading)
  const profiles = await readProfiles(reading, discovery, namespace, progress)
  progress.clear()
  const around = {
    ...serviceIn(snapshot, namespace),
    ...profilesIn(profiles.ok && (await isServed(discovery)) ? profiles.value : undefined),
    isRead: await versionsRead(discovery, snapshot.routes),
    readiness: snapshot.readiness,
    // How long a hold lasts, only the operator knows: its Events say it.
    longHolds: [],
  }
  const conflicts = conflictsAmong(snapshot.routes)
  const findingsOf = (judged: Judged): (Finding | Reported)[] => {
    const { route } = judged
    const ofRoute = (parent: ServiceKey) => conflicts.get(parent)?.get(route) ?? []
    const found = diagnose(route, { ...around, conflicts: ofRoute })
    return [...reportedIn(events.get(route.uid) ?? [], judged), ...found]
  }
  const all = new Map(snapshot.judged.map((judged) => [judged.route, findingsOf(judged)]))
  const unseen = profiles.ok ? [] : [`ServiceProfiles cannot be read: ${profiles.error.message}`]
  return { of: (route) => all.get(route) ?? [], unseen }
}

/** Services as they were read; nothing is known of those of other namespaces. */
function serviceIn(
  { facts, routes }: Snapshot,
  namespace: string | undefined,
): Pick<DiagnosisInput, 'service'> {
  const places = namespace === undefined ? undefined : new Set(namespacesOf(routes))
  const isRead = (name: ServiceKey) => places?.has(namespaceOf(name)) ?? true
  return { service: (name) => facts.get(name) ?? (isRead(name) ? undefined : 'unknown') }
}

/** Whether the cluster serves ServiceProfiles; false if that is not known. */
async function isServed(discovery: DiscoverySnapshot): Promise<boolean> {
  const served = await discovery.find(profileNames)
  return served.ok && served.value !== undefined
}

/** `undefined`: they could not be read, or the cluster does not serve them. */
function profilesIn(
  profiles: readonly Profile[] | undefined,
): Pick<DiagnosisInput, 'hasProfile' | 'judgeProfile'> {
  const byService = new Map(profiles?.map((profile) => [profile.service, profile]))
  return {
    hasProfile: (service) => byService.get(service)?.takesOver ?? false,
    judgeProfile: (split) =>
      profiles ? judgeOwnProfile(split, byService.get(split.apexes[0] ?? '')) : 'unknown',
  }
}

/** Of each kind of the routes whether the cluster serves it in a version that Linkerd reads. */
async function versionsRead(
  discovery: DiscoverySnapshot,
  routes: readonly Route[],
): Promise<DiagnosisInput['isRead']> {
  const read = new Map<string, boolean | 'unknown'>()
  for (const route of routes)
    if (!read.has(route.kind)) read.set(route.kind, await isReadByLinkerd(discovery, route))
  return (kind) => read.get(kind) ?? 'unknown'
}
