import { asObject, equal, isObject, type Json, type JsonObject } from './json.ts'
import type { KubeObject } from './object.ts'

/**
 * `metadata.managedFields` after a write: who wrote which fields of the spec last, by their names right below it.
 * Whoever changes a field takes it from all others. A write without a manager, as tests make them, leaves no name.
 */
export function managedFields(
  old: KubeObject,
  next: KubeObject,
  manager: string | undefined,
  time: string,
): Json | undefined {
  const known = Array.isArray(old.metadata.managedFields)
    ? old.metadata.managedFields.filter(isObject)
    : undefined
  const changed = changedFields(asObject(old.spec), asObject(next.spec))
  if (changed.length === 0 || (!known && manager === undefined)) return old.metadata.managedFields
  const others = (known ?? []).map((entry) => withoutFields(entry, changed))
  const isLeft = (entry: JsonObject) => entry.manager !== manager && Object.keys(fieldsOf(entry)).length > 0
  if (manager === undefined) return others.filter(isLeft)
  const own = fieldsOf(others.find((entry) => entry.manager === manager))
  const fields = { ...own, ...Object.fromEntries(changed.map((field) => [field, {}])) }
  return [
    ...others.filter(isLeft),
    {
      manager,
      operation: 'Update',
      apiVersion: next.apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': fields },
    },
  ]
}

function changedFields(old: JsonObject, next: JsonObject): string[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])]
  return names.filter((name) => !equal(old[name], next[name])).map((name) => `f:${name}`)
}

const fieldsOf = (entry: JsonObject | undefined): JsonObject => asObject(asObject(entry?.fieldsV1)['f:spec'])

function withoutFields(entry: JsonObject, gone: readonly string[]): JsonObject {
  const left = Object.entries(fieldsOf(entry)).filter(([field]) => !gone.includes(field))
  return { ...entry, fieldsV1: { 'f:spec': Object.fromEntries(left) } }
}
