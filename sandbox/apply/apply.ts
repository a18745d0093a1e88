import { asText, dig, equal, isObject, type Json, type JsonObject } from '../json.ts'
import { apiVersionOf, type Resource, type Subresource } from '../kinds.ts'
import type { KubeObject } from '../object.ts'
import { difference, type FieldSet, inOrder, intersection, union } from './field-sets.ts'
import { compare, fieldsOf, merged, withoutFields, withParents } from './merge.ts'
import { afterChange, beforeFirstApply, isOf, type Owner, ownable, ownersOf, writerOf } from './owners.ts'
import type { Shape } from './shapes.ts'

/** What a client applies, to an object as it is in the version of the request. */
export type Apply = {
  resource: Resource
  shape: Shape
  live: KubeObject
  config: KubeObject
  manager: string
  subresource: Subresource | undefined
  /** Whether fields of others are taken; otherwise they are conflicts. */
  isForced: boolean
  time: string
}

/** A field that another writer owns and that the applied object has otherwise. */
export type Conflict = { owner: Owner; path: string }

export type Applied = { object: JsonObject; owners: Owner[] } | { conflicts: Conflict[] }

/**
 * Merges what is applied into an object. What the same manager applied before and does not any more goes, unless
 * somebody else owns it. Versions of a kind are taken for the same, as they are here.
 */
export function applied(apply: Apply): Applied {
  const { resource, shape, live, config, manager, subresource, isForced, time } = apply
  const known = ownersOf(live.metadata.managedFields)
  const owners = known.length > 0 ? known : beforeFirstApply(resource, shape, live, time)
  const writer = writerOf(resource, 'Apply', manager, subresource)
  const previous = owners.find((owner) => isOf(writer, owner))
  const others = owners.filter((owner) => owner !== previous)
  const all = fieldsOf(shape, config)
  const own = ownable(resource, subresource, all)
  const whole = asOwned(merged(shape, live, config))
  const kept = others.reduce((fields, other) => union(fields, other.fields), all)
  const next = previous ? pruned(shape, whole, previous.fields, kept) : whole
  const comparison = compare(shape, live, next)
  const taken = ownable(resource, subresource, union(comparison.added, comparison.modified))
  const conflicts = conflictsIn(others, taken)
  const isAllowed = isForced || conflicts.length === 0 || isOfClientSideApply(apply, conflicts)
  if (!isAllowed) return { conflicts: conflicts.filter(({ path }) => !lastApplied(apply).has(path)) }
  const since = equal(withoutOwners(live), withoutOwners(next)) ? previous?.time : time
  const entry: Owner = { ...writer, ...(since === undefined ? {} : { time: since }), fields: own }
  return { object: next, owners: [...afterChange(others, comparison), entry] }
}

const asOwned = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

const withoutOwners = (object: JsonObject): JsonObject => ({
  ...object,
  metadata: { ...asOwned(object.metadata), managedFields: undefined },
})

/** An object without what the manager applied last time, except for what is owned now. */
function pruned(shape: Shape, whole: JsonObject, last: FieldSet, owned: FieldSet): JsonObject {
  const all = withParents(shape, fieldsOf(shape, whole))
  const inAll = (value: Json | undefined) => withParents(shape, fieldsOf(shape, value ?? {}))
  const lastAll = withParents(shape, last)
  const bare = inAll(withoutFields(shape, whole, lastAll))
  const back = inAll(withoutFields(shape, whole, difference(all, union(bare, withParents(shape, owned)))))
  return asOwned(withoutFields(shape, whole, intersection(difference(all, back), lastAll)))
}

function conflictsIn(others: readonly Owner[], taken: FieldSet): Conflict[] {
  const sorted = [...others].sort((a, b) => (a.manager < b.manager ? -1 : 1))
  return sorted.flatMap((owner) =>
    inOrder(intersection(owner.fields, taken)).map((path) => ({ owner, path })),
  )
}

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** Whether kubectl itself applied all of these fields before, without the flag: then they are its own. */
const isOfClientSideApply = (apply: Apply, conflicts: readonly Conflict[]): boolean => {
  const own = lastApplied(apply)
  return conflicts.every(({ path }) => own.has(path))
}

/** Anybody may have written the annotation. */
function parsed(text: string): Json {
  try {
    const object: Json = JSON.parse(text)
    return object
  } catch {
    return {}
  }
}

/** The fields that `kubectl apply` without the flag wrote last, and that are still so. */
function lastApplied({ shape, live, manager, resource }: Apply): FieldSet {
  const text = asText(dig(live.metadata.annotations, annotation))
  if (manager !== 'kubectl' || text === '') return new Set()
  const object = parsed(text)
  if (dig(object, 'apiVersion') !== apiVersionOf(resource.version)) return new Set()
  const { added, modified, removed } = compare(shape, object, live)
  return difference(fieldsOf(shape, object), union(union(added, modified), removed))
}
