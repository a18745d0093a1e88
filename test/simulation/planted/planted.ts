import type { Rule } from '../checker/violation.ts'
import type { ClockPlant, Plant, ProbePlant } from '../story/fleet.ts'

/** A bug that real operators had, planted between the operator and what it is given. */
export interface Planted {
  readonly name: string
  /** Rules of which one must be broken. */
  readonly breaks: readonly Rule[]
  /** It is found within so many stories. */
  readonly within: number
  /** The first story to play, if the first ones of all say little about it; 1 without it. */
  readonly seed?: number
  readonly replicas?: number
  /** The plots that can bring it to light, where few of them can. */
  readonly menu?: readonly string[]
  /** The cluster is linked with another one in its stories. */
  readonly linked?: boolean
  /** The operator writes ServiceProfiles in its stories. */
  readonly copies?: boolean
  /** The operator follows Drains in its stories. */
  readonly drains?: boolean
  /** The operator follows FailoverPolicies in its stories. */
  readonly policies?: boolean
  readonly plant?: Plant
  /** The same for the transport to the other cluster. */
  readonly farPlant?: Plant
  /** The same for the probes of its gateway. */
  readonly probePlant?: ProbePlant
  /** The same for the clock that it is given. */
  readonly clockPlant?: ClockPlant
}
