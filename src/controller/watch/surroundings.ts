import type { ServiceKey } from '../../core/types.ts'
import { Discovery } from '../../kube/discovery.ts'
import { type CacheTools, createCache } from '../../kube/watch/cache.ts'
import { projectProfile } from '../../readiness/profile.ts'

/** What a diagnosis asks of the cluster beyond routes: ports of Services, and ServiceProfiles. */
export interface Surroundings {
  readonly ports: (service: ServiceKey) => readonly number[] | undefined | 'unknown'
  readonly hasProfile: (service: ServiceKey) => boolean
  /** Begins to watch; a cluster without Gateway API routes is spared that. */
  start(): void
  stop(): Promise<void>
}

/** Where Linkerd's ServiceProfiles are. */
export const profiles = { group: 'linkerd.io', plural: 'serviceprofiles', versions: ['v1alpha2'] }

/**
 * Watches ServiceProfiles; `ports` is asked of others. `onService` is called with each Service that a ServiceProfile
 * began or ceased to take over, `onAll` when all of them are known.
 */
export function watchSurroundings(
  tools: Omit<CacheTools, 'onState'>,
  ports: Surroundings['ports'],
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
  let started = false
  return {
    ports,
    hasProfile: (service) => (counts.get(service) ?? 0) > 0,
    start: () => {
      if (started) return
      started = true
      serviceProfiles.start()
    },
    stop: async () => {
      discovery.stop()
      await serviceProfiles.stop()
    },
  }
}
