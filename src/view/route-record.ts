import type { Decision } from '../core/decide.ts'
import type { Wait } from '../core/policy/types.ts'
import type { RouteState } from '../core/state.ts'
import type { Finding } from '../routes/finding.ts'
import type { RouteKey } from '../routes/key.ts'
import type { Route } from '../routes/route.ts'

/** Writes that the API server refused in a row. */
export interface Refusal {
  readonly message: string
  readonly count: number
}

/** What a split waits for. */
export interface SplitWait extends Pick<Wait, 'what' | 'backend'> {
  /** When it ends, if nothing happens meanwhile; `undefined` if that is not known. */
  readonly until: Date | undefined
  /** When the tier of the backend was lost; absent unless it waits for approval. */
  readonly lostAt?: Date
}

/** What the last look at a route found. */
export interface LastLook {
  /** As it is in the cluster, after the write if there was one. */
  readonly route: Route
  /** By split. */
  readonly decisions: readonly Decision[]
  /** By split; absent if none waits. */
  readonly waits?: readonly (SplitWait | undefined)[] | undefined
  readonly refusal: Refusal | undefined
  /** Since when it is in its state (epoch ms), as far as the object itself shows it. */
  readonly movedSince?: number | undefined
  /** If not: a time at which it was in that state already (epoch ms), as far as the object shows one. */
  readonly beganBefore?: number | undefined
}

/** The state of a route since the last look at it. */
export interface RouteRecord extends LastLook {
  readonly key: RouteKey
  readonly state: RouteState
  /** When it came into this state; `undefined` if it was in it at the first look, and nothing shows since when. */
  readonly since: Date | undefined
  /** When this process looked at it first. */
  readonly firstSeen: Date
  /** If `since` is not known: the earliest time at which it is known to have been in its state already. */
  readonly sinceBefore: Date
  /** What is wrong with it or around it, as far as that is known; empty if nothing is. */
  readonly findings: readonly Finding[]
  readonly revision: number
}
