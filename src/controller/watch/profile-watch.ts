import type { ServiceKey } from '../../core/types.ts'
import { Discovery } from '../../kube/discovery.ts'
import type { Resource } from '../../kube/resource.ts'
import { type Cache, type CacheTools, createCache } from '../../kube/watch/cache.ts'
import { authorityOf, type Profile, profileNames, readProfile } from '../../routes/profile/profile.ts'
import { readingOf, type WatchReading } from './cluster-watch.ts'

/** Linkerd's ServiceProfiles, for whoever needs them: nothing is asked before the first `start()`. */
export class ProfileWatch {
  readonly cache: Cache<Profile>
  readonly #discovery: Discovery
  /** By Service: how many ServiceProfiles take it over; several if they name several cluster domains. */
  readonly #takers = new Map<ServiceKey, number>()
  readonly #listeners: ((service: ServiceKey) => void)[] = []
  readonly #stateListeners: (() => void)[] = []
  #resource: Resource | undefined
  #isStarted = false

  constructor(tools: Omit<CacheTools, 'onState'>) {
    this.#discovery = new Discovery(tools.transport, tools.clock)
    this.cache = createCache<Profile>(
      {
        name: profileNames.plural,
        resource: () => this.#find(),
        project: readProfile,
        onChange: ({ before, after }) => this.#change(before, after),
      },
      {
        ...tools,
        onState: () => {
          for (const listener of this.#stateListeners) listener()
        },
      },
    )
  }

  /** `undefined` if the cluster does not serve ServiceProfiles, or if that is not known yet. */
  get resource(): Resource | undefined {
    return this.#resource
  }

  /** True once all ServiceProfiles are known, or it is known that there is no such kind. */
  get synced(): boolean {
    return this.cache.reader.synced
  }

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.cache.start()
  }

  /** How the watch is, once it was started. */
  readings(): readonly WatchReading[] {
    return this.#isStarted ? [readingOf(this.cache)] : []
  }

  async stop(): Promise<void> {
    this.#discovery.stop()
    await this.cache.stop()
  }

  /** Calls back with each Service whose ServiceProfile came, went, or changed in what is kept of it. */
  onProfile(listener: (service: ServiceKey) => void): void {
    this.#listeners.push(listener)
  }

  /** Calls back when more may be known: the list is complete, or the kind is served now, or no longer. */
  onState(listener: () => void): void {
    this.#stateListeners.push(listener)
  }

  /** Whether proxies use a ServiceProfile instead of a route of this Service. */
  takesOver(service: ServiceKey): boolean {
    return (this.#takers.get(service) ?? 0) > 0
  }

  /** The ServiceProfile of a Service in this cluster domain, which is in the Service's own namespace. */
  of(service: ServiceKey, domain: string): Profile | undefined {
    return this.cache.reader.get(profileKey(service, domain))
  }

  async #find() {
    const found = await this.#discovery.find(profileNames)
    if (found.ok) this.#resource = found.value
    return found
  }

  #change(before: Profile | undefined, after: Profile | undefined): void {
    this.#count(before, -1)
    this.#count(after, 1)
    const service = (after ?? before)?.service
    if (service === undefined) return
    for (const listener of this.#listeners) listener(service)
  }

  #count(profile: Profile | undefined, by: number): void {
    if (!profile?.takesOver || profile.service === undefined) return
    const count = (this.#takers.get(profile.service) ?? 0) + by
    if (count === 0) this.#takers.delete(profile.service)
    else this.#takers.set(profile.service, count)
  }
}

/** The key of a ServiceProfile in the cache. */
export function profileKey(service: ServiceKey, domain: string): string {
  const [namespace] = service.split('/')
  return `${namespace}/${authorityOf(service, domain)}`
}
