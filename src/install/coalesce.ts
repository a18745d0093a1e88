/** Values as a user writes them: anything that YAML can say, by key. */
export type RawValues = { readonly [key: string]: unknown }

const isMap = (value: unknown): value is RawValues =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Merges a user's values into the chart's as Helm does: maps are merged, everything else is replaced, and
 * null removes a key (source: Helm's documentation, "Values Files").
 */
export const coalesce = (base: RawValues, over: RawValues): RawValues => merge(base, over, true)

/**
 * Merges a user's values into other values of the user. Null is kept: it removes a key of the chart's
 * later.
 */
export const overlay = (base: RawValues, over: RawValues): RawValues => merge(base, over, false)

function merge(base: RawValues, over: RawValues, nullTakesAway: boolean): RawValues {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    if (value === null && nullTakesAway && key in merged) delete merged[key]
    else if (isMap(value)) merged[key] = merge(isMap(below) ? below : {}, value, nullTakesAway)
    else merged[key] = value
  }
  return merged
}
