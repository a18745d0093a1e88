import type { MemberAccount } from '../core/account.ts'
import type { Readiness } from '../core/types.ts'
import type { Target } from './reach.ts'

/** Something from which the readiness of some Services is known. */
export interface ReadinessSource {
  /** The objects that it reads, as a sentence about a Service names them: `its EndpointSlices`. */
  readonly name: string
  /** True once it has seen all of its objects. */
  synced(): boolean
  /**
   * What it knows of a Service and port; `undefined` leaves them to the next source. A source that is not
   * complete answers `unknown` for the Services that it alone knows, and leaves all others.
   */
  of(target: Target): Readiness | undefined
  /** The Services that a target takes its endpoints from; absent if a source knows no such targets. */
  membersOf?(target: Target): readonly MemberAccount[]
}

/** A source that knows every Service, so that none is asked after it. */
export interface LastSource extends ReadinessSource {
  of(target: Target): Readiness
}
