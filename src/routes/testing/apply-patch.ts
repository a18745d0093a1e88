import jsonPatch from 'fast-json-patch'
import type { PatchOperation } from '../../base/json-patch.ts'

/**
 * What the API server makes of a JSON Patch, by an independent library: the changed copy, or `undefined`
 * where a `test` fails. The server takes an absent field for null in a `test` (contract suite); the library
 * does not, so those tests are judged here.
 */
export function applyPatch<T>(object: T, operations: readonly PatchOperation[]): T | undefined {
  const forNull = operations.filter(({ op, value }) => op === 'test' && value === null)
  const rest = operations.filter((operation) => !forNull.includes(operation))
  try {
    const absent = forNull.every(({ path }) => (jsonPatch.getValueByPointer(object, path) ?? null) === null)
    if (!absent) return undefined
    return jsonPatch.applyPatch(structuredClone(object), structuredClone(rest)).newDocument
  } catch {
    return undefined
  }
}
