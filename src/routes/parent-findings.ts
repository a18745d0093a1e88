import { weightsOf } from '../core/split.ts'
import type { Split } from '../core/types.ts'
import {
  type DiagnosedService,
  type DiagnosisInput,
  type DiagnosisRule,
  isGateway,
  unique,
} from './finding.ts'
import { routeTitle } from './key.ts'
import type { Route } from './route.ts'

/** Reasons for which proxies do not follow the weights of a route, and which its parents show. */

export const sharedParent: DiagnosisRule = (route, { conflicts }) =>
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

export const serviceProfile: DiagnosisRule = (route, around) =>
  isGateway(route) ? takenOver(route, around) : notFollowed(route, around)

const takenOver = (route: Route, { hasProfile }: DiagnosisInput): string[] =>
  route.apexes
    .filter(hasProfile)
    .map(
      (apex) =>
        `a ServiceProfile with routes or overrides names the Service ${apex}, and proxies use it instead of this route; delete it, then restart the clients`,
    )

/** Proxies read no TrafficSplit, only the ServiceProfile that has its weights. */
function notFollowed(route: Route, { judgeProfile }: DiagnosisInput): string[] {
  const [apex] = route.apexes
  const verdict = judgeProfile(route)
  if (apex === undefined || verdict === 'unknown') return []
  if (verdict === 'not served')
    return [
      'the cluster does not serve ServiceProfiles (linkerd.io/v1alpha2), by which proxies follow a TrafficSplit; install the CRDs of Linkerd',
    ]
  const { trouble, write } = verdict
  if (trouble !== undefined) return [trouble]
  if (!write) return []
  const what =
    write.kind === 'create'
      ? `there is no ServiceProfile of the Service ${apex}`
      : `the ServiceProfile of the Service ${apex} does not have the weights of the TrafficSplit`
  return [
    `${what}, and proxies read no TrafficSplit; look at the log of the program that writes it: this operator with --write-service-profiles, or linkerd-smi's adaptor`,
  ]
}

/**
 * Of each kind that Linkerd's proxies follow only if they take a port for HTTP or TLS: what its port may say.
 */
const followedWith: Readonly<Record<string, string>> = {
  HTTPRoute: 'set it to http or remove it',
  GRPCRoute: 'set it to kubernetes.io/h2c or remove it',
  TLSRoute: 'remove it',
}

/**
 * Linkerd knows these, in upper and lower case, and `linkerd.io/tcp` and `linkerd.io/opaque`, which are
 * opaque TCP like every value that it does not know (`policy-controller/core/src/outbound.rs`).
 */
const httpProtocols = ['http', 'kubernetes.io/h2c']

/** The parent's port says by its `appProtocol` that it is opaque: then proxies follow TCPRoutes only. */
export const appProtocol: DiagnosisRule = (route, around) => {
  const remedy = followedWith[route.objectKind]
  if (remedy === undefined || !isGateway(route)) return []
  return unique(
    route.apexes.flatMap((apex, index) =>
      opaquePorts(around.service(apex), route.apexPorts?.[index]).map(
        (port) =>
          `port ${port.port} of the Service ${apex} has the appProtocol "${port.appProtocol}": Linkerd takes it for opaque TCP, so proxies ignore the ${route.objectKind} though it is accepted; ${remedy}, or use a TCPRoute`,
      ),
    ),
  )
}

/** The opaque ports that a route is for; if it names no port and some are not opaque, it is for those. */
function opaquePorts(
  service: ReturnType<DiagnosisInput['service']>,
  named: number | undefined,
): DiagnosedService['ports'] {
  if (service === undefined || service === 'unknown') return []
  const ports = service.ports.filter(({ port }) => named === undefined || port === named)
  const opaque = ports.filter(({ appProtocol }) => appProtocol !== undefined && isOpaque(appProtocol))
  return opaque.length === ports.length ? opaque : []
}

const isOpaque = (appProtocol: string): boolean => !httpProtocols.includes(appProtocol.toLowerCase())

export const failureAccrual: DiagnosisRule = (route, { service }) => {
  if (!isGateway(route) || !route.splits.some(hasIdleBackend)) return []
  return unique(route.apexes).flatMap((apex) => {
    const facts = service(apex)
    if (facts === undefined || facts === 'unknown' || !facts.hasFailureAccrual) return []
    return [
      `the Service ${apex} has failure accrual: proxies stop sending to endpoints that fail, but never send to a backend of weight 0 instead, so requests fail until endpoints turn not ready; let readiness probes fail when requests do`,
    ]
  })
}

const hasIdleBackend = (split: Split): boolean => weightsOf(split).includes(0)
