import { readinessOf, type ServiceKey, unknown } from '../core/types.ts'
import type { StoreChange } from '../kube/watch/store.ts'
import type { Objects, Open, ReadinessListeners } from './objects.ts'
import { type EndpointCounts, type Family, families, projectSlice, type Slice } from './projections.ts'
import type { ReadinessSource } from './source.ts'

const sliceObjects: Objects<Slice> = {
  name: 'endpointslices',
  resource: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' },
  project: projectSlice,
  serviceOf: (object) => projectSlice(object).service,
}

/** The EndpointSlices of this cluster. A Service without any is down: nothing can serve. The last source. */
export function localSlices(open: Open, { onService, onCounts }: ReadinessListeners): ReadinessSource {
  const sums = new SliceSums()
  const slices = open(sliceObjects, (change) => {
    for (const { service, turned } of sums.change(change)) {
      if (turned) onService(service, change.after?.changedAt)
      else onCounts(service)
    }
  })
  return {
    name: 'EndpointSlices',
    synced: () => slices.synced,
    of: (service) => {
      if (!slices.synced) return unknown
      const { ready, total } = sums.of(service)
      return readinessOf(ready, total)
    },
  }
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
 * Counts by Service: the sums of its slices. They are kept, so asking is O(1).
 *
 * A Service of two address families has each Pod in a slice of either, and Linkerd takes one address of each Pod;
 * so the slices of one family are summed, and the largest sum counts.
 */
class SliceSums {
  readonly #sums: Readonly<Record<Family, Map<ServiceKey, Sum>>> = {
    IPv4: new Map(),
    IPv6: new Map(),
    other: new Map(),
  }

  /** Takes one change of a slice; answers with the Services whose counts it changed. */
  change({ before, after }: StoreChange<Slice>): CountsChange[] {
    const services = [...new Set([before?.service, after?.service])].filter((name) => name !== undefined)
    const counts = services.map((service) => this.of(service))
    if (before) this.#add(before, -1)
    if (after) this.#add(after, 1)
    return services.flatMap((service, index) => {
      const old = counts[index] ?? noSlices
      const { ready, total } = this.of(service)
      if (ready === old.ready && total === old.total) return []
      return [{ service, turned: ready > 0 !== old.ready > 0 }]
    })
  }

  of(service: ServiceKey): EndpointCounts {
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
