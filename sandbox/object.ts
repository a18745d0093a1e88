import { asObject, isObject, type Json, type JsonObject } from './json.ts'
import { badRequest } from './status.ts'

export type ObjectMeta = JsonObject & {
  name: string
  namespace?: string
  generateName?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: JsonObject[]
}

/** Any Kubernetes object. Objects in the store are never changed in place: a write stores a new one. */
export type KubeObject = JsonObject & { apiVersion: string; kind: string; metadata: ObjectMeta }

const isText = (value: unknown) => value === undefined || typeof value === 'string'
const isTextMap = (value: unknown) =>
  value === undefined || (isObject(value) && Object.values(value).every((text) => typeof text === 'string'))

function isMeta(value: unknown): value is ObjectMeta {
  if (!isObject(value) || typeof value.name !== 'string') return false
  const texts = [
    'namespace',
    'generateName',
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'deletionTimestamp',
  ]
  return (
    texts.every((field) => isText(value[field])) && isTextMap(value.labels) && isTextMap(value.annotations)
  )
}

function isKubeObject(value: unknown): value is KubeObject {
  return (
    isObject(value) &&
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    isMeta(value.metadata)
  )
}

/**
 * Null members of metadata mean absent, as in Go; without this a `creationTimestamp: null` would be refused.
 */
function cleanMeta(value: Json | undefined): JsonObject {
  const meta: JsonObject = { name: '' }
  for (const [key, member] of Object.entries(asObject(value))) {
    if (member === null) continue
    if ((key === 'labels' || key === 'annotations') && isObject(member) && Object.keys(member).length === 0)
      continue
    meta[key] = member
  }
  return meta
}

/**
 * Reads an object that a client sent for a given type. A missing type is filled in;
 * another type, or metadata of the wrong shape, is a 400.
 */
export function parseObject(
  value: Json | undefined,
  expected: { apiVersion: string; kind: string },
): KubeObject {
  if (!isObject(value)) throw badRequest(`the object provided is not a ${expected.kind}`)
  const object = {
    ...value,
    apiVersion: value.apiVersion ?? expected.apiVersion,
    kind: value.kind ?? expected.kind,
    metadata: cleanMeta(value.metadata),
  }
  if (object.kind !== expected.kind || object.apiVersion !== expected.apiVersion) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}, ${object.kind}) does not match the expected ` +
        `API version (${expected.apiVersion}, ${expected.kind})`,
    )
  }
  if (!isKubeObject(object)) throw badRequest(`${expected.kind} in version cannot be handled: bad metadata`)
  return object
}

/** The same object with some metadata replaced. */
export function withMeta(object: KubeObject, meta: Partial<ObjectMeta>): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...meta } }
}

/** Where an object stands in its collection; keys sort as etcd sorts them. */
export function keyOf(object: KubeObject): string {
  return key(object.metadata.namespace, object.metadata.name)
}

export const key = (namespace: string | undefined, name: string) =>
  namespace ? `${namespace}/${name}` : name
