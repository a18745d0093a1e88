import type { Readiness, Split } from '../types.ts'
import type { Policy, Threshold } from './types.ts'

/** One ready endpoint is enough. */
export const oneReady: Threshold = { count: 1 }

/**
 * How many ready endpoints (count) a backend needs. How many Pods are behind a gateway is not known, so one is enough.
 */
export function neededBy({ count, percent = 0, expected = 0 }: Threshold, readiness: Readiness): number {
  if (readiness.state === 'unknown') return count
  if (readiness.state === 'ready' && readiness.gateways) return 1
  return Math.max(1, count, Math.ceil((percent * Math.max(readiness.total, expected)) / 100))
}

/** Whether so many endpoints are ready. */
export const hasEnough = (threshold: Threshold, readiness: Readiness | undefined): boolean =>
  readiness?.state === 'ready' && readiness.ready >= neededBy(threshold, readiness)

/** The same for a backend to which traffic goes back: it needs no less than one that serves. */
export const hasEnoughToReturn = (
  { minReady, failbackMinReady = minReady }: Policy,
  readiness: Readiness | undefined,
): boolean => hasEnough(minReady, readiness) && hasEnough(failbackMinReady, readiness)

/** True if a backend may have enough by `other`, and not by `one`. */
export const isStricter = (one: Threshold, other: Threshold): boolean =>
  one.count > other.count ||
  (one.percent ?? 0) > (other.percent ?? 0) ||
  (one.expected ?? 0) > (other.expected ?? 0)

/** True if the number of ready endpoints matters, not only whether there is one. */
export const asksForMore = ({ minReady, failbackMinReady }: Policy): boolean =>
  isStricter(minReady, oneReady) || (failbackMinReady !== undefined && isStricter(failbackMinReady, oneReady))

/** The same for a split, as it is or as it would be. */
export const countsMatter = ({ policy, shadow }: Pick<Split, 'policy' | 'shadow'>): boolean =>
  [policy, shadow].some((one) => one !== undefined && asksForMore(one))

/** As a sentence names it before its endpoints: `2`, `50 % of 6`, `2, and 50 % of its`. */
export function thresholdText({ count, percent, expected }: Partial<Threshold>): string {
  if (percent === undefined) return String(count ?? 1)
  const share = `${percent} % of ${expected ?? 'its'}`
  return count !== undefined && count > 1 ? `${count}, and ${share}` : share
}
