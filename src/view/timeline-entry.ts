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
 * What happened to a split: an applied plan that moved traffic, a hold that began, or a hold that ended
 * without a write (`release`). Or to a route: something was found wrong around it (`finding`), it could go back
 * to a lost tier if a person approved that (`awaiting-return`), or the operator does not control it any more (`end`).
 */
export type EntryKind = Direction | 'hold' | 'release' | 'finding' | 'awaiting-return' | 'end'

/** One entry of the timeline. */
export interface TimelineEntry {
  /** The same in the log, the Event, the timeline and the notification; unique across restarts. */
  readonly id: string
  /** Its place among all changes of the view. */
  readonly revision: number
  readonly at: Date
  readonly what: EntryKind
  readonly route: RouteRef
  /** `undefined` for what happened to a route. */
  readonly rule: RuleName | undefined
  /** Of the splits that it happened to, from then on; of a route that has ended, its last one. */
  readonly state: RouteState
  readonly sentence: string
  /** The splits that it happened to, all for the same reason; empty for what happened to a route. */
  readonly splits: readonly SplitMove[]
  /** The cluster that the primary is mirrored from; `undefined` for this cluster. */
  readonly cluster: string | undefined
  /** From the arrival of the cause to the answered patch, ms; only if something was written. */
  readonly reactionMs: number | undefined
  /** Read back from an Event: this process has not seen it happen. */
  readonly fromEvents?: true
}

/** What was read back from an Event. */
export type PastEntry = Omit<TimelineEntry, 'revision' | 'fromEvents'>

/** What happened to one split. If nothing was written, the weights are the same before and after. */
export interface SplitMove {
  /** Which split of its route; `undefined` if it has only one. */
  readonly where: string | undefined
  readonly backends: readonly {
    readonly service: ServiceKey
    /** The weights before and after; `undefined` if none is written. */
    readonly from: number | undefined
    readonly to: number | undefined
    readonly readiness: Readiness
  }[]
}
