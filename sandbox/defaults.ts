import { isObject, type Json, type JsonObject } from './json.ts'
import type { Schema } from './schema.ts'

/** A value with the defaults of its schema where a member is missing, as the server stores it. */
export function withSchemaDefaults(schema: Schema, value: Json): Json {
  const { items, properties } = schema
  if (Array.isArray(value)) {
    return isObject(items) ? value.map((item) => withSchemaDefaults(items, item)) : value
  }
  if (!isObject(value) || !isObject(properties)) return value
  const complete: JsonObject = { ...value }
  for (const [name, inner] of Object.entries(properties)) {
    if (!isObject(inner)) continue
    const member = value[name] ?? structuredClone(inner.default)
    if (member !== undefined) complete[name] = withSchemaDefaults(inner, member)
  }
  return complete
}
