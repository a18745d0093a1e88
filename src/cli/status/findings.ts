import type { FindingItem } from '../../api/schema.ts'
import { namespaceOf, type ServiceKey } from '../../core/types.ts'
import { DiscoverySnapshot } from '../../kube/discovery.ts'
import { diagnose } from '../../routes/diagnosis.ts'
import type { DiagnosisInput } from '../../routes/finding.ts'
import type { Judged } from '../../routes/judge.ts'
import { type Profile, profileNames } from '../../routes/profile/profile.ts'
import type { Route } from '../../routes/route.ts'
import { conflictsAmong } from '../../routes/sharing.ts'
import { isReadByLinkerd, judgeOwnProfile, readProfiles } from '../explain/findings.ts'
import { reportedIn } from '../explain/reported.ts'
import type { Reading } from '../listing.ts'
import type { Progress } from '../progress.ts'
import type { EventsByRoute } from './events.ts'

/** What a diagnosis asks of the cluster beyond Services, as far as it could be read. */
export interface Surroundings extends Pick<DiagnosisInput, 'hasProfile' | 'judgeProfile' | 'isRead'> {
  /** The operator's, by uid of the route. */
  readonly events: EventsByRoute
  /** What could not be read, and what the server said: what is wrong there is not found. */
  readonly unseen: readonly string[]
}

type ServicesKnown = Pick<DiagnosisInput, 'service' | 'readiness' | 'downGateway'>
type Found = (judged: Judged) => readonly FindingItem[]

/** Reads what is around routes of these kinds; with a namespace nothing outside of it is asked for. */
export async function readSurroundings(
  reading: Reading,
  kinds: Iterable<string>,
  namespace: string | undefined,
  events: EventsByRoute,
  progress: Progress,
): Promise<Surroundings> {
  const discovery = new DiscoverySnapshot(reading)
  const profiles = await readProfiles(reading, discovery, namespace, progress)
  progress.clear()
  return {
    ...profilesIn(profiles.ok && (await isServed(discovery)) ? profiles.value : undefined),
    isRead: await versionsRead(discovery, kinds),
    events,
    unseen: profiles.ok ? [] : [`ServiceProfiles cannot be read: ${profiles.error.message}`],
  }
}

/** Makes the operator's own diagnoses of routes, and remembers of them what takes long. */
export class Finder {
  #routes: readonly Route[] = []
  #conflicts: ReturnType<typeof conflictsAmong> = new Map()

  /** Answers for each of the routes; all of them must be given, since they may stand in each other's way. */
  among(routes: readonly Route[], around: Surroundings, services: ServicesKnown): Found {
    if (!isSame(routes, this.#routes)) this.#conflicts = conflictsAmong(routes)
    this.#routes = routes
    const conflicts = this.#conflicts
    return (judged) => {
      const { route } = judged
      const ofRoute = (parent: ServiceKey) => conflicts.get(parent)?.get(route) ?? []
      // How long a hold lasts, only the operator knows: its Events say it.
      const found = diagnose(route, { ...around, ...services, conflicts: ofRoute, longHolds: [] })
      const reported = reportedIn(around.events.get(route.uid) ?? [], judged)
      return [...reported, ...found].map(({ reason, message }) => ({ reason, message }))
    }
  }
}

const isSame = (one: readonly Route[], other: readonly Route[]): boolean =>
  one.length === other.length && one.every((route, index) => route === other[index])

/** Services as they are known; nothing is known of those of namespaces that are not read. */
export const servicesIn =
  (service: DiagnosisInput['service'], places: readonly string[] | undefined): DiagnosisInput['service'] =>
  (name) =>
    service(name) ?? (places?.includes(namespaceOf(name)) === false ? 'unknown' : undefined)

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

/** Of each of the kinds whether the cluster serves it in a version that Linkerd reads. */
async function versionsRead(
  discovery: DiscoverySnapshot,
  kinds: Iterable<string>,
): Promise<DiagnosisInput['isRead']> {
  const read = new Map<string, boolean | 'unknown'>()
  for (const kind of new Set(kinds)) read.set(kind, await isReadByLinkerd(discovery, { kind }))
  return (kind) => read.get(kind) ?? 'unknown'
}
