import type { Readiness, ServiceKey } from '../core/types.ts'

/** Something that tells the readiness of some Services. */
export interface ReadinessSource {
  /** What it watches, in words for logs and messages. */
  readonly name: string
  /** True once it has seen all of its objects. */
  synced(): boolean
  /**
   * What it knows of a Service; `undefined` leaves the Service to the next source. A source that is not complete
   * answers `unknown` for the Services that it alone can tell, and leaves all others.
   */
  of(service: ServiceKey): Readiness | undefined
}
