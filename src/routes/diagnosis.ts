import { isAllZero } from '../core/split.ts'
import type { ServiceKey } from '../core/types.ts'
import { routeTitle } from './key.ts'
import { backendServices, type Route } from './route.ts'
import type { Conflict } from './sharing.ts'

/** What can be wrong with a route that is well formed: it is followed, and does not do what its owner thinks. */
export type FindingReason =
  | 'AllWeightsZero'
  | 'IngressOnly'
  | 'NotAccepted'
  | 'SharedParent'
  | 'ServiceProfile'
  | 'MissingService'
  | 'MissingPort'

export interface Finding {
  readonly reason: FindingReason
  /** What is wrong, where, and what to do. */
  readonly message: string
  /** The same for as long as it is the same finding, if its message may change meanwhile; absent: the message. */
  readonly subject?: string
}

/** What sets a finding apart from all others of its route. */
export const identityOf = ({ reason, message, subject = message }: Finding): string => `${reason} ${subject}`

/** What a diagnosis knows beyond the route. */
export interface DiagnosisInput {
  /** The ports of a Service; `undefined` where there is no such Service, `unknown` where nobody knows. */
  readonly ports: (service: ServiceKey) => readonly number[] | undefined | 'unknown'
  /** Whether a ServiceProfile with routes or overrides names the Service. */
  readonly hasProfile: (service: ServiceKey) => boolean
  /** How other controlled routes of this parent stand in the way of the route that is diagnosed. */
  readonly conflicts: (parent: ServiceKey) => readonly Conflict[]
}

/** Messages, or findings but for their reason. */
type DiagnosisRule = (route: Route, around: DiagnosisInput) => readonly (string | Omit<Finding, 'reason'>)[]

/** Gateway API routes have a status; a TrafficSplit has none. */
const isGateway = ({ accepted }: Route): boolean => accepted !== undefined

const allWeightsZero = ({ splits }: Route): string[] =>
  splits
    .filter((split) => split.backends.length > 1 && isAllZero(split))
    .map(
      ({ where = 'the split' }) =>
        `${where} has no weight above zero: proxies stop following its Service while their connections stay open; set a weight, then restart the clients`,
    )

const ingressOnly: DiagnosisRule = (route) =>
  isGateway(route) && route.apexes.length === 0
    ? [
        'none of spec.parentRefs is a Service, so Linkerd does not route by it; add the Service that clients call as a parentRef',
      ]
    : []

const notAccepted: DiagnosisRule = (route) =>
  route.accepted === false && route.apexes.length > 0
    ? [
        'Linkerd has not accepted it (its status has no Accepted=True from linkerd.io/policy-controller), so proxies ignore its weights; see status.parents for the reason',
      ]
    : []

const sharedParent: DiagnosisRule = (route, { conflicts }) =>
  unique(route.apexes).flatMap((apex) =>
    conflicts(apex).map(({ about, rivals, count, outcome }) => ({
      subject: `${apex} ${about}`,
      message: `${namesOf(rivals, count)} the Service ${apex} as well: ${outcome}`,
    })),
  )

function namesOf(routes: readonly Route[], count: number): string {
  const names = routes.map(routeTitle).join(', ')
  const more = count > routes.length ? ` and ${count - routes.length} more` : ''
  return `${names}${more} ${count === 1 ? 'controls' : 'control'}`
}

const serviceProfile: DiagnosisRule = (route, { hasProfile }) =>
  isGateway(route)
    ? route.apexes
        .filter(hasProfile)
        .map(
          (apex) =>
            `a ServiceProfile with routes or overrides names the Service ${apex}, and proxies use it instead of this route; delete it, then restart the clients`,
        )
    : []

const missingService: DiagnosisRule = (route, { ports }) =>
  unique(backendServices(route))
    .filter((service) => ports(service) === undefined)
    .map(
      (service) => `there is no Service ${service}, so requests to it fail; create it, or remove the backend`,
    )

const missingPort: DiagnosisRule = ({ splits }, { ports }) =>
  unique(
    splits.flatMap(({ backends }) =>
      backends.flatMap(({ service, port, foreign }) => {
        const known = ports(service)
        if (
          foreign ||
          port === undefined ||
          known === undefined ||
          known === 'unknown' ||
          known.includes(port)
        )
          return []
        return [
          `the Service ${service} has no port ${port} (it has ${known.join(', ') || 'none'}), so requests to it get 502; correct the backendRef`,
        ]
      }),
    ),
  )

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]

const diagnoses: readonly (readonly [FindingReason, DiagnosisRule])[] = [
  ['AllWeightsZero', allWeightsZero],
  ['IngressOnly', ingressOnly],
  ['NotAccepted', notAccepted],
  ['SharedParent', sharedParent],
  ['ServiceProfile', serviceProfile],
  ['MissingService', missingService],
  ['MissingPort', missingPort],
]

const findingsOf = (reason: FindingReason, found: ReturnType<DiagnosisRule>): Finding[] =>
  found.map((one) => (typeof one === 'string' ? { reason, message: one } : { reason, ...one }))

/** All that is wrong with a route, each thing once; empty where nothing is. */
export const diagnose = (route: Route, around: DiagnosisInput): Finding[] =>
  diagnoses.flatMap(([reason, find]) => findingsOf(reason, find(route, around)))

/** What is wrong with the weights of a route themselves, without a look around. */
export const diagnoseZeros = (route: Route): Finding[] => findingsOf('AllWeightsZero', allWeightsZero(route))
