import type { ServiceKey } from '../../core/types.ts'
import { Discovery } from '../../kube/discovery.ts'
import type { CacheTools } from '../../kube/watch/cache.ts'
import type { DiagnosisInput } from '../../routes/finding.ts'
import { judgeProfile } from '../../routes/profile/judge-profile.ts'
import type { Route } from '../../routes/route.ts'
import type { ClusterWatch } from './cluster-watch.ts'
import { ProfileWatch } from './profile-watch.ts'
import { ReadVersions } from './read-versions.ts'

/**
 * What a diagnosis asks of the cluster beyond routes: Services, ServiceProfiles, and versions that are
 * served.
 */
export interface Surroundings extends Omit<DiagnosisInput, 'conflicts' | 'longHolds'> {
  /** Begins to watch; a cluster without Gateway API routes is spared that. */
  start(): void
  stop(): Promise<void>
  /** For who writes ServiceProfiles. */
  readonly profiles: ProfileWatch
}

export interface SurroundingsOptions extends Omit<CacheTools, 'onState'> {
  /** The cluster's domain, if the operator writes ServiceProfiles: then findings speak of these. */
  readonly clusterDomain: string | undefined
}

/**
 * Watches ServiceProfiles; Services and readiness are asked of others. `onService` is called with each
 * Service whose ServiceProfile is not as before, `onAll` when more is known that may concern every route.
 * `clusterDomain`: the cluster's, if the operator writes ServiceProfiles.
 */
export function watchSurroundings(
  { clusterDomain, ...tools }: SurroundingsOptions,
  { service, readiness, downGateway }: Pick<ClusterWatch, 'service' | 'readiness' | 'downGateway'>,
  onService: (service: ServiceKey) => void,
  onAll: () => void,
): Surroundings {
  const discovery = new Discovery(tools.transport, tools.clock)
  const profiles = new ProfileWatch(tools)
  profiles.onProfile(onService)
  profiles.onState(onAll)
  const versions = new ReadVersions(discovery, tools.clock, onAll)
  let started = false
  return {
    service,
    readiness,
    downGateway,
    profiles,
    isRead: (kind) => versions.isRead(kind),
    hasProfile: (service) => profiles.takesOver(service),
    judgeProfile: (split) =>
      clusterDomain === undefined ? 'unknown' : judgeKnown(profiles, split, clusterDomain),
    start: () => {
      if (started) return
      started = true
      profiles.start()
      versions.look()
    },
    stop: async () => {
      discovery.stop()
      await profiles.stop()
    },
  }
}

/** What a look at the ServiceProfile of a TrafficSplit finds, as far as ServiceProfiles are known. */
function judgeKnown(profiles: ProfileWatch, split: Route, domain: string) {
  const [apex] = split.apexes
  if (!profiles.synced || apex === undefined) return 'unknown'
  return profiles.resource ? judgeProfile(split, profiles.of(apex, domain), domain) : 'not served'
}
