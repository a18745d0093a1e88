import type { ReadinessOf, ServiceKey } from '../core/types.ts'
import type { ProfileVerdict } from './profile/judge-profile.ts'
import type { Route } from './route.ts'
import type { Conflict } from './sharing.ts'

/**
 * What can be wrong with a route that is well formed: it is followed, and does not do what its owner thinks.
 */
export const findingReasons = [
  'AllWeightsZero',
  'UnreadableWeight',
  'IngressOnly',
  'UnreadVersion',
  'NotAccepted',
  'SharedParent',
  'ServiceProfile',
  'AppProtocol',
  'FailureAccrual',
  'MissingService',
  'MissingPort',
  'PortsDiffer',
  'ExternalName',
  'NotReadyAddresses',
  'NodeLocal',
  'ZoneHints',
  'IgnoredAnnotation',
  'NotInAnyTier',
  'CountsGateways',
  'GatewayDown',
  'HeldByUnknown',
  'Fought',
] as const

export type FindingReason = (typeof findingReasons)[number]

export interface Finding {
  readonly reason: FindingReason
  /** What is wrong, where, and what to do. */
  readonly message: string
  /**
   * The same for as long as it is the same finding, if its message may change meanwhile; absent: the message.
   */
  readonly subject?: string
}

/** What sets a finding apart from all others of its route. */
export const identityOf = ({ reason, message, subject = message }: Finding): string => `${reason} ${subject}`

/** What a diagnosis asks of a Service. */
export interface DiagnosedService {
  readonly ports: readonly {
    readonly port: number | undefined
    readonly appProtocol?: string | undefined
  }[]
  /** It is of type ExternalName. */
  readonly isExternal: boolean
  /** `publishNotReadyAddresses`: Pods that are not ready are endpoints, too. */
  readonly publishesNotReady: boolean
  /** `internalTrafficPolicy: Local`: clients are sent to endpoints of their own node only. */
  readonly isNodeLocal: boolean
  /** Clients are sent to endpoints of their own zone if there are any. */
  readonly hasZoneHints: boolean
  /** Linkerd's proxies take endpoints out that fail. */
  readonly hasFailureAccrual: boolean
}

/** A split that has been held for long, because something that its decision needs is unknown. */
export interface LongHold {
  /** Which split of its route; `undefined` if it has only one. */
  readonly where: string | undefined
  /** Who gets the traffic meanwhile. */
  readonly serving: 'primary' | 'secondaries'
  /** What is unknown, and why. */
  readonly reason: string
}

/** The gateway of another cluster that does not answer. */
export interface DownGateway {
  readonly cluster: string
  /** Why it is taken for down, in words. */
  readonly trouble: string
}

/** What a diagnosis knows beyond the route. */
export interface DiagnosisInput {
  /** `undefined`: there is no such Service; `unknown`: the operator does not know. */
  readonly service: (service: ServiceKey) => DiagnosedService | undefined | 'unknown'
  readonly readiness: ReadinessOf
  /** Whether a ServiceProfile with routes or overrides names the Service. */
  readonly hasProfile: (service: ServiceKey) => boolean
  /** What is to be done about the ServiceProfile of a TrafficSplit; `not served`: the cluster has none. */
  readonly judgeProfile: (split: Route) => ProfileVerdict | 'unknown' | 'not served'
  /** How other controlled routes of this parent stand in the way of the route that is diagnosed. */
  readonly conflicts: (parent: ServiceKey) => readonly Conflict[]
  /** Whether the cluster serves a kind of route (as its codec calls it) in a version that Linkerd reads. */
  readonly isRead: (kind: string) => boolean | 'unknown'
  /** Why the gateway that a Service is mirrored through is down, by its probes; absent: it is not known. */
  readonly downGateway?: (service: ServiceKey) => DownGateway | undefined
  /** The splits of the route that are held for long because something is unknown. */
  readonly longHolds: readonly LongHold[]
}

/** A Service, if it is known that there is one. */
export function known({ service }: DiagnosisInput, name: ServiceKey): DiagnosedService | undefined {
  const facts = service(name)
  return facts === 'unknown' ? undefined : facts
}

/** Messages, or findings but for their reason. */
export type DiagnosisRule = (
  route: Route,
  around: DiagnosisInput,
) => readonly (string | Omit<Finding, 'reason'>)[]

/** Gateway API routes have a status; a TrafficSplit has none. */
export const isGateway = ({ accepted }: Route): boolean => accepted !== undefined

export const unique = (texts: readonly string[]): string[] => [...new Set(texts)]
