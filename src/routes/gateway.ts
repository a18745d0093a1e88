import { readGatewayRoute } from './gateway-route.ts'
import type { RouteCodec } from './route.ts'

const gatewayApi = 'gateway.networking.k8s.io'

/** All kinds are one shape, `spec.rules[].backendRefs[]`; they differ in their names and versions alone. */
const gatewayCodec = (names: Omit<RouteCodec, 'read'>): RouteCodec => ({
  ...names,
  read: (object) => readGatewayRoute(names, object),
})

/**
 * The routes of the Gateway API that Linkerd follows, and its own HTTPRoute from before. Of that one only the
 * versions whose schema has weights: a write through v1beta1 would drop the weights of all other backends.
 */
export const gatewayCodecs: readonly RouteCodec[] = [
  gatewayCodec({
    kind: 'HTTPRoute',
    objectKind: 'HTTPRoute',
    group: gatewayApi,
    plural: 'httproutes',
    versions: ['v1', 'v1beta1'],
  }),
  gatewayCodec({
    kind: 'GRPCRoute',
    objectKind: 'GRPCRoute',
    group: gatewayApi,
    plural: 'grpcroutes',
    versions: ['v1', 'v1alpha2'],
  }),
  gatewayCodec({
    kind: 'TLSRoute',
    objectKind: 'TLSRoute',
    group: gatewayApi,
    plural: 'tlsroutes',
    versions: ['v1', 'v1alpha3', 'v1alpha2'],
    linkerdVersions: ['v1alpha2'],
  }),
  gatewayCodec({
    kind: 'TCPRoute',
    objectKind: 'TCPRoute',
    group: gatewayApi,
    plural: 'tcproutes',
    versions: ['v1', 'v1alpha2'],
    linkerdVersions: ['v1alpha2'],
  }),
  gatewayCodec({
    kind: 'HTTPRoute.policy.linkerd.io',
    objectKind: 'HTTPRoute',
    group: 'policy.linkerd.io',
    plural: 'httproutes',
    versions: ['v1beta3', 'v1beta2'],
  }),
]
