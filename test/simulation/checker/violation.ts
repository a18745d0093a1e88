/** A rule that was broken: which, when, and by what. */
export interface Violation {
  readonly rule: Rule
  /** Virtual ms. */
  readonly at: number
  readonly what: string
}

/** The rules that every story is held against; docs/developing/SIMULATION.md says what each means. */
export type Rule =
  | 'all zero'
  | 'before sync'
  | 'foreign write'
  | 'foreign read'
  | 'not ours'
  | 'not leading'
  | 'not explained'
  | 'time travel'
  | 'early'
  | 'late'
  | 'unapproved'
  | 'over the limit'
  | 'not undone'
  | 'drain outlived'
  | 'dark by drain'
  | 'into a drain'
  | 'not settled'
  | 'not still'
  | 'untrue status'
  | 'dark by choice'
  | 'untold transition'
  | 'told without transition'
  | 'impatient'
  | 'unwell'
  | 'left behind'
