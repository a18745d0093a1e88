import { asList, asObject, isObject, type Json, type JsonObject } from '../json.ts'
import type { Resource } from '../kinds.ts'
import type { Schema } from '../schema.ts'

/**
 * What says how the parts of an object are owned and merged: the schema of a custom kind, or what is written here of a
 * built-in one. Without a word about it a list is owned as a whole, and a member of an object by itself.
 */
export type Shape = Schema

const set: Shape = { 'x-kubernetes-list-type': 'set' }
const atomic: Shape = { 'x-kubernetes-map-type': 'atomic' }

/** A list whose items are told apart by some of their members. */
const keyed = (keys: string[], items: Shape = {}): Shape => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items,
})

const fields = (properties: Record<string, Shape>): Shape => ({ properties })

/** A part that Go writes even if nothing is in it, so nobody adds it and nobody takes it away. */
const part = (properties: Record<string, Shape> = {}): Shape => ({ properties, isAlwaysThere: true })

export const isAlwaysThere = (shape: Shape): boolean => shape.isAlwaysThere === true

const protocol: Shape = { default: 'TCP' }
const conditions = keyed(['type'])
const metadata = part({ finalizers: set, ownerReferences: keyed(['uid'], atomic) })

const container = fields({
  env: keyed(
    ['name'],
    fields({
      valueFrom: fields({
        configMapKeyRef: atomic,
        fieldRef: atomic,
        fileKeyRef: atomic,
        resourceFieldRef: atomic,
        secretKeyRef: atomic,
      }),
    }),
  ),
  ports: keyed(['containerPort', 'protocol'], fields({ protocol })),
  resources: part({ claims: keyed(['name']) }),
  volumeDevices: keyed(['devicePath']),
  volumeMounts: keyed(['mountPath']),
})
const containers = keyed(['name'], container)

/** Without volumes of clouds and their secrets. */
const podSpec = part({
  affinity: fields({
    nodeAffinity: fields({ requiredDuringSchedulingIgnoredDuringExecution: atomic }),
  }),
  containers,
  ephemeralContainers: containers,
  hostAliases: keyed(['ip']),
  imagePullSecrets: keyed(['name'], atomic),
  initContainers: containers,
  nodeSelector: atomic,
  schedulingGates: keyed(['name']),
  topologySpreadConstraints: keyed(['topologyKey', 'whenUnsatisfiable'], fields({ labelSelector: atomic })),
  volumes: keyed(['name']),
})

/** The built-in kinds that can be applied, by their ids, without their metadata. */
const builtIn: Readonly<Record<string, Record<string, Shape>>> = {
  configmaps: {},
  'customresourcedefinitions.apiextensions.k8s.io': { spec: part({ names: part() }) },
  'clusterroles.rbac.authorization.k8s.io': {},
  'clusterrolebindings.rbac.authorization.k8s.io': { roleRef: atomic },
  'deployments.apps': {
    spec: part({ selector: atomic, strategy: part(), template: part({ metadata, spec: podSpec }) }),
    status: part({ conditions }),
  },
  endpoints: {},
  'endpointslices.discovery.k8s.io': {},
  namespaces: {
    spec: part({ finalizers: { 'x-kubernetes-list-type': 'atomic' } }),
    status: part({ conditions }),
  },
  'networkpolicies.networking.k8s.io': { spec: part({ podSelector: atomic }) },
  'poddisruptionbudgets.policy': { spec: part({ selector: atomic }), status: part({ conditions }) },
  pods: { spec: podSpec, status: part({ conditions }) },
  'roles.rbac.authorization.k8s.io': {},
  'rolebindings.rbac.authorization.k8s.io': { roleRef: atomic },
  secrets: {},
  serviceaccounts: { secrets: keyed(['name'], atomic) },
  services: {
    spec: part({ ports: keyed(['port', 'protocol'], fields({ protocol })), selector: atomic }),
    status: part({ conditions, loadBalancer: part() }),
  },
  'validatingadmissionpolicies.admissionregistration.k8s.io': {
    spec: part({
      matchConditions: keyed(['name']),
      matchConstraints: atomic,
      paramKind: atomic,
      variables: keyed(['name'], atomic),
    }),
  },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': {
    spec: part({ matchResources: atomic, paramRef: atomic, validationActions: set }),
  },
}

const known = new Map<Schema, Shape>()

/** The shape of the objects of a resource; undefined for a kind that is not described. */
export function shapeOf({ kind, version }: Resource): Shape | undefined {
  if (!kind.custom) return shapes.get(kind.id)
  const { schema = deduced } = version
  const made = known.get(schema)
  if (made) return made
  const types: JsonObject = { apiVersion: {}, kind: {}, metadata }
  const shape = { ...schema, properties: { ...asObject(schema.properties), ...types } }
  known.set(schema, shape)
  return shape
}

const shapes = new Map(
  Object.entries(builtIn).map(([id, properties]) => [id, fields({ metadata, ...properties })]),
)

/** Of what a schema does not describe each member is owned by itself. */
const deduced: Shape = { 'x-kubernetes-preserve-unknown-fields': true }

/** One member or item of a value. */
export type Part = { value: Json; shape: Shape; isNamed: boolean }

/** The shape of what a step leads to, and whether its name is one of a schema rather than of data. */
export function shapeAt(shape: Shape, step: string): Omit<Part, 'value'> {
  if (!step.startsWith('f:')) return { shape: asObject(shape.items), isNamed: false }
  const own = asObject(shape.properties)[step.slice(2)]
  if (isObject(own)) return { shape: own, isNamed: true }
  const { additionalProperties } = shape
  if (isObject(additionalProperties)) return { shape: additionalProperties, isNamed: false }
  if (shape['x-kubernetes-preserve-unknown-fields'] === true) return { shape: deduced, isNamed: false }
  return { shape: {}, isNamed: true }
}

/** The members of an object, or the items of a list, by their steps; undefined for what is owned as a whole. */
export function partsOf(shape: Shape, value: Json | undefined): Map<string, Part> | undefined {
  const parts = new Map<string, Part>()
  if (isObject(value)) {
    if (shape['x-kubernetes-map-type'] === 'atomic') return undefined
    for (const [name, member] of Object.entries(value)) {
      const step = `f:${name}`
      if (member !== undefined) parts.set(step, { value: member, ...shapeAt(shape, step) })
    }
    return parts
  }
  if (!Array.isArray(value)) return undefined
  const stepOf = itemSteps[String(shape['x-kubernetes-list-type'])]
  if (!stepOf) return undefined
  const items = asObject(shape.items)
  for (const item of value) parts.set(stepOf(shape, item), { value: item, shape: items, isNamed: false })
  return parts
}

type StepOf = (shape: Shape, item: Json) => string

const itemSteps: Readonly<Record<string, StepOf>> = {
  set: (_, item) => `v:${JSON.stringify(item)}`,
  map: (shape, item) => `k:${JSON.stringify(keysOf(shape, item))}`,
}

/** The members that tell an item of a list from the others, in the order of their names. */
export function keysOf(shape: Shape, item: Json): JsonObject {
  const names = asList(shape['x-kubernetes-list-map-keys']).map(String).sort()
  const properties = asObject(asObject(shape.items).properties)
  const value = (name: string) => asObject(item)[name] ?? asObject(properties[name]).default
  return Object.fromEntries(names.map((name) => [name, value(name)]))
}
