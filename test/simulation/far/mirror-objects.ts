import type { JsonObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import { mirrored, ports, serviceOf } from '../story/objects.ts'
import { placeOf } from '../story/route-owners.ts'
import type { Export } from '../story/step.ts'
import { farName } from './place.ts'

/** What the service mirror writes for one Service of the other cluster, by name. */
export interface Mirrors {
  readonly services: ReadonlyMap<string, KubeObject>
  readonly endpoints: ReadonlyMap<string, KubeObject>
}

/** A Service of the other cluster, as the service mirror sees it. */
export interface Exported {
  /** `web`, or `depot/web`. */
  readonly service: string
  readonly as: Export
  /** Pods that are ready there. */
  readonly ready: number
  /** The service mirror takes the gateway to be alive. */
  readonly gatewayIsAlive: boolean
}

/** Of a headless Service there are never more Pods than this. */
const mostHosts = 4

const labels = { ...mirrored, 'mirror.linkerd.io/cluster-name': farName }
const gateway = { ip: '192.0.2.10' }
const gatewayPorts = ports.map(({ name }) => ({ name, port: 4143 }))

export const mirrorOf = (name: string): string => `${name}-${farName}`
export const federatedOf = (name: string): string => `${name}-federated`
const hostOf = (name: string, index: number): string => `${name}-${index}`

/** Every name that a mirror of this Service, or of one of its hosts, can have. */
export const mirrorNames = (name: string): readonly string[] => [
  mirrorOf(name),
  ...Array.from({ length: mostHosts }, (_, index) => mirrorOf(hostOf(name, index))),
]

export function mirrorsOf(exported: Exported): Mirrors {
  const { service, as, ready, gatewayIsAlive } = exported
  const [, name] = placeOf(service)
  const services = new Map<string, KubeObject>()
  const endpoints = new Map<string, KubeObject>()
  const ofGateway = ready === 0 ? [] : [subset([gateway], gatewayIsAlive, gatewayPorts)]
  const addService = (of: string, more: Record<string, string> = {}, headless = false) =>
    services.set(mirrorOf(of), mirrorService(service, of, { ...labels, ...more }, headless))
  const addEndpoints = (of: string, subsets: JsonObject[], more: Record<string, string> = {}) =>
    endpoints.set(mirrorOf(of), endpointsObject(service, of, { ...labels, ...more }, subsets))
  if (as === 'discovery')
    addService(name, {
      'multicluster.linkerd.io/remote-discovery': farName,
      'multicluster.linkerd.io/remote-service': name,
    })
  if (as === 'gateway') {
    addService(name)
    addEndpoints(name, ofGateway)
  }
  if (as === 'headless') {
    const hosts = Array.from({ length: Math.min(ready, mostHosts) }, (_, index) => hostOf(name, index))
    const addresses = hosts.map((hostname, index) => ({ hostname, ip: `10.96.9.${index + 1}` }))
    addService(name, {}, true)
    addEndpoints(name, hosts.length === 0 ? [] : [subset(addresses, true, targetPorts)])
    for (const host of hosts) {
      const more = { 'mirror.linkerd.io/headless-mirror-svc-name': mirrorOf(name) }
      addService(host, more)
      addEndpoints(host, ofGateway, more)
    }
  }
  return { services, endpoints }
}

/** The Pods' own ports: those of a headless mirror's Endpoints. */
const targetPorts = ports.map(({ name, port }) => ({ name, port: port + 8000 }))

const subset = (addresses: JsonObject[], isReady: boolean, open: JsonObject[]): JsonObject => ({
  [isReady ? 'addresses' : 'notReadyAddresses']: addresses,
  ports: open,
})

/** A federated Service with the annotations that name its members; one that is undefined is not there. */
export function federatedService(
  service: string,
  local: string | undefined,
  remote: string | undefined,
): KubeObject {
  const object = mirrorService(service, '', mirrored, false)
  const [, name] = placeOf(service)
  const annotations = {
    ...(local === undefined ? {} : { 'multicluster.linkerd.io/local-discovery': local }),
    ...(remote === undefined ? {} : { 'multicluster.linkerd.io/remote-discovery': remote }),
  }
  return { ...object, metadata: { ...object.metadata, name: federatedOf(name), annotations } }
}

/** The name of the Service, or of one of its hosts, in the other cluster. */
function originOf(service: string, of: string): string {
  const [namespace, name] = placeOf(service)
  const whole = `${name}.${namespace}.svc.cluster.local`
  return of === name ? whole : `${of}.${whole}`
}

function mirrorService(
  service: string,
  of: string,
  some: Record<string, string>,
  headless: boolean,
): KubeObject {
  const [namespace] = placeOf(service)
  const plain = serviceOf(`${namespace}/${mirrorOf(of)}`, some)
  const annotations = { 'mirror.linkerd.io/remote-svc-fq-name': originOf(service, of) }
  const object = { ...plain, metadata: { ...plain.metadata, annotations } }
  return headless ? { ...object, spec: { ports, clusterIP: 'None' } } : object
}

function endpointsObject(
  service: string,
  of: string,
  some: Record<string, string>,
  subsets: JsonObject[],
): KubeObject {
  const [namespace] = placeOf(service)
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { namespace, name: mirrorOf(of), labels: some },
    subsets,
  }
}
