/** Values as a user writes them: anything that YAML can say, by key. */
export type RawValues = { readonly [key: string]: unknown }

const isMap = (value: unknown): value is RawValues =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Lays values over others as Helm does: maps are merged, everything else is replaced, and null takes a key
 * away (source: Helm's documentation, "Values Files").
 */
export function coalesce(base: RawValues, over: RawValues): RawValues {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    if (value === null) delete merged[key]
    else if (isMap(value)) merged[key] = coalesce(isMap(below) ? below : {}, value)
    else merged[key] = value
  }
  return merged
}
