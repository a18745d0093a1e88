import type { JsonObject } from '../../../sandbox/json.ts'
import type { Access, KubeObject } from '../../../sandbox/server.ts'
import { own, placeOf } from './route-owners.ts'

/** The label of a Service, and of its Endpoints, that Linkerd copied from another cluster. */
export const mirrored = { 'mirror.linkerd.io/mirrored-service': 'true' }

/** Writes an object, whether it is there or not. */
export function put(store: Access, resource: string, object: KubeObject): void {
  const { namespace = own, name } = object.metadata
  if (store.get(resource, namespace, name)) store.update(object)
  else store.create(object)
}

/** All Services have the same two ports. */
export const ports = [
  { name: 'http', port: 80 },
  { name: 'admin', port: 81 },
]

export function serviceOf(service: string, labels: Record<string, string>): KubeObject {
  const [namespace, name] = placeOf(service)
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name, labels }, spec: { ports } }
}

export const endpointsOf = (count: number, ready: boolean | null): JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({
    addresses: [`10.0.${ready === false ? 1 : 0}.${index + 1}`],
    conditions: { ready },
  }))

/** Endpoints of Pods that terminate, as a Service that publishes all has them. */
export const goingEndpoints = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({
    addresses: [`10.0.2.${index + 1}`],
    conditions: { ready: true, serving: true, terminating: true },
  }))

/** A slice of a Service; `part` sets it apart from the others. */
export function sliceOf(
  service: string,
  part: string,
  endpoints: JsonObject[],
  labels: Record<string, string>,
): KubeObject {
  const [namespace, name] = placeOf(service)
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace,
      name: `${name}-${part}`,
      labels: { ...labels, 'kubernetes.io/service-name': name },
    },
    addressType: 'IPv4',
    ports: portsOf(undefined),
    endpoints,
  }
}

/** The ports of Pods that have these names; null for none, as the API has it. */
export function portsOf(names: readonly string[] | undefined): JsonObject[] | null {
  const open = ports.filter(({ name }) => !names || names.includes(name))
  return open.length > 0 ? open.map(({ name, port }) => ({ name, port: port + 8000 })) : null
}
