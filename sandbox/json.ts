/** JSON as it came over the wire or goes there; `undefined` members are simply not written. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json | undefined }

/** True for a JSON object; arrays and null are none. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path, or undefined where any step is missing. */
export function dig(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let here = value
  for (const step of path) {
    if (Array.isArray(here) && typeof step === 'number') here = here[step]
    else if (isObject(here) && typeof step === 'string') here = here[step]
    else return undefined
  }
  return here
}

export const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
export const asList = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
export const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
export const asNumber = (value: Json | undefined, otherwise = 0): number =>
  typeof value === 'number' ? value : otherwise

/** The string members of an object: labels, annotations, selectors. */
export function asTexts(value: Json | undefined): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [key, text] of Object.entries(asObject(value))) if (typeof text === 'string') texts[key] = text
  return texts
}

/** Equal as JSON: an undefined member equals a missing one, the order of members does not matter. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index]))
  }
  if (!isObject(a) || !isObject(b)) return false
  for (const key in a) if (!equal(a[key], b[key])) return false
  for (const key in b) if (b[key] !== undefined && a[key] === undefined) return false
  return true
}

/** A copy without some members. */
export function without(object: JsonObject, ...keys: string[]): JsonObject {
  const copy = { ...object }
  for (const key of keys) delete copy[key]
  return copy
}
