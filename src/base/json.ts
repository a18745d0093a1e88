/**
 * Reads JSON from outside by hand, because every change in the cluster passes through here and a schema would
 * cost too much. Total: what is missing or has another type counts as empty.
 */

/** An object of JSON, or an array. */
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** The value of a field, whatever it is. */
export const field = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined)

const nothing: Record<string, unknown> = {}

export function child(value: unknown, key: string): Record<string, unknown> {
  const found = field(value, key)
  return isRecord(found) ? found : nothing
}

export function list(value: unknown, key: string): readonly unknown[] {
  const found = field(value, key)
  return Array.isArray(found) ? found : []
}

export function text(value: unknown, key: string): string {
  const found = field(value, key)
  return typeof found === 'string' ? found : ''
}

/** An object of texts, such as labels; non-string values are dropped. */
export function texts(value: unknown, key: string): Readonly<Record<string, string>> {
  const all = Object.entries(child(value, key))
  return Object.fromEntries(all.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
