import type { ServiceKey } from '../core/types.ts'
import type { StoreChange } from '../kube/watch/store.ts'
import type { Counts } from './reach.ts'
import { families, type Slice } from './slice.ts'

/** A Service that has other counts than before; `turned`: a port of it became reachable, or is so no more. */
export interface CountsChange {
  readonly service: ServiceKey
  readonly turned: boolean
}

const none: readonly Slice[] = []

/**
 * The slices of each Service. A Service of two address families has each Pod in a slice of either, and
 * Linkerd takes one address of each Pod; so the families are kept apart.
 */
export class SliceIndex {
  /** Most Services have one slice, which needs no list. */
  readonly #slices = new Map<ServiceKey, Slice | readonly Slice[]>()

  /** The slices of a Service, by family. */
  of(service: ServiceKey): readonly (readonly Slice[])[] {
    const all = this.#all(service)
    if (all.length < 2) return [all]
    return families.map((family) => all.filter((slice) => slice.family === family))
  }

  /** Takes one change of a slice; answers with the Services whose counts it changed. */
  change({ before, after }: StoreChange<Slice>): CountsChange[] {
    if (before && after && this.#replacesOnly(before, after))
      return compare(after.service, summaryOfOne(before), summaryOfOne(after))
    const services = [...new Set([before?.service, after?.service])].filter((name) => name !== undefined)
    const old = services.map((service) => summaryOf(this.of(service)))
    this.#replace(before, after)
    return services.flatMap((service, place) =>
      compare(service, old[place] ?? nothing, summaryOf(this.of(service))),
    )
  }

  /** Replaces the only slice of a Service, and answers whether it was: most Services have one. */
  #replacesOnly(before: Slice, after: Slice): boolean {
    const { service, family } = after
    if (this.#slices.get(service) !== before || family === 'none') return false
    this.#slices.set(service, after)
    return true
  }

  #replace(before: Slice | undefined, after: Slice | undefined): void {
    if (before && before.family !== 'none') {
      this.#set(
        before.service,
        this.#all(before.service).filter((slice) => slice !== before),
      )
    }
    if (after && after.family !== 'none') {
      this.#set(after.service, [...this.#all(after.service), after])
    }
  }

  #all(service: ServiceKey): readonly Slice[] {
    const known = this.#slices.get(service) ?? none
    return 'service' in known ? [known] : known
  }

  #set(service: ServiceKey, slices: readonly Slice[]): void {
    const [first] = slices
    if (!first) this.#slices.delete(service)
    else this.#slices.set(service, slices.length === 1 ? first : slices)
  }
}

interface Summary extends Counts {
  /** The ports of endpoints that are ready: equal for two states of a Service, if none has turned. */
  readonly reached: string
}

const nothing: Summary = { ready: 0, total: 0, reached: '' }

function compare(service: ServiceKey, was: Summary, is: Summary): CountsChange[] {
  const turned = was.reached !== is.reached
  return turned || was.ready !== is.ready || was.total !== is.total ? [{ service, turned }] : []
}

/** A headless Service may have no ports at all, and is reached all the same. */
const reachedBy = ({ ready, ports }: Slice): string =>
  ready > 0 ? `[${ports.map(({ name, port }) => `${name}:${port}`).join()}]` : ''

const summaryOfOne = (slice: Slice): Summary => ({
  ready: slice.ready,
  total: slice.total,
  reached: reachedBy(slice),
})

function summaryOf(byFamily: readonly (readonly Slice[])[]): Summary {
  const reached = new Set<string>()
  let [ready, total] = [0, 0]
  for (const slices of byFamily) {
    let [readyHere, totalHere] = [0, 0]
    for (const slice of slices) {
      readyHere += slice.ready
      totalHere += slice.total
      if (slice.ready > 0) reached.add(reachedBy(slice))
    }
    ready = Math.max(ready, readyHere)
    total = Math.max(total, totalHere)
  }
  return { ready, total, reached: [...reached].sort().join('; ') }
}
