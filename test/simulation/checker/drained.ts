/** What a Drain says of a backend: that it may serve while nothing else is ready, or not even then. */
export type Drained = 'no' | 'Allow' | 'Never'

/**
 * What may be drained of a split: each backend by its place; `unknown` to whoever has not read Drains yet, and `Unsure`
 * to whoever has read them, but no policies.
 */
export type Drains = readonly Drained[] | Unsure | 'unknown'

/** There may be policies that are not known; Drains are: `undefined` for none. */
export interface Unsure {
  readonly known: readonly Drained[] | undefined
}

/** What is known to be drained, by its place; `undefined` for nothing. */
export const knownOf = (drains: Drains | undefined): readonly Drained[] | undefined => {
  if (drains === undefined || drains === 'unknown') return undefined
  return 'known' in drains ? drains.known : drains
}

/** Whether something may be asked for that is not known. */
export const isUnsure = (drains: Drains | undefined): boolean =>
  drains === 'unknown' || (drains !== undefined && 'known' in drains)

/** The stricter one. */
export const stricter = (a: Drained, b: Drained): Drained =>
  a === 'Never' || b === 'Never' ? 'Never' : a === 'Allow' || b === 'Allow' ? 'Allow' : 'no'
