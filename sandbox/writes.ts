import { managedFields } from './apply/owners.ts'
import { asNumber, asObject, equal, type Json, type JsonObject, without } from './json.ts'
import { type Kind, type Resource, type Subresource, toStored, toVersion } from './kinds.ts'
import { type KubeObject, key, keyOf, type ObjectMeta, withMeta } from './object.ts'
import { type Strictness, shapedObject, validate, withDefaults } from './prepare.ts'
import { alreadyExists, badRequest, conflict, invalid, modified, notFound } from './status.ts'
import { timestamp, type World } from './world.ts'

/** How a write was asked for. */
export type WriteOptions = {
  dryRun?: boolean
  strictness?: Strictness
  subresource?: Subresource
  /** The name that the client has given itself. */
  manager?: string
  /** `metadata.managedFields` after an apply; other writes work them out. */
  managedFields?: JsonObject[]
}

/** The stored object that a path names, or 404. */
export function read(world: World, kind: Kind, namespace: string | undefined, name: string): KubeObject {
  const object = world.store.get(kind, key(namespace, name))
  if (!object) throw notFound(kind, name)
  return object
}

function checkNamespace(world: World, { namespaced }: Kind, namespace: string | undefined): void {
  const namespaces = world.registry.named('namespaces')
  if (namespaced && namespaces) read(world, namespaces.kind, undefined, namespace ?? '')
}

/** Metadata of a new object: what the client may choose, and what only the server says. */
function newMeta(
  meta: ObjectMeta,
  { generation }: Kind,
  namespace: string | undefined,
  { clock, newUid }: World,
): ObjectMeta {
  const uid = newUid()
  const name = meta.name || (meta.generateName ? `${meta.generateName}${uid.slice(0, 5)}` : '')
  const chosen = without(
    meta,
    'resourceVersion',
    'deletionTimestamp',
    'generation',
    'selfLink',
    'namespace',
    'managedFields',
  )
  return {
    ...chosen,
    name,
    ...(namespace ? { namespace } : {}),
    uid,
    creationTimestamp: timestamp(clock.wallTime()),
    ...(generation ? { generation: 1 } : {}),
  }
}

/** Creates an object in the form of `resource`; answers it as it is stored. */
export function create(
  world: World,
  resource: Resource,
  namespace: string | undefined,
  object: KubeObject,
  options: WriteOptions = {},
): KubeObject {
  const { kind } = resource
  const { metadata } = object
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created')
  checkNamespace(world, kind, namespace)
  const named = { ...object, metadata: newMeta(metadata, kind, namespace, world) }
  const pruned = shapedObject(resource, named, options.strictness ?? 'Warn')
  validate(resource, pruned, undefined)
  const statusless = kind.custom && kind.subresources.includes('status') ? dropStatus(pruned) : pruned
  const stored = withDefaults(kind, toStored(resource, statusless), world)
  if (world.store.get(kind, keyOf(stored))) throw alreadyExists(kind, stored.metadata.name)
  const owned = withOwners(stored, ownersAfter(world, resource, undefined, stored, undefined, options))
  return options.dryRun ? owned : world.store.put(kind, owned)
}

const withOwners = (object: KubeObject, managed: Json | undefined): KubeObject =>
  managed === undefined ? object : withMeta(object, { managedFields: managed })

/** `metadata.managedFields` after a write; `sent` is what the client wants them to be before it, if anything. */
function ownersAfter(
  { clock }: World,
  resource: Resource,
  old: KubeObject | undefined,
  next: KubeObject,
  sent: Json | undefined,
  options: WriteOptions,
): Json | undefined {
  const { managedFields: applied } = options
  if (applied) return applied.length > 0 ? applied : undefined
  const { manager, subresource } = options
  const entries = sent ?? old?.metadata.managedFields
  if (manager === undefined && entries === undefined) return undefined
  const time = timestamp(clock.wallTime())
  return managedFields({ resource, old, next, entries, manager, subresource, time })
}

const dropStatus = (object: KubeObject): KubeObject => ({ ...object, status: undefined })

const keptFields = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
]

/** Metadata of an update: identity stays what it was, whatever the client sent. */
function keptMeta(next: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const kept: JsonObject = {}
  for (const field of keptFields) kept[field] = old[field]
  return { ...next, ...kept, name: old.name, ...(old.namespace ? { namespace: old.namespace } : {}) }
}

function checkIdentity(kind: Kind, next: KubeObject, old: KubeObject): void {
  const { name, namespace, uid, resourceVersion } = next.metadata
  if (name !== old.metadata.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${old.metadata.name})`,
    )
  }
  if (namespace && namespace !== old.metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (uid && uid !== old.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
    )
  }
  if (!resourceVersion && !kind.unconditionalUpdate) {
    const message = 'Invalid value: 0: must be specified for an update'
    throw invalid(kind, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }])
  }
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) throw modified(kind, name)
}

/** Which part of the object a request may change: all but the status, or the status alone. */
function scoped(
  kind: Kind,
  next: KubeObject,
  old: KubeObject,
  subresource: Subresource | undefined,
): KubeObject {
  if (subresource === 'status') return { ...old, status: next.status }
  return kind.subresources.includes('status') ? { ...next, status: old.status } : next
}

const desired = (object: KubeObject) => without(object, 'metadata', 'status', 'apiVersion', 'kind')

/** What counts as a new generation: any part of the desired state that differs. */
function nextGeneration(kind: Kind, next: KubeObject, old: KubeObject): Partial<ObjectMeta> {
  if (!kind.generation || equal(desired(next), desired(old))) return {}
  return { generation: asNumber(old.metadata.generation) + 1 }
}

/**
 * Replaces an object by one in the form of `resource`, under optimistic concurrency.
 * A write that changes nothing answers the object as it is, with its old version.
 */
export function update(
  world: World,
  resource: Resource,
  old: KubeObject,
  object: KubeObject,
  options: WriteOptions = {},
): KubeObject {
  const { kind } = resource
  const oldView = toVersion(resource.version, old)
  checkIdentity(kind, object, old)
  const part = scoped(kind, object, oldView, options.subresource)
  const complete = shapedObject(
    resource,
    { ...part, metadata: keptMeta(part.metadata, old.metadata) },
    options.strictness ?? 'Warn',
  )
  validate(resource, complete, oldView)
  const stored = withDefaults(kind, toStored(resource, complete), world)
  const sent = object.metadata.managedFields
  const isSame = equal(stored, old)
  if (isSame && options.managedFields === undefined && isOwned(sent, old)) return old
  const managed = ownersAfter(world, resource, old, stored, sent, options)
  if (isSame && equal(managed, old.metadata.managedFields)) return old
  const next = withMeta(stored, { ...nextGeneration(kind, stored, old), managedFields: managed })
  if (options.dryRun) return next
  if (next.metadata.deletionTimestamp && !next.metadata.finalizers?.length) {
    return world.store.remove(kind, next)
  }
  return world.store.put(kind, next)
}

/** Whether a client leaves `metadata.managedFields` as they are, or says nothing of them. */
const isOwned = (sent: Json | undefined, old: KubeObject): boolean =>
  sent === undefined || equal(sent, old.metadata.managedFields)

/** Deletes what a namespace or a CRD holds before it goes itself. */
function deleteContents(world: World, kind: Kind, object: KubeObject): void {
  if (kind.id !== 'namespaces') return
  for (const content of world.registry.kinds()) {
    if (!content.namespaced) continue
    for (const held of world.store.list(content, object.metadata.name)) world.store.remove(content, held)
  }
}

function checkPreconditions(kind: Kind, object: KubeObject, wanted: JsonObject): void {
  for (const field of ['uid', 'resourceVersion']) {
    const actual = object.metadata[field]
    if (wanted[field] === undefined || wanted[field] === actual) continue
    const label = field === 'uid' ? 'UID' : 'ResourceVersion'
    const why = `Precondition failed: ${label} in precondition: ${wanted[field]}, ${label} in object meta: ${actual}`
    throw conflict(kind, object.metadata.name, why)
  }
}

/**
 * Deletes an object; with finalizers it is only marked, and goes when an update has removed the last one.
 * Answers the object as it is then, and whether it is gone.
 */
export function remove(
  world: World,
  kind: Kind,
  object: KubeObject,
  deleteOptions: Json | undefined,
  dryRun = false,
): { object: KubeObject; gone: boolean } {
  checkPreconditions(kind, object, asObject(asObject(deleteOptions).preconditions))
  const held = (object.metadata.finalizers?.length ?? 0) > 0
  if (dryRun) return { object, gone: !held }
  if (held) {
    if (object.metadata.deletionTimestamp) return { object, gone: false }
    const deletionTimestamp = timestamp(world.clock.wallTime())
    return { object: world.store.put(kind, withMeta(object, { deletionTimestamp })), gone: false }
  }
  deleteContents(world, kind, object)
  return { object: world.store.remove(kind, object), gone: true }
}
