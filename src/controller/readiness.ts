import { type Readiness, readinessOf, type ServiceKey, unknown } from '../core/types.ts'
import type { StoreChange, StoreReader } from '../kube/store.ts'
import type { EndpointCounts, Slice } from './projections.ts'

/** The caches that readiness is read from; `slices` comes as changes, the others are asked. */
export interface ReadinessSources {
  /** Endpoints of mirrored services, by service. */
  readonly endpoints: StoreReader<EndpointCounts>
  /** Mirrored services, by service: true where only another cluster knows their endpoints. */
  readonly remote: StoreReader<boolean>
  /** True once each of the caches has seen a complete list. */
  readonly synced: () => boolean
}

interface Sum {
  ready: number
  total: number
  slices: number
}

/**
 * Readiness by Service, from all that tells of it: the sum of its slices, or the Endpoints object of a
 * mirrored service, which is written first. Keeps the sums itself, so asking is O(1).
 */
export class ReadinessIndex {
  readonly #sources: ReadinessSources
  readonly #sums = new Map<ServiceKey, Sum>()

  constructor(sources: ReadinessSources) {
    this.#sources = sources
  }

  /** What is known of a Service now. A Service without any endpoints object is down: nothing can serve. */
  of(service: ServiceKey): Readiness {
    if (!this.#sources.synced()) return unknown
    const written = this.#sources.endpoints.get(service)
    if (written) return readinessOf(written.ready, written.total)
    if (this.#sources.remote.get(service)) return unknown
    const sum = this.#sums.get(service)
    return readinessOf(sum?.ready ?? 0, sum?.total ?? 0)
  }

  /** Takes one change of a slice; answers with the Services that it turned ready or down, most often none. */
  change({ before, after }: StoreChange<Slice>): ServiceKey[] {
    const services = [...new Set([before?.service, after?.service])].filter((name) => name !== undefined)
    const served = services.map((service) => this.#serves(service))
    if (before && !before.echo) this.#add(before, -1)
    if (after && !after.echo) this.#add(after, 1)
    return services.filter((service, index) => this.#serves(service) !== served[index])
  }

  #serves(service: ServiceKey): boolean {
    return (this.#sums.get(service)?.ready ?? 0) > 0
  }

  #add(slice: Slice, sign: 1 | -1): void {
    const sum = this.#sums.get(slice.service) ?? { ready: 0, total: 0, slices: 0 }
    sum.ready += sign * slice.ready
    sum.total += sign * slice.total
    sum.slices += sign
    if (sum.slices === 0) this.#sums.delete(slice.service)
    else this.#sums.set(slice.service, sum)
  }
}
