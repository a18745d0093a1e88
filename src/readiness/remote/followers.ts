import type { ServiceKey } from '../../core/types.ts'
import { beside } from './discovered.ts'
import type { Discovery } from './discovery.ts'

/** Which Services take their endpoints from which others. The cluster '' is this one. */
export class Followers {
  readonly #followers = new Map<string, Set<ServiceKey>>()

  of(cluster: string, service: ServiceKey): Iterable<ServiceKey> {
    return this.#followers.get(`${cluster}/${service}`) ?? []
  }

  /** Takes that a Service is discovered elsewhere than before. */
  change(service: ServiceKey, before: Discovery | undefined, after: Discovery | undefined): void {
    for (const key of followed(service, before)) {
      const followers = this.#followers.get(key)
      followers?.delete(service)
      if (followers?.size === 0) this.#followers.delete(key)
    }
    for (const key of followed(service, after)) {
      const followers = this.#followers.get(key)
      if (followers) followers.add(service)
      else this.#followers.set(key, new Set([service]))
    }
  }
}

function followed(service: ServiceKey, discovery: Discovery | undefined): string[] {
  if (!discovery) return []
  const members = discovery.members.map(({ cluster, name }) => `${cluster}/${beside(service, name)}`)
  return discovery.local === undefined ? members : [...members, `/${beside(service, discovery.local)}`]
}
