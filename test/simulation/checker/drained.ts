/** What a Drain says of a backend: that it may serve while nothing else is ready, or not even then. */
export type Drained = 'no' | 'Allow' | 'Never'

/** The same for each backend of a split, by its place; `unknown` to whoever has not read Drains yet. */
export type Drains = readonly Drained[] | 'unknown'

/** The stricter one. */
export const stricter = (a: Drained, b: Drained): Drained =>
  a === 'Never' || b === 'Never' ? 'Never' : a === 'Allow' || b === 'Allow' ? 'Allow' : 'no'
