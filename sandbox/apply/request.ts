import { asText, dig, isObject, type Json } from '../json.ts'
import { apiVersionOf, toVersion } from '../kinds.ts'
import { type KubeObject, key, parseObject } from '../object.ts'
import { type Call, requiredNamespace } from '../requests.ts'
import { ApiError, badRequest, invalid, notFound, unsupported } from '../status.ts'
import { timestamp, type World } from '../world.ts'
import { create, update, type WriteOptions } from '../writes.ts'
import { type Apply, applied, type Conflict } from './apply.ts'
import { faultsOf } from './faults.ts'
import { pathText } from './field-sets.ts'
import { managedFieldsOf, type Owner } from './owners.ts'
import { type Shape, shapeOf } from './shapes.ts'

/** What `kubectl apply --server-side` sends. */
export const applyType = 'application/apply-patch+yaml'

/** Creates or changes the object that a path names; 409 if it would take fields of others without being forced to. */
export function applyTo(
  world: World,
  call: Call,
  body: Json,
  options: WriteOptions,
): { object: KubeObject; isNew: boolean } {
  const { resource, namespace, name = '', subresource } = call
  const [manager, shape] = [managerOf(call), shapeFor(call)]
  const config = configOf(call, body)
  const faults = faultsOf(resource, shape, config)
  if (faults.length > 0) throw untyped(body, faults)
  const old = world.store.get(resource.kind, key(namespace, name))
  if (!old && subresource !== undefined) throw notFound(resource.kind, name)
  const { apiVersion, kind } = config
  const live = old ? toVersion(resource.version, old) : { apiVersion, kind, metadata: { name } }
  const isForced = ['1', 'true'].includes(call.query.get('force') ?? '')
  const time = timestamp(world.clock.wallTime())
  const how = { manager, subresource: options.subresource, isForced, time }
  const { object, owners } = outcomeOf({ resource, shape, live, config, ...how })
  const next = parseObject(object, { apiVersion, kind })
  const write = { ...options, managedFields: managedFieldsOf(owners) ?? [] }
  if (old) return { object: update(world, resource, old, next, write), isNew: false }
  return { object: create(world, resource, requiredNamespace(call), next, write), isNew: true }
}

function managerOf({ query }: Call): string {
  const manager = query.get('fieldManager')
  if (manager) return manager
  const field = 'fieldManager'
  const message = 'Required value: is required for apply patch'
  const options = { group: 'meta.k8s.io', kind: 'PatchOptions', plural: '' }
  throw invalid(options, '', [{ reason: 'FieldValueRequired', message, field }])
}

function shapeFor({ resource, subresource }: Call): Shape {
  const shape = subresource === 'scale' ? undefined : shapeOf(resource)
  if (shape) return shape
  const what = subresource === 'scale' ? 'scale' : resource.kind.kind
  throw unsupported(
    `the sandbox does not know who owns which field of a ${what}; use kubectl apply without --server-side`,
  )
}

/** The applied object, with the name and the namespace of the path. */
function configOf({ resource, namespace, name = '' }: Call, body: Json): KubeObject {
  const { kind, version } = resource
  if (!isObject(body)) throw badRequest('error decoding YAML: an applied object is an object')
  if (body.apiVersion !== apiVersionOf(version) || body.kind !== kind.kind)
    throw badRequest(`invalid object type: ${typeOf(body)}`)
  const config = parseObject(body, { apiVersion: apiVersionOf(version), kind: kind.kind })
  if (config.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil')
  if (config.metadata.name && config.metadata.name !== name)
    throw badRequest(
      `the name of the object (${config.metadata.name}) does not match the name on the URL (${name})`,
    )
  return { ...config, metadata: { ...(namespace ? { namespace } : {}), ...config.metadata, name } }
}

/** The type of an object, as Go writes it. */
function typeOf(object: Json): string {
  const version = asText(dig(object, 'apiVersion'))
  return `${version.includes('/') ? '' : '/'}${version}, Kind=${asText(dig(object, 'kind'))}`
}

/** What the server says of an object that does not have the form of its kind. */
function untyped(body: Json, faults: string[]): ApiError {
  const name = `${asText(dig(body, 'metadata', 'namespace'))}/${asText(dig(body, 'metadata', 'name'))}`
  const [first = '', ...more] = faults
  const why = more.length === 0 ? first : ['errors:', ...faults.map((fault) => `  ${fault}`)].join('\n')
  return new ApiError(500, '', `failed to create typed patch object (${name}; ${typeOf(body)}): ${why}`)
}

function outcomeOf(apply: Apply) {
  const outcome = applied(apply)
  if ('conflicts' in outcome) throw conflictOf(outcome.conflicts)
  return outcome
}

const nameOf = ({ manager, operation, apiVersion, subresource }: Owner): string => {
  const name = subresource ? `"${manager}" with subresource "${subresource}"` : `"${manager}"`
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}

/** The refusal of an apply, in the words that kubectl prints. */
function conflictOf(conflicts: readonly Conflict[]): ApiError {
  const named = conflicts.map(({ owner, path }) => ({ name: nameOf(owner), field: pathText(path) }))
  const causes = named.map(({ name, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${name}`,
    field,
  }))
  const [first, ...more] = named
  const lines = [...new Set(named.map(({ name }) => name))].flatMap((name) => [
    `conflicts with ${name}:`,
    ...named.filter((conflict) => conflict.name === name).map(({ field }) => `- ${field}`),
  ])
  const what =
    more.length === 0
      ? `Apply failed with 1 conflict: conflict with ${first?.name}: ${first?.field}`
      : `Apply failed with ${named.length} conflicts: ${lines.join('\n')}`
  return new ApiError(409, 'Conflict', what, { causes })
}
