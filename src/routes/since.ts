import { stateOf } from '../core/state.ts'
import { primaryServes } from '../core/transition.ts'
import type { Split } from '../core/types.ts'
import { type Decided, movedSince } from './moved.ts'

/** What an Event of the operator says of a route. */
export interface RouteEvent {
  readonly reason: string
  /** Epoch, ms. */
  readonly at: number
  readonly message: string
}

/**
 * Since when a route has its present state (epoch, ms), by the operator's Events about it, the oldest first. If they have
 * expired, the time of the operator's last write counts. Otherwise it is unknown: another client wrote the weights.
 */
export function sinceOf(judged: Decided, events: readonly RouteEvent[]): number | undefined {
  const state = stateOf(judged.verdicts.map(({ decision }) => decision))
  if (state === 'dark') return after(events, 'NothingReady', 'Recovered', 'Failover')
  if (state === 'misconfigured') return after(events, 'Misconfigured')
  if (state !== 'primary' && state !== 'failover') return undefined
  const served = sinceServing(judged, events) ?? movedSince(judged)
  return sinceReady(events, served)
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
  const dark = timeOf(events, 'NothingReady')
  const recovered = timeOf(events, 'Recovered')
  if (dark !== undefined && dark > Math.max(served ?? 0, recovered ?? 0)) return undefined
  return recovered !== undefined && recovered > (served ?? 0) ? recovered : served
}

/** The time of the newest Event of a reason, if none of the others came after it. */
function after(events: readonly RouteEvent[], reason: string, ...others: string[]): number | undefined {
  const at = timeOf(events, reason)
  return others.some((other) => (timeOf(events, other) ?? 0) > (at ?? 0)) ? undefined : at
}

const timeOf = (events: readonly RouteEvent[], reason: string): number | undefined =>
  events.findLast((event) => event.reason === reason)?.at

/** The words of the original operator, by which its Events are told apart. */
const isToPrimary = ({ message }: RouteEvent): boolean => message.includes('switching traffic to primary')
