import type { RouteFacts } from '../../api/schema.ts'
import type { ServiceKey } from '../../core/types.ts'
import type { RouteDrain } from '../drains/concerning.ts'
import type { PassedOver } from './passed-over.ts'

/** All that `policy` has to say about a route; `-o json` shows it so. */
export interface AppliedPolicy {
  readonly route: Pick<RouteFacts, 'apiVersion' | 'kind' | 'namespace' | 'name'>
  /** Whether the selector selects it; nothing of this applies to other routes. */
  readonly controlled: boolean
  readonly sections: readonly Section[]
  /** What is not used because it cannot be understood, in words for its owner. */
  readonly ignored: readonly string[]
  readonly splits: readonly AppliedSplit[]
  /** The FailoverPolicies (`namespace/name`) of the route that are a DryRun: `dryRun` of its splits is by them. */
  readonly dryRuns: readonly string[]
  /** The FailoverPolicies that are meant for the route, and ask for nothing of it. */
  readonly passedOver: readonly PassedOver[]
  /** The Drains in effect that take out some of its backends. */
  readonly drains: readonly RouteDrain[]
}

/** One section of a policy, as an annotation would have it. */
export interface Section {
  readonly name:
    | 'tiers'
    | 'min-ready'
    | 'failover-after'
    | 'failback-after'
    | 'failback-mode'
    | 'return-approved'
    | 'paused'
    | 'skip-rules'
  readonly value: string
  readonly source: 'annotation' | 'policy' | 'built-in'
  /** The annotation that is the source; null if none is. */
  readonly annotation: string | null
  /** The FailoverPolicy (`namespace/name`) that is the source; null if none is. */
  readonly policy: string | null
}

export interface AppliedSplit {
  /** How it would be served now if no FailoverPolicy were a DryRun; null if none that is one concerns it. */
  readonly dryRun: string | null
  /** Which of several splits of the route this is; null if there is only one. */
  readonly where: string | null
  /** Why nothing of this applies to it, in words for its owner; null if it does. */
  readonly problem: string | null
  readonly tiers: readonly AppliedTier[]
  /** The backends that never serve: declared with the weight 0, or in no tier. */
  readonly never: readonly Member[]
}

export interface AppliedTier {
  /** At least one of its backends gets traffic. */
  readonly serves: boolean
  readonly members: readonly Member[]
}

export interface Member {
  readonly service: ServiceKey
  readonly port: number | null
  /** The weight that the policy declares; null if its tier declares none. */
  readonly weight: number | null
}
