import type { ServiceKey, Split } from '../core/types.ts'

/** Annotation that names the primary Service; without it the first backend is the primary. */
export const primaryAnnotation = 'failover.linkerd.io/primary-service'
/** Annotation that makes the operator hold while it is `"true"`. */
export const pausedAnnotation = 'failover.linkerd.io/paused'
/** Annotations of a pause: when it ends by itself (RFC 3339), who made it, and why. */
export const pausedUntilAnnotation = 'failover.linkerd.io/paused-until'
export const pausedByAnnotation = 'failover.linkerd.io/paused-by'
export const pausedReasonAnnotation = 'failover.linkerd.io/paused-reason'
/** Annotation that puts the backends in an order: `web=70,web-east=30; web-west; *`. */
export const tiersAnnotation = 'failover.linkerd.io/tiers'
/** Annotation: how many endpoints of a backend must be ready for it to be enough. */
export const minReadyAnnotation = 'failover.linkerd.io/min-ready'
/** Annotation: for how long a lost backend must be ready again before traffic goes back to it. */
export const failbackAfterAnnotation = 'failover.linkerd.io/failback-after'
/**
 * Annotation: a return from all that was lost before this time (RFC 3339) is approved, if a FailoverPolicy asks for that.
 */
export const returnApprovedAnnotation = 'failover.linkerd.io/return-approved'

/** Annotation of a Gateway API route: rules that the operator leaves alone, by name or place: `canary, 2`. */
export const skipRulesAnnotation = 'failover.linkerd.io/skip-rules'

/** Every annotation that a decision depends on. */
export const steeringAnnotations: readonly string[] = [
  primaryAnnotation,
  pausedAnnotation,
  pausedUntilAnnotation,
  tiersAnnotation,
  minReadyAnnotation,
  failbackAfterAnnotation,
  returnApprovedAnnotation,
  skipRulesAnnotation,
]

/** What the operator keeps of a route object: its identity and its splits, nothing else. */
export interface Route {
  readonly apiVersion: string
  /** That of its codec. */
  readonly kind: string
  /** The kind as the object itself has it. */
  readonly objectKind: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** The server counts it up with each change of the spec. */
  readonly generation: number | undefined
  readonly labels: Readonly<Record<string, string>>
  /** Those that steer decisions, of all that it has; `undefined` where it has none at all. */
  readonly annotations: Readonly<Record<string, string>> | undefined
  /** What of its annotations is not used, in words for its owner; without that of its policy. */
  readonly ignored?: readonly string[]
  /** Which rules its owner wants left alone (`spec.rules[1]`); absent if there are none. */
  readonly skipped?: readonly string[]
  /** The Services that clients call to be routed by it. */
  readonly apexes: readonly ServiceKey[]
  /**
   * The port of each apex (by position) that it is for, `undefined` for all of them; absent for kinds
   * without.
   */
  readonly apexPorts?: readonly (number | undefined)[]
  /** Which requests its rules take, a text for each match, equal for equal ones; absent for kinds without. */
  readonly matches?: readonly string[]
  /** Whether Linkerd says in the status that it follows the route; absent for kinds that have no status. */
  readonly accepted?: boolean
  /**
   * The field manager that wrote the weights last, besides the operator; absent where it was the operator, or
   * nobody tells.
   */
  readonly writer?: string | undefined
  /**
   * Which replica of the operator wrote the weights, if no other client has written them since; absent if that
   * is not known.
   */
  readonly movedBy?: Mover | undefined
  /** When it did, by the API server's clock (epoch ms, of whole seconds). */
  readonly movedAt?: number
  /**
   * If another client wrote the weights: when it last changed them or other fields of its own (epoch ms). The weights
   * are as old at least; absent if that is not known.
   */
  readonly writtenAt?: number
  /** When it was paused (epoch ms); absent if it is not, or if that is not known. */
  readonly pausedAt?: number
  readonly splits: readonly Split[]
  /** The splits without what FailoverPolicies ask for; absent if none applies to the route. */
  readonly declaredSplits?: readonly Split[]
  /** Where each split (by position) stands in the object, and how it is written there. */
  readonly places: readonly Place[]
}

/** The route without what FailoverPolicies ask for. */
export function declaredIn(route: Route): Route {
  if (!route.declaredSplits) return route
  const { declaredSplits: splits, ...declared } = route
  return { ...declared, splits }
}

/** The part that a replica of the operator had when it wrote weights. */
export type Mover = 'leader' | 'standby'

/** One list of backends inside an object. */
export interface Place {
  /** JSON Pointer to the list. */
  readonly path: string
  readonly entries: readonly WrittenEntry[]
}

/**
 * The fields of an entry that say which backend it is, and its `weight`, as the object's JSON has them;
 * `undefined` where one is absent. What a patch must `test`.
 */
export type WrittenEntry = Readonly<Record<string, unknown>>

/** What one kind of route must tell: where its objects are, and which splits are in one. */
export interface RouteCodec {
  /**
   * What keys, metrics and sentences call the kind, unique among all codecs: `HTTPRoute`, but
   * `HTTPRoute.policy.linkerd.io` (as kubectl would have it) for the group that took the name a second time.
   */
  readonly kind: string
  /** The kind as its objects have it. */
  readonly objectKind: string
  readonly group: string
  readonly plural: string
  /** Versions that this codec reads, the best first. */
  readonly versions: readonly string[]
  /** Versions in which Linkerd reads the kind, if not in all of `versions`. */
  readonly linkerdVersions?: readonly string[]
  /** Total: an object that makes no sense becomes a route whose split states the problem. */
  read(object: unknown): Route
}

/** The Services whose change may change what a route's backends can do, some of them several times. */
export const servicesBehind = ({ splits }: Pick<Route, 'splits'>): ServiceKey[] =>
  splits.flatMap(({ backends }) =>
    backends.flatMap(({ service, apex, foreign }) =>
      foreign ? [] : apex === undefined ? service : [service, apex],
    ),
  )

/** The Services that a route names as backends, one for each time that it does. */
export const backendServices = ({ splits }: Pick<Route, 'splits'>): ServiceKey[] =>
  splits.flatMap(({ backends }) => backends.flatMap(({ service, foreign }) => (foreign ? [] : service)))
