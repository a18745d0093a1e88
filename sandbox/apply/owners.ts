import { asList, asObject, asText, isObject, type Json, type JsonObject } from '../json.ts'
import { apiVersionOf, type Resource, type Subresource } from '../kinds.ts'
import type { KubeObject } from '../object.ts'
import { difference, type FieldSet, fromFieldsV1, pathOf, stepsOf, toFieldsV1, union } from './field-sets.ts'
import { type Comparison, compare } from './merge.ts'
import { type Shape, shapeOf } from './shapes.ts'

/** Who writes, and how. */
export type Writer = {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource?: Subresource
}

/** An entry of `metadata.managedFields`: a writer, and the fields that it wrote last. */
export type Owner = Omit<Writer, 'subresource'> & { subresource?: string; time?: string; fields: FieldSet }

/** Reads `metadata.managedFields`. */
export const ownersOf = (entries: Json | undefined): Owner[] =>
  asList(entries)
    .filter(isObject)
    .map(({ manager, operation, apiVersion, subresource, time, fieldsV1 }) => ({
      manager: asText(manager),
      operation: operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: asText(apiVersion),
      ...(subresource ? { subresource: asText(subresource) } : {}),
      ...(time ? { time: asText(time) } : {}),
      fields: fromFieldsV1(asObject(fieldsV1)),
    }))

const rankOf = ({ operation, time = '', manager, apiVersion, subresource = '' }: Owner): string =>
  [operation, time, manager, apiVersion, subresource].join('\u0000')

/** Writes `metadata.managedFields`, without those who own nothing. */
export function managedFieldsOf(owners: readonly Owner[]): JsonObject[] | undefined {
  const left = owners.filter(({ fields }) => fields.size > 0)
  if (left.length === 0) return undefined
  left.sort((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1))
  return left.map(({ fields, ...entry }) => ({
    ...entry,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
  }))
}

/** Whether an entry is that of a writer. Who applies has one for all versions. */
export const isOf = (writer: Writer, owner: Owner): boolean =>
  owner.manager === writer.manager &&
  owner.operation === writer.operation &&
  owner.subresource === writer.subresource &&
  (writer.operation === 'Apply' || owner.apiVersion === writer.apiVersion)

const identity = ['namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields', 'name']
const ownedByNobody: FieldSet = new Set([
  ...['apiVersion', 'kind', 'metadata'].map((name) => pathOf(name)),
  ...[...identity, 'resourceVersion'].map((name) => pathOf('metadata', name)),
])

/** The fields that a write can own: not the identity of an object, and its status only as a subresource. */
export function ownable({ kind }: Resource, subresource: string | undefined, fields: FieldSet): FieldSet {
  const isStatus = (path: string) => stepsOf(path)[0] === 'f:status'
  const all = difference(fields, ownedByNobody)
  if (subresource === 'status') return new Set([...all].filter(isStatus))
  return kind.subresources.includes('status') ? new Set([...all].filter((path) => !isStatus(path))) : all
}

/** All owners but a writer after a change: nobody keeps what another changed, or what is gone. */
export const afterChange = (owners: readonly Owner[], { added, modified, removed }: Comparison): Owner[] =>
  owners.map((owner) => ({
    ...owner,
    fields: difference(difference(difference(owner.fields, modified), added), removed),
  }))

/**
 * The owners after a create, update or patch: who changes a field takes it from all others. A writer without a name
 * takes it too, and leaves none.
 */
export function afterUpdate(
  owners: readonly Owner[],
  writer: Writer | undefined,
  comparison: Comparison,
  own: FieldSet,
  time: string,
): Owner[] {
  const left = afterChange(owners, comparison)
  if (!writer || own.size === 0) return left
  const previous = left.find((owner) => isOf(writer, owner))
  const fields = previous ? union(previous.fields, own) : own
  // A Scale carries no times, so a real server forgets when somebody scaled.
  const entry: Owner = { ...writer, ...(writer.subresource === 'scale' ? {} : { time }), fields }
  return [...left.filter((owner) => owner !== previous), entry]
}

/** What the server gives a new Service by itself; nobody owns it. */
const given: FieldSet = new Set([pathOf('spec', 'clusterIP'), pathOf('spec', 'clusterIPs')])

/** A write that is not an apply. */
export type Update = {
  resource: Resource
  old: KubeObject | undefined
  next: KubeObject
  /** The entries before the write; `old` has them too, unless the client has sent others. */
  entries: Json | undefined
  manager: string | undefined
  subresource: Subresource | undefined
  time: string
}

/**
 * `metadata.managedFields` after a write. Of an object that has none, and is written without a name, as tests do,
 * and of a kind that is not described, nothing is worked out.
 */
export function managedFields(update: Update): Json | undefined {
  const { resource, old, next, entries, manager, subresource, time } = update
  const shape = shapeOf(resource)
  if (!shape || (manager === undefined && asList(entries).length === 0)) return entries
  const comparison = compare(shape, old ?? {}, next)
  const taken = ownable(resource, subresource, union(comparison.added, comparison.modified))
  const writer = manager === undefined ? undefined : writerOf(resource, 'Update', manager, subresource)
  const own = old ? taken : difference(taken, given)
  return managedFieldsOf(afterUpdate(ownersOf(entries), writer, comparison, own, time))
}

export const writerOf = (
  { version }: Resource,
  operation: Writer['operation'],
  manager: string,
  subresource: Subresource | undefined,
): Writer => ({
  manager: manager || 'unknown',
  operation,
  apiVersion: apiVersionOf(version),
  ...(subresource ? { subresource } : {}),
})

/** The owners of an object that nobody owns when it is applied for the first time: one for all that is there. */
export function beforeFirstApply(resource: Resource, shape: Shape, live: KubeObject, time: string): Owner[] {
  const writer = writerOf(resource, 'Update', 'before-first-apply', undefined)
  const comparison = compare(shape, {}, live)
  return [{ ...writer, time, fields: ownable(resource, undefined, comparison.added) }]
}
