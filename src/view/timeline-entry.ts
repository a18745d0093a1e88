import type { RuleName } from '../core/decide.ts'
import type { RouteState } from '../core/state.ts'
import type { Direction } from '../core/transition.ts'
import type { Readiness, ServiceKey } from '../core/types.ts'

/** Names a route for people and machines. */
export interface RouteRef {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/**
 * What came of a split: an applied plan that moved traffic, a hold that began, or a hold that ended without a
 * write (`release`).
 */
export type EntryKind = Direction | 'hold' | 'release'

/** One line of the timeline. */
export interface TimelineEntry {
  /** The same in the log, the Event, the timeline and the notification; unique across restarts. */
  readonly id: string
  /** Its place among all changes of the view. */
  readonly revision: number
  readonly at: Date
  readonly what: EntryKind
  readonly route: RouteRef
  readonly rule: RuleName
  /** Of the splits that it happened to, from then on. */
  readonly state: RouteState
  readonly sentence: string
  /** Those that it happened to, all for the same reason. */
  readonly splits: readonly SplitMove[]
  /** The cluster that the primary is mirrored from; `undefined` for this one. */
  readonly cluster: string | undefined
  /** From the arrival of the cause to the answered patch, ms; only where something was written. */
  readonly reactionMs: number | undefined
}

/** What happened to one split. Where nothing was written, the weights are the same before and after. */
export interface SplitMove {
  /** Which of several splits of its route; `undefined` where there is but one. */
  readonly where: string | undefined
  readonly backends: readonly {
    readonly service: ServiceKey
    /** The weights as they stood and stand; `undefined` where none is written. */
    readonly from: number | undefined
    readonly to: number | undefined
    readonly readiness: Readiness
  }[]
}
