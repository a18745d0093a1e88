import { celCauses } from './cel.ts'
import { equal, isObject, type Json, type JsonObject } from './json.ts'
import type { Cause } from './status.ts'

/** An OpenAPI v3 schema, as a CRD carries it. */
export type Schema = JsonObject

const typeName = (value: Json): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function hasType(schema: Schema, value: Json): boolean {
  if (value === null && schema.nullable === true) return true
  const actual = typeName(value)
  if (schema['x-kubernetes-int-or-string'] === true) return actual === 'integer' || actual === 'string'
  if (typeof schema.type !== 'string' || schema.type === '') return true
  return actual === schema.type || (actual === 'integer' && schema.type === 'number')
}

function typeCause(schema: Schema, value: Json, path: string): Cause {
  const wanted = schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : schema.type
  const actual = JSON.stringify(typeName(value))
  return {
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${actual}: ${path} in body must be of type ${wanted}: ${actual}`,
    field: path,
  }
}

function boundCauses(schema: Schema, value: Json, path: string): Cause[] {
  const bad = (why: string): Cause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${path} in body should be ${why}`,
    field: path,
  })
  const causes: Cause[] = []
  if (typeof value === 'number') {
    if (typeof schema.minimum === 'number' && value < schema.minimum)
      causes.push(bad(`greater than or equal to ${schema.minimum}`))
    if (typeof schema.maximum === 'number' && value > schema.maximum)
      causes.push(bad(`less than or equal to ${schema.maximum}`))
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((option) => equal(option, value))) {
    const options = schema.enum.map((option) => JSON.stringify(option)).join(', ')
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${options}`,
      field: path,
    })
  }
  return causes
}

function requiredCauses(schema: Schema, value: JsonObject, path: string): Cause[] {
  const required = Array.isArray(schema.required) ? schema.required : []
  return required
    .filter((name) => typeof name === 'string' && value[name] === undefined)
    .map((name) => ({
      reason: 'FieldValueRequired',
      message: 'Required value',
      field: path ? `${path}.${name}` : `${name}`,
    }))
}

const join = (path: string, name: string) => (path ? `${path}.${name}` : name)
const child = (schema: Schema, name: string): Schema | undefined => {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const own = properties[name]
  if (isObject(own)) return own
  return isObject(schema.additionalProperties) ? schema.additionalProperties : undefined
}

/**
 * What is wrong with a value. A part that is as it was before is not complained about (validation
 * ratcheting), so an old object that breaks a newer schema can still be changed elsewhere; items of lists
 * have no such memory.
 */
export function violations(schema: Schema, value: Json, old: Json | undefined, path = ''): Cause[] {
  if (old !== undefined && equal(value, old)) return []
  if (!hasType(schema, value)) return [typeCause(schema, value, path)]
  const own = boundCauses(schema, value, path)
  if (isObject(value)) {
    const required = requiredCauses(schema, value, path)
    return [...own, ...required, ...memberCauses(schema, value, old, path), ...celCauses(schema, value, path)]
  }
  const { items } = schema
  if (!Array.isArray(value) || !isObject(items)) return own
  return [...own, ...value.flatMap((item, i) => violations(items, item, undefined, `${path}[${i}]`))]
}

function memberCauses(schema: Schema, value: JsonObject, old: Json | undefined, path: string): Cause[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const inner = child(schema, name)
    if (!inner || member === undefined || (path === '' && name === 'metadata')) return []
    return violations(inner, member, isObject(old) ? old[name] : undefined, join(path, name))
  })
}

const typeFields = ['apiVersion', 'kind', 'metadata']

function keepsEverything(schema: Schema): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true)
    return true
  return !isObject(schema.properties) && !isObject(schema.additionalProperties)
}

/** Drops the fields that a schema does not know, and names them in `dropped`. */
export function prune(schema: Schema, value: Json, dropped: string[], path = ''): Json {
  const { items } = schema
  if (Array.isArray(value) && isObject(items)) {
    return value.map((item, i) => prune(items, item, dropped, `${path}[${i}]`))
  }
  if (!isObject(value) || keepsEverything(schema)) return value
  const kept: JsonObject = {}
  for (const [name, member] of Object.entries(value)) {
    const inner = child(schema, name)
    if (member === undefined) continue
    if (path === '' && typeFields.includes(name)) kept[name] = member
    else if (inner) kept[name] = prune(inner, member, dropped, join(path, name))
    else dropped.push(join(path, name))
  }
  return kept
}
