import type { CheckContext } from './check-context.ts'

/**
 * The result of one check. `error` says what is wrong and what to do; a warning does not fail the command.
 */
export type CheckFinding =
  | { readonly result: 'success' }
  | { readonly result: 'warning' | 'error'; readonly error: string }
  /** It does not apply, or what it needs is missing and another check reports that. */
  | { readonly result: 'skipped' }

export const good: CheckFinding = { result: 'success' }
export const skipped: CheckFinding = { result: 'skipped' }
export const warning = (error: string): CheckFinding => ({ result: 'warning', error })
export const bad = (error: string): CheckFinding => ({ result: 'error', error })

/** A list in the form in which Linkerd writes lists in the error of a check. */
export const listed = (head: string, items: readonly string[]): string =>
  [head, ...items.map((item) => `\t* ${item}`)].join('\n')

/** One check. The manual is made from these words too. */
export interface Check {
  /** Names its part of the manual; never changes. */
  readonly id: string
  readonly description: string
  /** What it means for the cluster if the check does not pass, and what to do; for the manual. */
  readonly meaning: string
  /** It may pass by itself a little later, so it is repeated. */
  readonly retry?: boolean
  /** If it does not pass, no other check can run. */
  readonly fatal?: boolean
  readonly run: (context: CheckContext) => Promise<CheckFinding>
}

/** Checks under one heading. */
export interface Category {
  readonly name: string
  readonly checks: readonly Check[]
}

/** A finding with its check, as it is printed. */
export interface Outcome {
  readonly category: string
  readonly check: Check
  readonly finding: Exclude<CheckFinding, { result: 'skipped' }>
}
