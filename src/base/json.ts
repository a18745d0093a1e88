/**
 * Reads foreign JSON by hand, where every change in the cluster comes by and a schema would be too dear. Total: what
 * is missing or of another type counts as empty.
 */

/** An object of JSON, or an array. */
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** What stands there, whatever it is. */
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

/** An object of texts, such as labels; what is no text in it is left out. */
export function texts(value: unknown, key: string): Readonly<Record<string, string>> {
  const all = Object.entries(child(value, key))
  return Object.fromEntries(all.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
