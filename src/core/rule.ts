import type { RouteState } from './state.ts'
import type { Answer, Observation } from './types.ts'

/**
 * One line of the decision table, with all that anybody says about it. The file of a rule is all of the rule.
 */
export interface Rule {
  /** Its name in logs, in the API and on the command line. */
  readonly name: string
  /** When it applies, in words that follow "because": `the primary has a ready endpoint`. */
  readonly when: string
  /** The state of a split that it decides, if that is not the kind of its answer. */
  readonly state?: RouteState
  /**
   * How a sentence about its answer begins, by the kind of the answer; the usual words of the kind if absent.
   */
  readonly openings?: Readonly<Partial<Record<Answer['kind'], string>>>
  /** `undefined` if it does not apply: the next rule is asked. Pure. */
  readonly decide: (observation: Observation) => Answer | undefined
  /**
   * The part of the sentence that says why: which Services are ready, and who serves. Total: it may be asked
   * about an answer of before, with the readiness of now.
   */
  readonly because: (observation: Observation, answer: Answer) => string
}

/** Leave the weights as they are. `why` is for the owner of the route, if the rule alone does not say it. */
export const hold = (why?: string): Answer => ({ kind: 'hold', why })

/** The primary serves. `active` holds indexes into the split's backends. */
export const servePrimary = (active: readonly number[]): Answer => ({ kind: 'primary', active })

/** Secondaries serve. `active` holds indexes into the split's backends, at least one. */
export const failOver = (active: readonly number[]): Answer => ({ kind: 'failover', active })
