import { isObject, type Json, type JsonObject } from './json.ts'

/**
 * Kubernetes objects in protobuf, which kubectl sends since 1.32 when it creates what it knows. Only the fields that it
 * fills in, of the kinds that it creates in the sandbox; an answer may always be JSON. The numbers are those of
 * `generated.proto` in k8s.io/api and k8s.io/apimachinery.
 */

export const protobufType = 'application/vnd.kubernetes.protobuf'

/** `NUMBER NAME TYPE`; `*` for a list, `?` for a number that may be 0. */
const messages: Readonly<Record<string, string>> = {
  ObjectMeta:
    '1 name text, 2 generateName text, 3 namespace text, 11 labels texts, 12 annotations texts, 14 finalizers *text',
  Namespace: '1 metadata ObjectMeta',
  ConfigMap: '1 metadata ObjectMeta, 2 data texts, 3 binaryData texts, 4 immutable flag',
  Service: '1 metadata ObjectMeta, 2 spec ServiceSpec',
  ServiceSpec:
    '1 ports *ServicePort, 2 selector texts, 3 clusterIP text, 4 type text, 7 sessionAffinity text, 10 externalName text, 13 publishNotReadyAddresses flag',
  ServicePort:
    '1 name text, 2 protocol text, 3 port number, 4 targetPort IntOrString, 5 nodePort number, 6 appProtocol text',
  IntOrString: '1 type number, 2 intVal number, 3 strVal text',
  Deployment: '1 metadata ObjectMeta, 2 spec DeploymentSpec',
  DeploymentSpec:
    '1 replicas number?, 2 selector LabelSelector, 3 template PodTemplateSpec, 4 strategy DeploymentStrategy, 5 minReadySeconds number, 7 paused flag',
  DeploymentStrategy: '1 type text, 2 rollingUpdate RollingUpdate',
  RollingUpdate: '1 maxUnavailable IntOrString, 2 maxSurge IntOrString',
  LabelSelector: '1 matchLabels texts',
  PodTemplateSpec: '1 metadata ObjectMeta, 2 spec PodSpec',
  PodSpec: '2 containers *Container, 3 restartPolicy text, 8 serviceAccountName text',
  Container:
    '1 name text, 2 image text, 3 command *text, 4 args *text, 5 workingDir text, 6 ports *ContainerPort, 7 env *EnvVar',
  ContainerPort: '1 name text, 2 hostPort number, 3 containerPort number, 4 protocol text',
  EnvVar: '1 name text, 2 value text',
  SelfSubjectAccessReview: '1 metadata ObjectMeta, 2 spec SelfSubjectAccessReviewSpec',
  SelfSubjectAccessReviewSpec:
    '1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes NonResourceAttributes',
  SelfSubjectRulesReview: '1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec',
  SelfSubjectRulesReviewSpec: '1 namespace text',
  ResourceAttributes:
    '1 namespace text, 2 verb text, 3 group text, 4 version text, 5 resource text, 6 subresource text, 7 name text',
  NonResourceAttributes: '1 path text, 2 verb text',
}

interface Field {
  readonly name: string
  readonly type: string
  readonly repeats: boolean
  readonly keepsZero: boolean
}

const fieldsOf = new Map(
  Object.entries(messages).map(([message, text]) => [message, new Map(text.split(', ').map(readField))]),
)

function readField(text: string): [number, Field] {
  const [number, name = '', type = ''] = text.split(' ')
  const field = {
    name,
    type: type.replace(/[*?]/g, ''),
    repeats: type.startsWith('*'),
    keepsZero: type.endsWith('?'),
  }
  return [Number(number), field]
}

/** Of an object: what it is, and itself (`runtime.Unknown`). */
const magic = 'k8s\0'
const nothing = new Uint8Array()

/** The object as JSON; `undefined` if it is not Kubernetes' protobuf, or of a kind that is not known here. */
export function objectFromProtobuf(bytes: Uint8Array): JsonObject | undefined {
  if (Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') !== magic) return undefined
  const envelope = bytes.subarray(magic.length)
  const type = partOf(envelope, 1)
  const [apiVersion, kind] = [textOf(partOf(type, 1)), textOf(partOf(type, 2))]
  if (!fieldsOf.has(kind)) return undefined
  const object = decode(partOf(envelope, 2), kind)
  return { apiVersion, kind, ...(isObject(object) ? object : {}) }
}

/** The bytes of a field; none if it is not there. */
const partOf = (bytes: Uint8Array, wanted: number): Uint8Array =>
  [...entriesOf(bytes)].find(({ number }) => number === wanted)?.bytes ?? nothing

/** One field as it is on the wire. */
interface Entry {
  readonly number: number
  readonly value: number
  readonly bytes: Uint8Array
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

function* entriesOf(bytes: Uint8Array): Generator<Entry> {
  let at = 0
  const varint = (): number => {
    let result = 0n
    for (let shift = 0n; at < bytes.length; shift += 7n) {
      const byte = bytes[at++] ?? 0
      result |= BigInt(byte & 127) << shift
      if (byte < 128) break
    }
    return Number(BigInt.asIntN(64, result))
  }
  while (at < bytes.length) {
    const head = varint()
    const [number, wire] = [head >>> 3, head & 7]
    if (wire === 0) yield { number, value: varint(), bytes: nothing }
    else if (wire === 2) {
      const end = varint() + at
      yield { number, value: 0, bytes: bytes.subarray(at, end) }
      at = end
    } else at += wire === 1 ? 8 : 4
  }
}

/** What is empty is left out: Go writes every field that is not a pointer. */
function decode(bytes: Uint8Array, message: string): Json | undefined {
  const object: JsonObject = {}
  const fields = fieldsOf.get(message)
  for (const entry of entriesOf(bytes)) {
    const field = fields?.get(entry.number)
    const value = field && read(entry, field)
    if (field && value !== undefined) object[field.name] = joined(object[field.name], value, field)
  }
  if (message === 'IntOrString') return object.strVal ?? object.intVal ?? 0
  return Object.keys(object).length > 0 ? object : undefined
}

/** A list and a map come in parts, one after the other. */
function joined(before: Json | undefined, value: Json, { repeats }: Field): Json {
  if (repeats) return [...(Array.isArray(before) ? before : []), value]
  return isObject(before) && isObject(value) ? { ...before, ...value } : value
}

function read({ value, bytes }: Entry, { type, keepsZero }: Field): Json | undefined {
  switch (type) {
    case 'text':
      return textOf(bytes) || undefined
    case 'number':
      return value !== 0 || keepsZero ? value : undefined
    case 'flag':
      return value !== 0 || undefined
    case 'texts':
      return { [textOf(partOf(bytes, 1))]: textOf(partOf(bytes, 2)) }
    default:
      return decode(bytes, type)
  }
}
