/**
 * Reads foreign JSON by hand, where every change in the cluster comes by and a schema would be too dear. Total: what
 * is missing or of another type counts as empty.
 */

/** An object of JSON, or an array. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const nothing: Record<string, unknown> = {}

export function child(value: unknown, key: string): Record<string, unknown> {
  const found = isRecord(value) ? value[key] : undefined
  return isRecord(found) ? found : nothing
}

export function list(value: unknown, key: string): readonly unknown[] {
  const found = isRecord(value) ? value[key] : undefined
  return Array.isArray(found) ? found : []
}

export function text(value: unknown, key: string): string {
  const found = isRecord(value) ? value[key] : undefined
  return typeof found === 'string' ? found : ''
}

/** An object of texts, such as labels; what is no text in it is left out. */
export function texts(value: unknown, key: string): Readonly<Record<string, string>> {
  const all = Object.entries(child(value, key))
  return Object.fromEntries(all.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
