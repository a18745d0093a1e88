import type { ServiceKey } from '../core/types.ts'
import type { Route } from './route.ts'

/** In the order in which Linkerd's policy controller takes them where the port of the Service has no `appProtocol`. */
const protocols = ['GRPCRoute', 'HTTPRoute', 'TLSRoute', 'TCPRoute']

/**
 * How two routes with the same parent stand in each other's way, in words; `undefined` where they do not: no
 * request is for both, or the Gateway API's order of precedence gives each its own.
 */
export function conflictOf(route: Route, rival: Route, apex: ServiceKey): string | undefined {
  const kinds = [route.objectKind, rival.objectKind]
  if (kinds.every((kind) => kind === 'TrafficSplit')) return 'proxies follow one of the two'
  if (kinds.includes('TrafficSplit')) return 'proxies follow the TrafficSplit, through its ServiceProfile'
  if (!haveClientInCommon(route, rival, apex) || !havePortInCommon(route, rival, apex)) return undefined
  const protocol = protocols.find((kind) => kinds.includes(kind))
  if (route.objectKind !== rival.objectKind) {
    return `proxies follow one kind, the ${protocol} unless the port has an appProtocol of the other`
  }
  const match = route.matches?.find((one) => rival.matches?.includes(one))
  return match && `both have a rule for ${match}, and proxies follow the older of the two`
}

/** A route in the namespace of its parent is for all clients, another one only for those of its own namespace. */
function haveClientInCommon(one: Route, two: Route, apex: ServiceKey): boolean {
  const isForAll = ({ namespace }: Route) => apex.startsWith(`${namespace}/`)
  return one.namespace === two.namespace || isForAll(one) || isForAll(two)
}

function havePortInCommon(one: Route, two: Route, apex: ServiceKey): boolean {
  const [these, those] = [portsOf(one, apex), portsOf(two, apex)]
  return these.some(
    (port) => port === undefined || those.some((other) => other === undefined || other === port),
  )
}

/** The ports of the parent that a route is for; `undefined` among them stands for all. */
const portsOf = ({ apexes, apexPorts }: Route, apex: ServiceKey): readonly (number | undefined)[] =>
  apexes.flatMap((service, index) => (service === apex ? [apexPorts?.[index]] : []))
