import type { ServiceKey } from '../core/types.ts'
import type { Resource } from '../kube/resource.ts'
import type { StoreChange, StoreReader } from '../kube/watch/store.ts'

/** Objects of one kind that readiness is read from, and what is kept of each. */
export interface Objects<T> {
  /** The resource's plural, as metrics and logs name the watch. */
  readonly name: string
  readonly resource: Resource
  readonly labelSelector?: string
  readonly project: (object: unknown) => T
  /** The Service that an object is about; total. */
  readonly serviceOf: (object: unknown) => ServiceKey | undefined
}

/**
 * Gives access to all objects of a kind: in the operator a cache that follows the cluster, in a command a
 * list that is read once. `onChange` is called after each change.
 */
export type Open = <T>(objects: Objects<T>, onChange: (change: StoreChange<T>) => void) => StoreReader<T>

/** Hears which Services may be judged differently now. */
export interface ReadinessListeners {
  /**
   * This Service may have turned ready or down; `changedAt`: when its Pods changed (epoch ms), if that is
   * known.
   */
  readonly onService: (service: ServiceKey, changedAt?: number) => void
  /** This Service itself came, went, or has other ports or another type than before. */
  readonly onFacts: (service: ServiceKey) => void
  /** This Service only has another number of endpoints than before. */
  readonly onCounts: (service: ServiceKey) => void
}
