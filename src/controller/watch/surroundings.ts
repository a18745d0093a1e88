import type { ServiceKey } from '../../core/types.ts'
import { Discovery } from '../../kube/discovery.ts'
import { type CacheTools, createCache } from '../../kube/watch/cache.ts'
import { projectProfile } from '../../readiness/profile.ts'
import type { DiagnosisInput } from '../../routes/finding.ts'
import { ReadVersions } from './read-versions.ts'

/**
 * What a diagnosis asks of the cluster beyond routes: Services, ServiceProfiles, and versions that are
 * served.
 */
export interface Surroundings extends Omit<DiagnosisInput, 'conflicts' | 'longHolds'> {
  /** Begins to watch; a cluster without Gateway API routes is spared that. */
  start(): void
  stop(): Promise<void>
}

/** Where Linkerd's ServiceProfiles are. */
export const profiles = { group: 'linkerd.io', plural: 'serviceprofiles', versions: ['v1alpha2'] }

/**
 * Watches ServiceProfiles; Services and readiness are asked of others. `onService` is called with each
 * Service that a ServiceProfile began or ceased to take over, `onAll` when more is known that may concern
 * every route.
 */
export function watchSurroundings(
  tools: Omit<CacheTools, 'onState'>,
  { service, readiness }: Pick<Surroundings, 'service' | 'readiness'>,
  onService: (service: ServiceKey) => void,
  onAll: () => void,
): Surroundings {
  const counts = new Map<ServiceKey, number>()
  const discovery = new Discovery(tools.transport, tools.clock)
  const count = (service: ServiceKey | undefined, by: number) => {
    if (service === undefined) return
    const now = (counts.get(service) ?? 0) + by
    if (now === 0) counts.delete(service)
    else counts.set(service, now)
    onService(service)
  }
  const serviceProfiles = createCache(
    {
      name: profiles.plural,
      resource: () => discovery.find(profiles),
      project: projectProfile,
      onChange: ({ before, after }) => {
        count(before, -1)
        count(after, 1)
      },
    },
    { ...tools, onState: onAll },
  )
  const versions = new ReadVersions(discovery, tools.clock, onAll)
  let started = false
  return {
    service,
    readiness,
    isRead: (kind) => versions.isRead(kind),
    hasProfile: (service) => (counts.get(service) ?? 0) > 0,
    start: () => {
      if (started) return
      started = true
      serviceProfiles.start()
      versions.look()
    },
    stop: async () => {
      discovery.stop()
      await serviceProfiles.stop()
    },
  }
}
