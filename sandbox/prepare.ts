import { establishedStatus } from './crds.ts'
import { withSchemaDefaults } from './defaults.ts'
import { asList, asNumber, asObject, asText, dig, isObject } from './json.ts'
import type { Kind, Resource } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { prune, violations } from './schema.ts'
import { badRequest, type Cause, invalid } from './status.ts'
import { timestamp, type World } from './world.ts'

/** What `fieldValidation` asks for: unknown fields are refused, or dropped. */
export type Strictness = 'Strict' | 'Warn' | 'Ignore'

type Default = (object: KubeObject, world: World) => KubeObject

/** An address that no other Service has soon: from the version that its write will get. */
function clusterIp({ store }: World): string {
  const next = store.version + 1
  return `10.96.${(next >> 8) & 255}.${next & 255}`
}

function serviceDefaults(object: KubeObject, world: World): KubeObject {
  const spec = asObject(object.spec)
  if (spec.type === 'ExternalName') return object
  const ip = asText(spec.clusterIP) || clusterIp(world)
  const ports = asList(spec.ports).map((port) => {
    const { port: targetPort } = asObject(port)
    return { protocol: 'TCP', targetPort, ...asObject(port) }
  })
  const own = { clusterIP: ip, clusterIPs: [ip], ...(ports.length > 0 ? { ports } : {}) }
  return { ...object, spec: { type: 'ClusterIP', sessionAffinity: 'None', ...spec, ...own } }
}

/** What the server adds to an object of some kinds before it stores it. */
const defaults: Record<string, Default> = {
  Namespace: (object) => ({ ...object, status: { phase: 'Active', ...asObject(object.status) } }),
  Service: serviceDefaults,
  Pod: (object) => ({ ...object, status: { phase: 'Pending', ...asObject(object.status) } }),
  Deployment: (object) => ({
    ...object,
    spec: { replicas: 1, ...asObject(object.spec) },
    status: asObject(object.status),
  }),
  Secret: (object) => ({ type: 'Opaque', ...object }),
  CustomResourceDefinition: (object, { clock }) =>
    dig(object, 'status', 'conditions')
      ? object
      : { ...object, status: establishedStatus(object, timestamp(clock.wallTime())) },
}

/** A stored object with what the server adds. */
export function withDefaults(kind: Kind, object: KubeObject, world: World): KubeObject {
  return defaults[kind.custom ? '' : kind.kind]?.(object, world) ?? object
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

function nameCauses(kind: Kind, name: string): Cause[] {
  const bad = (message: string): Cause => ({ reason: 'FieldValueInvalid', message, field: 'metadata.name' })
  if (name === '')
    return [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ]
  if (name.length > kind.nameLimit)
    return [bad(`Invalid value: "${name}": must be no more than ${kind.nameLimit} characters`)]
  if (!subdomain.test(name))
    return [
      bad(
        `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case
 alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`.replace(
          '\n',
          '',
        ),
      ),
    ]
  return []
}

/** A Deployment selects its own Pods, or the controllers would make them without end. */
function deploymentCauses(object: KubeObject): Cause[] {
  const field = 'spec.template.metadata.labels'
  const selector = asObject(dig(object, 'spec', 'selector', 'matchLabels'))
  const labels = asObject(dig(object, 'spec', 'template', 'metadata', 'labels'))
  const causes: Cause[] = []
  if (!isObject(dig(object, 'spec', 'selector')))
    causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.selector' })
  if (Object.entries(selector).some(([label, value]) => labels[label] !== value))
    causes.push({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: `selector` does not match template `labels`',
      field,
    })
  const replicas = asNumber(dig(object, 'spec', 'replicas'), 1)
  if (replicas < 0)
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
      field: 'spec.replicas',
    })
  return causes
}

/** A custom object in the shape of its schema: without what that does not know, and with its defaults. */
export function shapedObject(resource: Resource, object: KubeObject, strictness: Strictness): KubeObject {
  const { schema } = resource.version
  const pruned = prunedObject(resource, object, strictness)
  const complete = schema ? withSchemaDefaults(schema, pruned) : pruned
  return isObject(complete) ? { ...pruned, ...complete } : pruned
}

/** Drops unknown fields of a custom object, or refuses them when the client asked to be told. */
function prunedObject({ kind, version }: Resource, object: KubeObject, strictness: Strictness): KubeObject {
  if (!version.schema) return object
  const dropped: string[] = []
  const pruned = prune(version.schema, object, dropped)
  if (dropped.length === 0 || !isObject(pruned)) return object
  if (strictness === 'Strict') {
    const unknown = dropped.map((path) => `unknown field "${path}"`).join(', ')
    throw badRequest(
      `${kind.kind} in version "${version.version}" cannot be handled as a ${kind.kind}: ` +
        `strict decoding error: ${unknown}`,
    )
  }
  const { apiVersion, metadata } = object
  return { ...pruned, apiVersion, kind: object.kind, metadata }
}

/** Refuses an object, in the form of the version it is written in, that breaks a rule of its kind. */
export function validate({ kind, version }: Resource, object: KubeObject, old: KubeObject | undefined): void {
  const causes = [
    ...(old ? [] : nameCauses(kind, object.metadata.name)),
    ...(version.schema ? violations(version.schema, object, old) : []),
    ...(kind.id === 'deployments.apps' ? deploymentCauses(object) : []),
  ]
  if (causes.length > 0) throw invalid(kind, object.metadata.name, causes)
}
