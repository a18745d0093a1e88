import { stateOf } from '../core/state.ts'
import { primaryServes } from '../core/transition.ts'
import type { Split } from '../core/types.ts'
import { type Decided, isAsDecided, movedSince } from './moved.ts'

/** What an Event of the operator says of a route. */
export interface RouteEvent {
  readonly reason: string
  /** Epoch, ms. */
  readonly at: number
  readonly message: string
}

/**
 * Since when a route has its present state (epoch, ms), by the operator's Events about it, the oldest first. If they have
 * expired, the time of the operator's last write counts, or of the annotation that pauses the route. Otherwise it is unknown: another client wrote the weights.
 */
export function sinceOf(judged: Decided, events: readonly RouteEvent[]): number | undefined {
  const state = stateOf(judged.verdicts.map(({ decision }) => decision))
  if (state === 'dark') return sinceDark(events)
  // That an earlier problem is over has no Event: only the newest is surely about this one.
  if (state === 'misconfigured') return timeOf(events, 'Misconfigured')
  if (state === 'paused') return judged.route.pausedAt
  if (state === 'hold') return undefined
  const served = sinceServing(judged, events) ?? movedSince(judged)
  return sinceReady(events, served)
}

/**
 * If `sinceOf` does not know: a time (epoch, ms) at which the route was in its state already, by the last time that
 * another client wrote its weights or what belongs to them, or by the report of a long hold. Undefined: none is known.
 */
export function beganBefore(judged: Decided, events: readonly RouteEvent[]): number | undefined {
  const state = stateOf(judged.verdicts.map(({ decision }) => decision))
  if (state === 'hold') return sinceHeld(events)
  const isSettled = isAsDecided(judged) && !isDarkAfter(judged.route.writtenAt, events)
  return isSettled ? judged.route.writtenAt : undefined
}

/** When traffic went where it is now: from then on, only redistributions followed. */
function sinceServing({ route }: Decided, events: readonly RouteEvent[]): number | undefined {
  const moves = events.filter(({ reason }) => reason === 'Failover')
  const newest = moves.at(-1)
  const agrees = (split: Split) => newest !== undefined && primaryServes(split) === isToPrimary(newest)
  if (!newest || !route.splits.some(agrees)) return undefined
  const before = moves.findLastIndex((move) => isToPrimary(move) !== isToPrimary(newest))
  return moves[before + 1]?.at
}

/** What has the traffic may have been dark since. */
function sinceReady(events: readonly RouteEvent[], served: number | undefined): number | undefined {
  if (isDarkAfter(served, events)) return undefined
  const recovered = timeOf(events, 'Recovered')
  return recovered !== undefined && recovered > (served ?? 0) ? recovered : served
}

/** It was reported dark after a time, and not to have recovered. */
function isDarkAfter(time: number | undefined, events: readonly RouteEvent[]): boolean {
  const dark = timeOf(events, 'NothingReady')
  return dark !== undefined && dark > Math.max(time ?? 0, timeOf(events, 'Recovered') ?? 0)
}

/** When the hold that lasts was reported as long. */
function sinceHeld(events: readonly RouteEvent[]): number | undefined {
  const held = timeOf(events, 'HeldByUnknown')
  return held !== undefined && held > (timeOf(events, 'HoldOver') ?? 0) ? held : undefined
}

/** The first time that it was reported since the last light: an operator that starts reports it again. */
function sinceDark(events: readonly RouteEvent[]): number | undefined {
  const light = events.findLastIndex(({ reason }) => reason === 'Recovered' || reason === 'Failover')
  return events.slice(light + 1).find(({ reason }) => reason === 'NothingReady')?.at
}

const timeOf = (events: readonly RouteEvent[], reason: string): number | undefined =>
  events.findLast((event) => event.reason === reason)?.at

/** The words of the original operator, by which its Events are told apart. */
const isToPrimary = ({ message }: RouteEvent): boolean => message.includes('switching traffic to primary')
