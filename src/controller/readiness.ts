import { type Readiness, readinessOf, type ServiceKey, unknown } from '../core/types.ts'
import type { StoreChange, StoreReader } from '../kube/store.ts'
import type { EndpointCounts, Mirror, Slice } from './projections.ts'

/** The caches that readiness is read from; `slices` comes as changes, the others are asked. */
export interface ReadinessSources {
  /** Endpoints of mirrored services, by service. */
  readonly endpoints: StoreReader<EndpointCounts>
  /** Mirrored services, by service. */
  readonly mirrors: StoreReader<Mirror>
  /** True once each of the caches has seen a complete list. */
  readonly synced: () => boolean
}

interface Sum {
  readonly ready: number
  readonly total: number
  readonly slices: number
}

/** A Service that has other counts than before; `turned`: ready, or down. Most often it has not turned. */
export interface CountsChange {
  readonly service: ServiceKey
  readonly turned: boolean
}

const noSlices: Sum = { ready: 0, total: 0, slices: 0 }

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
    if (this.#sources.mirrors.get(service)?.remote) return unknown
    const { ready, total } = this.#sum(service)
    return readinessOf(ready, total)
  }

  /** Takes one change of a slice; answers with the Services whose counts it changed. */
  change({ before, after }: StoreChange<Slice>): CountsChange[] {
    const services = [...new Set([before?.service, after?.service])].filter((name) => name !== undefined)
    const sums = services.map((service) => this.#sum(service))
    if (before && !before.echo) this.#add(before, -1)
    if (after && !after.echo) this.#add(after, 1)
    return services.flatMap((service, index) => {
      const old = sums[index] ?? noSlices
      const { ready, total } = this.#sum(service)
      if (ready === old.ready && total === old.total) return []
      return [{ service, turned: ready > 0 !== old.ready > 0 }]
    })
  }

  #sum(service: ServiceKey): Sum {
    return this.#sums.get(service) ?? noSlices
  }

  #add(slice: Slice, sign: 1 | -1): void {
    const { ready, total, slices } = this.#sum(slice.service)
    if (slices + sign === 0) this.#sums.delete(slice.service)
    else {
      this.#sums.set(slice.service, {
        ready: ready + sign * slice.ready,
        total: total + sign * slice.total,
        slices: slices + sign,
      })
    }
  }
}
