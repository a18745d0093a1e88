import { isAllZero } from '../core/split.ts'
import {
  externalName,
  gatewayDown,
  missingPort,
  missingService,
  nodeLocal,
  notReadyAddresses,
  zoneHints,
} from './backend-findings.ts'
import {
  type DiagnosisInput,
  type DiagnosisRule,
  type Finding,
  type FindingReason,
  isGateway,
} from './finding.ts'
import { gatewayCodecs } from './gateway.ts'
import { heldByUnknown } from './long-hold.ts'
import { appProtocol, failureAccrual, serviceProfile, sharedParent } from './parent-findings.ts'
import { countsGateways, ignoredAnnotation, notInAnyTier } from './policy/findings.ts'
import { portsDiffer } from './ports-differ.ts'
import type { Route } from './route.ts'
import { unreadableWeight } from './sdk-weight.ts'

const allWeightsZero = ({ splits }: Route): string[] =>
  splits
    .filter((split) => split.backends.length > 1 && isAllZero(split))
    .map(
      ({ where = 'the split' }) =>
        `${where} has no weight above zero: no proxy can route by that; set a weight, then restart the clients that still fail`,
    )

const ingressOnly: DiagnosisRule = (route) =>
  isGateway(route) && route.apexes.length === 0
    ? [
        'none of spec.parentRefs is a Service, so Linkerd does not route by it; add the Service that clients call as a parentRef',
      ]
    : []

const unreadVersion: DiagnosisRule = (route, around) => {
  if (!isGateway(route) || route.apexes.length === 0 || around.isRead(route.kind) !== false) return []
  const versions = gatewayCodecs.find(({ kind }) => kind === route.kind)?.linkerdVersions ?? []
  return [
    `Linkerd reads a ${route.objectKind} as ${versions.join(' or ')} only, which this cluster does not serve, so proxies ignore its weights; install the experimental channel of the Gateway API, and restart Linkerd's destination controller`,
  ]
}

const notAccepted: DiagnosisRule = (route, around) =>
  route.accepted === false && route.apexes.length > 0 && around.isRead(route.kind) !== false
    ? [
        'Linkerd has not accepted it (its status has no Accepted=True from linkerd.io/policy-controller), so proxies ignore its weights; see status.parents for the reason',
      ]
    : []

const diagnoses: readonly (readonly [FindingReason, DiagnosisRule])[] = [
  ['AllWeightsZero', allWeightsZero],
  ['UnreadableWeight', unreadableWeight],
  ['IngressOnly', ingressOnly],
  ['UnreadVersion', unreadVersion],
  ['NotAccepted', notAccepted],
  ['SharedParent', sharedParent],
  ['ServiceProfile', serviceProfile],
  ['AppProtocol', appProtocol],
  ['FailureAccrual', failureAccrual],
  ['MissingService', missingService],
  ['MissingPort', missingPort],
  ['PortsDiffer', portsDiffer],
  ['ExternalName', externalName],
  ['NotReadyAddresses', notReadyAddresses],
  ['NodeLocal', nodeLocal],
  ['ZoneHints', zoneHints],
  ['IgnoredAnnotation', ignoredAnnotation],
  ['NotInAnyTier', notInAnyTier],
  ['CountsGateways', countsGateways],
  ['GatewayDown', gatewayDown],
  ['HeldByUnknown', heldByUnknown],
]

const findingsOf = (reason: FindingReason, found: ReturnType<DiagnosisRule>): Finding[] =>
  found.map((one) => (typeof one === 'string' ? { reason, message: one } : { reason, ...one }))

/** All that is wrong with a route, each thing once; empty if nothing is. */
export const diagnose = (route: Route, around: DiagnosisInput): Finding[] =>
  diagnoses.flatMap(([reason, find]) => findingsOf(reason, find(route, around)))

/** What is wrong with the weights of a route themselves, without a look around. */
export const diagnoseZeros = (route: Route): Finding[] => findingsOf('AllWeightsZero', allWeightsZero(route))
