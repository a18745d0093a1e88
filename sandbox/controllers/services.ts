import { asList, asText, asTexts, dig, equal, type Json, type JsonObject } from '../json.ts'
import type { KubeObject } from '../object.ts'
import { timestamp, type World } from '../world.ts'
import { isReady } from './deployments.ts'
import { discard, ensure, find, listOf } from './objects.ts'
import { matches, selectorOf } from './owners.ts'

const serviceLabel = 'kubernetes.io/service-name'
const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
const managedBy = 'endpointslice-controller.k8s.io'
const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'
const endpointsPerSlice = 100

const targetRef = ({ metadata: { name, namespace, uid } }: KubeObject): JsonObject => ({
  kind: 'Pod',
  name,
  namespace,
  uid,
})

const ipOf = (pod: KubeObject) => asText(dig(pod, 'status', 'podIP'))

function sliceEndpoint(pod: KubeObject): JsonObject {
  const ready = isReady(pod)
  return {
    addresses: [ipOf(pod)],
    conditions: { ready, serving: ready, terminating: false },
    nodeName: dig(pod, 'spec', 'nodeName'),
    targetRef: targetRef(pod),
  }
}

/** The port that a Service port reaches in a Pod; a named one is looked up in its containers. */
function targetPort(port: Json, pod: KubeObject | undefined): number {
  const target = dig(port, 'targetPort')
  if (typeof target === 'number') return target
  const ports = asList(dig(pod, 'spec', 'containers')).flatMap((container) => asList(dig(container, 'ports')))
  const found = dig(
    ports.find((candidate) => dig(candidate, 'name') === target),
    'containerPort',
  )
  return typeof found === 'number' ? found : Number(dig(port, 'port') ?? 0)
}

function portsOf(service: KubeObject, pod: KubeObject | undefined): JsonObject[] {
  return asList(dig(service, 'spec', 'ports')).map((port) => ({
    name: asText(dig(port, 'name')),
    port: targetPort(port, pod),
    protocol: asText(dig(port, 'protocol')) || 'TCP',
  }))
}

function sliceOf(
  service: KubeObject,
  name: string,
  pods: KubeObject[],
  ports: JsonObject[],
  now: Date,
): KubeObject {
  const { namespace = '', labels, uid } = service.metadata
  const owner = { apiVersion: 'v1', kind: 'Service', name: service.metadata.name, uid, controller: true }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      namespace,
      labels: { ...labels, [serviceLabel]: service.metadata.name, [managedByLabel]: managedBy },
      annotations: { [triggerAnnotation]: timestamp(now) },
      ownerReferences: [owner],
    },
    addressType: 'IPv4',
    endpoints: pods.map(sliceEndpoint),
    ports,
  }
}

function endpointsOf(service: KubeObject, pods: KubeObject[], ports: JsonObject[], now: Date): KubeObject {
  const { name, namespace = '', labels } = service.metadata
  const addresses = (ready: boolean) =>
    pods
      .filter((pod) => isReady(pod) === ready)
      .map((pod) => ({
        ip: ipOf(pod),
        nodeName: dig(pod, 'spec', 'nodeName'),
        targetRef: targetRef(pod),
      }))
  const [ready, notReady] = [addresses(true), addresses(false)]
  const subset: JsonObject = {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ports,
  }
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      namespace,
      ...(labels ? { labels } : {}),
      annotations: { [triggerAnnotation]: timestamp(now) },
    },
    subsets: pods.length > 0 ? [subset] : [],
  }
}

/** Equal but for when it was last triggered: nothing changed, so nothing is written. */
function sameContent(old: KubeObject, wanted: KubeObject): boolean {
  const content = (object: KubeObject) => ({
    endpoints: object.endpoints,
    subsets: object.subsets,
    ports: object.ports,
    labels: asTexts(object.metadata.labels),
  })
  return equal(content(old), content(wanted))
}

const sliceName = (service: string, index: number) => `${service}-${index + 1}`

/** The slices that were written here for a Service, found by their names. */
function slicesOf(world: World, namespace: string, service: string): KubeObject[] {
  const slices: KubeObject[] = []
  for (let index = 0; ; index += 1) {
    const slice = find(world, 'endpointslices.discovery.k8s.io', namespace, sliceName(service, index))
    if (slice?.metadata.labels?.[managedByLabel] !== managedBy) return slices
    if (slice.metadata.labels[serviceLabel] === service) slices.push(slice)
  }
}

function chunks<T>(items: T[], size: number): T[][] {
  const count = Math.max(1, Math.ceil(items.length / size))
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}

/** Writes the EndpointSlices and Endpoints of a Service that selects Pods; those of others are left alone. */
export function reconcileService(world: World, namespace: string, name: string): void {
  const service = find(world, 'services', namespace, name)
  const existing = slicesOf(world, namespace, name)
  if (!service) {
    for (const slice of existing) discard(world, 'endpointslices.discovery.k8s.io', slice)
    const endpoints = find(world, 'endpoints', namespace, name)
    if (endpoints && existing.length > 0) discard(world, 'endpoints', endpoints)
    return
  }
  const selector = selectorOf(service)
  if (Object.keys(selector).length === 0) return
  const pods = listOf(world, 'pods', namespace).filter(
    (pod) => matches(selector, pod.metadata.labels) && ipOf(pod) !== '',
  )
  const ports = portsOf(service, pods[0])
  const now = world.clock.wallTime()
  const wanted = chunks(pods, endpointsPerSlice).map((some, index) =>
    sliceOf(service, sliceName(name, index), some, ports, now),
  )
  for (const slice of wanted) ensure(world, 'endpointslices.discovery.k8s.io', slice, sameContent)
  for (const slice of existing.filter(
    (old) => !wanted.some((one) => one.metadata.name === old.metadata.name),
  )) {
    discard(world, 'endpointslices.discovery.k8s.io', slice)
  }
  ensure(world, 'endpoints', endpointsOf(service, pods, ports, now), sameContent)
}
