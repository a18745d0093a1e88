import type { Readiness } from '../core/types.ts'
import type { Target } from './reach.ts'

/** Something that tells the readiness of some Services. */
export interface ReadinessSource {
  /** What it watches, in words for logs and messages. */
  readonly name: string
  /** True once it has seen all of its objects. */
  synced(): boolean
  /**
   * What it knows of a Service and port; `undefined` leaves them to the next source. A source that is not
   * complete answers `unknown` for the Services that it alone can tell, and leaves all others.
   */
  of(target: Target): Readiness | undefined
}
