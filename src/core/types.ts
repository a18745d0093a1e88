import type { Drains, Policy, Standing } from './policy/types.ts'

/** What a backend's reference is called everywhere: `namespace/name` of its Service. */
export type ServiceKey = string

export const namespaceOf = (service: ServiceKey): string => service.slice(0, service.indexOf('/'))

/** One entry of a split: a Service and the weight it has now. */
export interface Backend {
  readonly service: ServiceKey
  /** The port of the Service, if the kind of route names one: two ports of a Service are two backends. */
  readonly port?: number | undefined
  /** The Service by whose ports it is called, if the kind of route names no port. */
  readonly apex?: ServiceKey | undefined
  /** It is not a Service: what is known of the Service of the same name says nothing about it. */
  readonly foreign?: true
  /** The weight in the object, a finite number >= 0; `undefined` if none is written. */
  readonly weight: number | undefined
}

/** One list of weighted backends, as a codec read it out of a route. */
export interface Split {
  readonly backends: readonly Backend[]
  /** The Service that should serve; every entry that names it is the primary. `undefined`: see `problem`. */
  readonly primary: ServiceKey | undefined
  /** Only entries of the primary with this port are the primary; absent: all of them. */
  readonly primaryPort?: number | undefined
  /** The weight of an entry that has none. SMI: 0; Gateway API: 1. */
  readonly absentWeight: number
  /** The largest weight that this kind of route can carry. */
  readonly maxWeight: number
  /** What makes this split unusable, in words for its owner; nothing is written while there is one. */
  readonly problem: string | undefined
  /** Its owner says hands off; see `pause` for how long. */
  readonly paused: boolean
  /** What is known of the pause besides. */
  readonly pause?: Pause | undefined
  /** Tiers, thresholds and waits, if its owner asks for any. The members of the first tier are the primary. */
  readonly policy?: Policy | undefined
  /** What it would be if no policy were a DryRun, if that is something else; nothing that is written depends on it. */
  readonly shadow?: Policy | undefined
  /** What would make this split unusable then, in words for its owner. */
  readonly shadowProblem?: string | undefined
  /** Which of several splits of its route this is (`spec.rules[1]`); absent if there is only one. */
  readonly where?: string | undefined
}

/** Who paused a split, why, and for how long, as far as the annotations say so. */
export interface Pause {
  /** Epoch, ms; `undefined`: until it is resumed. */
  readonly until: number | undefined
  readonly by: string | undefined
  readonly reason: string | undefined
}

/**
 * What is known of a backend: whether requests to it find an endpoint. `unknown` is not `down`: a cache is
 * not complete, or no cache can know it. `why`: the reason in words; of `unknown` which object is missing and
 * in which cluster, of `down` only if it is not that the endpoints are not ready. `gateways`: its endpoints are
 * gateways of another cluster, so their number says nothing about Pods. `despiteEndpoints`: its
 * Endpoints are ready, and only a probe of this replica, or a linked cluster that it can read, says otherwise: another
 * replica may believe the Endpoints.
 */
export type Readiness =
  | { readonly state: 'ready'; readonly ready: number; readonly total: number; readonly gateways?: true }
  | {
      readonly state: 'down'
      readonly ready: 0
      readonly total: number
      readonly why?: string
      readonly despiteEndpoints?: true
    }
  | { readonly state: 'unknown'; readonly why: string }

export type ReadinessState = Readiness['state']

/** What is known of each backend. Total. */
export type ReadinessOf = (backend: Backend) => Readiness

/** Readiness of a backend with `ready` of `total` endpoints (counts >= 0). */
export function readinessOf(ready: number, total: number): Readiness {
  return ready > 0 ? { state: 'ready', ready, total } : { state: 'down', ready: 0, total }
}

/** All that a decision may depend on. */
export interface Observation {
  readonly split: Split
  readonly readiness: ReadinessOf
  /** How its tiers stand now; absent for a split without a policy. */
  readonly standing?: Standing | undefined
  /** What is drained; absent if nothing is. */
  readonly drains?: Drains | undefined
}

/** What a rule says that the weights should be. */
export type Answer =
  /** As they are. `why` is for the owner of the route, if the rule alone does not say it. */
  | { readonly kind: 'hold'; readonly why: string | undefined }
  /** `active` holds indexes into the split's backends; `failover`: of secondaries, at least one. */
  | { readonly kind: 'primary' | 'failover'; readonly active: readonly number[] }
