import { weightOf } from '../core/split.ts'
import type { ServiceKey } from '../core/types.ts'
import { type DiagnosedService, type DiagnosisInput, type DiagnosisRule, known, unique } from './finding.ts'
import { backendServices, type Route } from './route.ts'

/** What is wrong with the Services that a route names as backends. */

export const missingService: DiagnosisRule = (route, { service }) =>
  unique(backendServices(route))
    .filter((name) => service(name) === undefined)
    .map((name) => `there is no Service ${name}, so requests to it fail; create it, or remove the backend`)

export const missingPort: DiagnosisRule = ({ splits }, around) =>
  unique(
    splits.flatMap(({ backends }) =>
      backends.flatMap(({ service, port, foreign }) => {
        const facts = known(around, service)
        if (foreign || port === undefined || !facts || facts.isExternal) return []
        const ports = facts.ports.flatMap((one) => one.port ?? [])
        if (ports.includes(port)) return []
        return [
          `the Service ${service} has no port ${port} (it has ${ports.join(', ') || 'none'}), so requests to it get 502; correct the backendRef`,
        ]
      }),
    ),
  )

/** The message `about` each backend Service that is as `test` asks. */
const ofBackends =
  (test: (facts: DiagnosedService) => boolean, about: (service: ServiceKey) => string) =>
  (route: Route, around: DiagnosisInput): string[] =>
    unique(backendServices(route)).flatMap((service) => {
      const facts = known(around, service)
      return facts && test(facts) ? [about(service)] : []
    })

export const externalName = ofBackends(
  ({ isExternal }) => isExternal,
  (service) =>
    `the Service ${service} is of type ExternalName, which Linkerd cannot send to: requests that go there fail; name a Service with endpoints`,
)

export const notReadyAddresses = ofBackends(
  ({ publishesNotReady }) => publishesNotReady,
  (service) =>
    `the Service ${service} has publishNotReadyAddresses: proxies send to its Pods that are not ready as well, and if no other backend is ready, weights cannot help; remove the field, or use another Service here`,
)

export const nodeLocal = ofBackends(
  ({ isNodeLocal, isExternal }) => isNodeLocal && !isExternal,
  (service) =>
    `the Service ${service} has the internalTrafficPolicy Local: clients on a node without a ready endpoint of it get 503 while others are served, and weights, which are for all clients, cannot help; set it to Cluster, or run a Pod on each node that has clients`,
)

export const zoneHints = ofBackends(
  ({ hasZoneHints, isExternal }) => hasZoneHints && !isExternal,
  (service) =>
    `the Service ${service} keeps traffic in the zone of the client (trafficDistribution or topology-mode): if the endpoints of one zone are ready but do not answer, its clients fail while others are served, and weights, which are for all clients, cannot help; let readiness probes fail when requests do, or remove the setting`,
)

/**
 * Of backends that get no traffic: while one gets traffic, its own failover, or darkness, shows that. What is
 * wrong with a gateway may change while it is down.
 */
export const gatewayDown: DiagnosisRule = ({ splits }, { downGateway }) => {
  const idle = splits.flatMap((split) => split.backends.filter((backend) => weightOf(split, backend) === 0))
  return unique(idle.map(({ service }) => service)).flatMap((service) => {
    const down = downGateway?.(service)
    if (!down) return []
    const { cluster, trouble } = down
    const message = `the gateway of cluster ${cluster} does not answer (${trouble}), so the Service ${service}, which is mirrored through it, cannot take over; repair the gateway, or the way to it`
    return [{ message, subject: `${service} ${cluster}` }]
  })
}
