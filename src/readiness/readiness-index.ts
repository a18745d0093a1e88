import { type Readiness, readinessOf, type ServiceKey, unknown } from '../core/types.ts'
import type { StoreChange, StoreReader } from '../kube/watch/store.ts'
import { type EndpointCounts, type Family, families, type Mirror, type Slice } from './projections.ts'

/** The caches that readiness is read from; `slices` comes as changes, the others are asked. */
export interface ReadinessSources {
  /** Endpoints of mirrored services, by service. */
  readonly endpoints: StoreReader<EndpointCounts>
  /** Mirrored services, by service. */
  readonly mirrors: StoreReader<Mirror>
  /** True once each of the caches has seen a complete list. */
  readonly synced: () => boolean
}

interface Sum extends EndpointCounts {
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
 *
 * A Service of two address families has each Pod in a slice of either, and Linkerd takes one address of each Pod;
 * so the slices of one family are summed, and the largest sum counts.
 */
export class ReadinessIndex {
  readonly #sources: ReadinessSources
  readonly #sums: Readonly<Record<Family, Map<ServiceKey, Sum>>> = {
    IPv4: new Map(),
    IPv6: new Map(),
    other: new Map(),
  }

  constructor(sources: ReadinessSources) {
    this.#sources = sources
  }

  /** What is known of a Service now. A Service without any endpoints object is down: nothing can serve. */
  of(service: ServiceKey): Readiness {
    if (!this.#sources.synced()) return unknown
    const written = this.#sources.endpoints.get(service)
    if (written) return readinessOf(written.ready, written.total)
    if (this.#sources.mirrors.get(service)?.remote) return unknown
    const { ready, total } = this.#count(service)
    return readinessOf(ready, total)
  }

  /** Takes one change of a slice; answers with the Services whose counts it changed. */
  change({ before, after }: StoreChange<Slice>): CountsChange[] {
    const services = [...new Set([before?.service, after?.service])].filter((name) => name !== undefined)
    const counts = services.map((service) => this.#count(service))
    if (before) this.#add(before, -1)
    if (after) this.#add(after, 1)
    return services.flatMap((service, index) => {
      const old = counts[index] ?? noSlices
      const { ready, total } = this.#count(service)
      if (ready === old.ready && total === old.total) return []
      return [{ service, turned: ready > 0 !== old.ready > 0 }]
    })
  }

  #count(service: ServiceKey): EndpointCounts {
    let [ready, total] = [0, 0]
    for (const family of families) {
      const sum = this.#sums[family].get(service) ?? noSlices
      ready = Math.max(ready, sum.ready)
      total = Math.max(total, sum.total)
    }
    return { ready, total }
  }

  #add({ family, service, ready, total }: Slice, sign: 1 | -1): void {
    if (family === 'echo') return
    const sums = this.#sums[family]
    const sum = sums.get(service) ?? noSlices
    if (sum.slices + sign === 0) sums.delete(service)
    else {
      sums.set(service, {
        ready: sum.ready + sign * ready,
        total: sum.total + sign * total,
        slices: sum.slices + sign,
      })
    }
  }
}
