/** Values as a user writes them: anything that YAML can say, by key. */
export type RawValues = { readonly [key: string]: unknown }

const isMap = (value: unknown): value is RawValues =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Lays a user's values over the chart's as Helm does: maps are merged, everything else is replaced, and null
 * takes away a key that is there (source: Helm's documentation, "Values Files").
 */
export const coalesce = (base: RawValues, over: RawValues): RawValues => merge(base, over, true)

/** Lays a user's values over other values of the user's. Null stays: it is said to the chart's values, later. */
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
