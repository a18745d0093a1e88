import { type Column, columnsOf } from './columns.ts'
import { coreToEvents, eventsToCore } from './events.ts'
import type { KubeObject } from './object.ts'
import type { Schema } from './schema.ts'

/** A group and version under which a kind is served; the first of a kind is how its objects are stored. */
export type Version = {
  group: string
  version: string
  schema?: Schema
  /** From the stored form to this one, where more than `apiVersion` differs. */
  read?(stored: KubeObject): KubeObject
  /** From this form to the stored one. */
  write?(object: KubeObject): KubeObject
}

export type Subresource = 'status' | 'scale'

/** A kind of object: everything that the server knows about it. */
export type Kind = {
  /** `plural.group`, or the plural alone in the core group. */
  id: string
  group: string
  kind: string
  plural: string
  singular: string
  shortNames: string[]
  categories: string[]
  namespaced: boolean
  versions: Version[]
  subresources: Subresource[]
  /** Whether `metadata.generation` counts changes of the desired state. */
  generation: boolean
  /** Whether a PUT without resourceVersion overwrites, rather than being refused. */
  unconditionalUpdate: boolean
  /** From a CRD: objects name their type in lists, and there is no strategic merge patch. */
  custom: boolean
  /** Objects of this kind are questions: created, answered, and never stored. */
  review: boolean
  /** The longest name, where it becomes a DNS label. */
  nameLimit: number
  /** Fields that field selectors may use, besides name and namespace. */
  selectable: string[]
  columns: Column[]
}

/** A kind as one request addresses it. */
export type Resource = { kind: Kind; version: Version }

export const apiVersionOf = ({ group, version }: Version) => (group ? `${group}/${version}` : version)

/** A stored object in the form of a version. */
export function toVersion(version: Version, stored: KubeObject): KubeObject {
  const object = version.read ? version.read(stored) : stored
  const apiVersion = apiVersionOf(version)
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion }
}

/** An object of a version in the form in which it is stored. */
export function toStored({ kind, version }: Resource, object: KubeObject): KubeObject {
  const stored = version.write ? version.write(object) : object
  const first = kind.versions[0] ?? version
  return { ...stored, apiVersion: apiVersionOf(first) }
}

/** Completes a kind from what is special about it. */
export function defineKind(kind: string, groupVersion: string, special: Partial<Kind> = {}): Kind {
  const slash = groupVersion.indexOf('/')
  const group = slash < 0 ? '' : groupVersion.slice(0, slash)
  const singular = kind.toLowerCase()
  const plural = special.plural ?? (singular.endsWith('s') ? singular : `${singular}s`)
  return {
    id: group ? `${plural}.${group}` : plural,
    group,
    kind,
    plural,
    singular,
    shortNames: [],
    categories: [],
    namespaced: true,
    versions: [{ group, version: groupVersion.slice(slash + 1) }],
    subresources: [],
    generation: false,
    unconditionalUpdate: true,
    custom: false,
    review: false,
    nameLimit: 253,
    selectable: [],
    columns: columnsOf(kind),
    ...special,
  }
}

const eventFields = [
  ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    (field) => `involvedObject.${field}`,
  ),
  'reason',
  'type',
  'reportingComponent',
  'source',
]

const all = ['all']

/** The kinds that every cluster has, as far as the sandbox plays them. */
export const builtinKinds: Kind[] = [
  defineKind('Namespace', 'v1', {
    namespaced: false,
    shortNames: ['ns'],
    nameLimit: 63,
    subresources: ['status'],
    selectable: ['status.phase'],
  }),
  defineKind('Service', 'v1', {
    shortNames: ['svc'],
    categories: all,
    nameLimit: 63,
    subresources: ['status'],
    selectable: ['spec.clusterIP', 'spec.type'],
  }),
  defineKind('Endpoints', 'v1', { shortNames: ['ep'] }),
  defineKind('Pod', 'v1', {
    shortNames: ['po'],
    categories: all,
    subresources: ['status'],
    selectable: ['spec.nodeName', 'status.phase', 'status.podIP', 'spec.serviceAccountName'],
  }),
  defineKind('ConfigMap', 'v1', { shortNames: ['cm'] }),
  defineKind('Secret', 'v1', { selectable: ['type'] }),
  defineKind('ServiceAccount', 'v1', { shortNames: ['sa'] }),
  defineKind('Event', 'v1', {
    shortNames: ['ev'],
    selectable: eventFields,
    versions: [
      { group: '', version: 'v1' },
      { group: 'events.k8s.io', version: 'v1', read: coreToEvents, write: eventsToCore },
    ],
  }),
  defineKind('EndpointSlice', 'discovery.k8s.io/v1', { generation: true }),
  defineKind('Deployment', 'apps/v1', {
    shortNames: ['deploy'],
    categories: all,
    generation: true,
    subresources: ['status', 'scale'],
  }),
  defineKind('ReplicaSet', 'apps/v1', {
    shortNames: ['rs'],
    categories: all,
    generation: true,
    subresources: ['status'],
  }),
  defineKind('Job', 'batch/v1', { generation: true, subresources: ['status'] }),
  defineKind('Lease', 'coordination.k8s.io/v1', { unconditionalUpdate: false }),
  ...['SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'].map((kind) =>
    defineKind(kind, 'authorization.k8s.io/v1', { namespaced: false, review: true }),
  ),
  defineKind('SelfSubjectReview', 'authentication.k8s.io/v1', { namespaced: false, review: true }),
  defineKind('CustomResourceDefinition', 'apiextensions.k8s.io/v1', {
    namespaced: false,
    shortNames: ['crd', 'crds'],
    generation: true,
    unconditionalUpdate: false,
    subresources: ['status'],
  }),
]
