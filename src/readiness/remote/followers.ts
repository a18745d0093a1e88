import type { ServiceKey } from '../../core/types.ts'
import type { ServiceFacts } from '../service-facts.ts'
import { beside } from './discovered.ts'
import { remotesOf } from './origin.ts'

/** Which Services take their endpoints from which others. The cluster '' is this one. */
export class Followers {
  readonly #followers = new Map<string, Set<ServiceKey>>()

  of(cluster: string, service: ServiceKey): Iterable<ServiceKey> {
    return this.#followers.get(`${cluster}/${service}`) ?? []
  }

  /** Takes that a Service has its endpoints, or its origin, elsewhere than before. */
  change(service: ServiceKey, before: ServiceFacts | undefined, after: ServiceFacts | undefined): void {
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

function followed(service: ServiceKey, facts: ServiceFacts | undefined): string[] {
  const remote = facts ? remotesOf(facts) : []
  const members = remote.map(({ cluster, name }) => `${cluster}/${beside(service, name)}`)
  const local = facts?.discovery?.local
  return local === undefined ? members : [...members, `/${beside(service, local)}`]
}
