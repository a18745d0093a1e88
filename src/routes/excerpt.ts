import type { Route } from './route.ts'

/** The part of a route's object that the operator moves, where it stands in the object. */
export function excerptOf({ apiVersion, objectKind, namespace, name, places }: Route): unknown {
  const empty: unknown = { apiVersion, kind: objectKind, metadata: { namespace, name } }
  return places.reduce(
    (object, { path, entries }) => insert(object, path.split('/').slice(1), entries),
    empty,
  )
}

/**
 * `into` with `value` at a path (the tokens of a JSON Pointer); lists that are too short get empty entries.
 */
function insert(into: unknown, [token, ...rest]: readonly string[], value: unknown): unknown {
  if (token === undefined) return value
  if (/^\d+$/.test(token)) {
    const list = Array.isArray(into) ? into : []
    return Array.from({ length: Math.max(list.length, Number(token) + 1) }, (_, index) =>
      index === Number(token) ? insert(list[index], rest, value) : (list[index] ?? {}),
    )
  }
  const object = typeof into === 'object' && into !== null ? into : {}
  return { ...object, [token]: insert(new Map(Object.entries(object)).get(token), rest, value) }
}
