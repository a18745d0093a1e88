import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { z } from 'zod'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { eventually } from './eventually.ts'
import { at, slices } from './objects.ts'

/** The namespace of all recorded objects. */
export const namespace = 'shop'
const node = 'node-1'

const managedBy = 'endpointslice.kubernetes.io/managed-by'
const serviceName = 'kubernetes.io/service-name'
const mirroring = 'endpointslicemirroring-controller.k8s.io'

const metadata = z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) })
const endpoint = z.object({
  addresses: z.array(z.string()),
  conditions: z.object({ ready: z.boolean() }),
  hostname: z.string().optional(),
  targetRef: z.object({ name: z.string() }).optional(),
})
const port = z.object({ name: z.string(), port: z.int() })
const slice = z.looseObject({
  kind: z.literal('EndpointSlice').optional(),
  metadata,
  endpoints: z.array(endpoint).nullable(),
  ports: z.array(port).nullable(),
})
const sliceList = z.object({ items: z.array(slice) })
type Slice = z.infer<typeof slice>

const service = z.looseObject({
  kind: z.literal('Service'),
  metadata,
  spec: z.looseObject({ clusterIP: z.string() }),
})
const endpoints = z.looseObject({ kind: z.literal('Endpoints'), metadata })
const recordedObject = z.union([service, endpoints, slice.required({ kind: true })])

type Json = Readonly<Record<string, unknown>>

/**
 * Brings recorded objects into a cluster as their writers do: Services and Endpoints of the service mirror as they
 * are, and in place of each slice its Pods. The cluster's own controllers then write the slices.
 */
export class Mirror {
  readonly #controlPlane: ControlPlane
  /** What was written last, by path. */
  #written: ReadonlyMap<string, Json> = new Map()

  constructor(controlPlane: ControlPlane) {
    this.#controlPlane = controlPlane
  }

  async open(): Promise<void> {
    const { api } = this.#controlPlane
    await api.create('/api/v1/namespaces', { metadata: { name: namespace } })
    await api.create('/api/v1/nodes', { metadata: { name: node } })
  }

  /** Resolves once the cluster has these objects, and its controllers have written the slices that were recorded. */
  async become(recorded: readonly object[]): Promise<void> {
    const objects = recorded.map((object) => recordedObject.parse(object))
    const now = new Map(objects.flatMap(written))
    const before = this.#written
    this.#written = now
    const gone = [...before.keys()].filter((path) => !now.has(path))
    const isService = (path: string) => path.includes('/services/')
    // The API server deletes the Endpoints of a Service with it.
    await Promise.all(gone.filter((path) => !isService(path)).map((path) => this.#remove(path)))
    await Promise.all(gone.filter(isService).map((path) => this.#remove(path)))
    await Promise.all([...now].map(([path, value]) => this.#write(path, value, before.get(path))))
    await this.#untilSlicesAre(objects.filter((object) => object.kind === 'EndpointSlice'))
  }

  #remove(path: string): Promise<void> {
    // No kubelet ends a Pod.
    return this.#controlPlane.api.remove(path.includes('/pods/') ? `${path}?gracePeriodSeconds=0` : path)
  }

  async #write(path: string, object: Json, before: Json | undefined): Promise<void> {
    const { api } = this.#controlPlane
    if (isDeepStrictEqual(object, before)) return
    if (!before) await api.create(path.slice(0, path.lastIndexOf('/')), object)
    else await api.patch(path, difference(before, object))
    // Of a Pod: its status is not taken with the rest.
    const { status } = object
    if (status !== undefined) await api.patch(`${path}/status`, { status })
  }

  async #untilSlicesAre(wanted: readonly Slice[]): Promise<void> {
    const path = at(slices, 'endpointslices', undefined, namespace)
    await eventually(async () => {
      const { items } = await this.#controlPlane.api.get(path, sliceList)
      const controlled = items.filter(({ metadata }) => managedBy in metadata.labels)
      expect(controlled.flatMap(summary).sort()).toEqual(wanted.flatMap(summary).sort())
    }, 60_000)
  }
}

/** What slices of the same endpoints have in common, whoever wrote them and with which names. */
function summary({ metadata, endpoints, ports }: Slice): string[] {
  const reached = (ports ?? []).map(({ name, port }) => `${name}=${port}`)
  return (endpoints ?? []).map(
    ({ addresses, conditions }) =>
      `${metadata.labels[serviceName]} ${addresses} ${reached} ${conditions.ready ? 'ready' : 'not ready'}`,
  )
}

/** What somebody writes to have this object, by path. */
function written(object: z.infer<typeof recordedObject>): [string, Json][] {
  const { kind, metadata } = object
  if (kind === 'EndpointSlice') return metadata.labels[managedBy] === mirroring ? [] : podsOf(object)
  if (kind === 'Endpoints') {
    const isControlled = 'endpoints.kubernetes.io/managed-by' in metadata.labels
    return isControlled ? [] : [[at('v1', 'endpoints', metadata.name, namespace), object]]
  }
  const { clusterIP, clusterIPs: _, ipFamilies: __, ipFamilyPolicy: ___, ...spec } = object.spec
  // Its addresses are its own in each cluster.
  const own = clusterIP === 'None' ? object : { ...object, spec }
  return [[at('v1', 'services', metadata.name, namespace), own]]
}

/** The Pods that a slice lists; in `status` is what the kubelet reports. */
function podsOf({ metadata, endpoints, ports }: Slice): [string, Json][] {
  const app = metadata.labels[serviceName]
  const containerPorts = (ports ?? []).map(({ name, port }) => ({ name, containerPort: port }))
  return (endpoints ?? []).map(({ addresses: [ip], conditions, hostname, targetRef }) => {
    const name = targetRef?.name ?? `${app}-${ip}`
    const place = hostname === undefined ? {} : { hostname, subdomain: app }
    const containers = [{ name: 'app', image: 'example.test/app:1', ports: containerPorts }]
    const ready = [{ type: 'Ready', status: conditions.ready ? 'True' : 'False' }]
    const pod = {
      metadata: { name, labels: { app } },
      spec: { nodeName: node, containers, ...place },
      status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: ready },
    }
    return [at('v1', 'pods', name, namespace), pod]
  })
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The JSON Merge Patch (RFC 7396) that makes one object of another. */
function difference(before: Json, after: Json): Json {
  const gone = Object.keys(before).filter((key) => !(key in after))
  const changed = Object.entries(after).filter(([key, value]) => !isDeepStrictEqual(value, before[key]))
  const values = changed.map(([key, value]) => {
    const was = before[key]
    return [key, isObject(value) && isObject(was) ? difference(was, value) : value]
  })
  return Object.fromEntries([...gone.map((key) => [key, null]), ...values])
}
