import type { Verdict } from '../core/judge.ts'
import { unapprovedOf } from '../core/policy/approval.ts'
import type { Recalled } from '../core/policy/lost.ts'
import { forgottenAfterMs, graceOf } from '../core/policy/patience.ts'
import { commitmentBy } from '../core/policy/standing.ts'
import { hasEnough, hasEnoughToReturn, isStricter } from '../core/policy/threshold.ts'
import { tierOf } from '../core/policy/tiers.ts'
import type { Commitment, Past, Policy } from '../core/policy/types.ts'
import { haveSameBackends, isSameBackend, knownOf } from '../core/split.ts'
import type { ReadinessOf, Split } from '../core/types.ts'
import { type Loss, lastOf, lossAfter, lossAtFirst, lossBy, lossInOthers, withApproval } from './loss.ts'
import { predecessorsOf } from './predecessors.ts'

/**
 * What is remembered of a split whose policy depends on the time before. There may be thousands, so its parts are few and
 * share what others keep anyway: some 190 bytes for a split with three backends that waits for returns alone.
 */
export interface Remembered {
  /** The position of the split in its route. */
  readonly index: number
  /** The split as it was last seen. */
  split: Split
  /** By backend: since when it has been good enough to get traffic back, without a break (ms on the clock); NaN if it is not. */
  goodSince: number[]
  /**
   * By backend: since when it has not been good enough to serve (ms on the clock); NaN if it is, -Infinity if nobody saw it
   * become so, or its time is spent. `undefined` if all are, or the policy leaves such a backend at once.
   */
  badSince: number[] | undefined
  /** The backends that are committed to, all of one tier. `undefined`: the weights say it. */
  active: Commitment['active'] | undefined
  /** `undefined` if there was none lately, or the policy does not count them. */
  failovers: Failovers | undefined
  /** What was lost, if the policy asks for approval of a return; `undefined`: nobody has looked yet. */
  loss: Loss | undefined
  /** Of the next split of the route. */
  next: Remembered | undefined
}

interface Failovers {
  readonly count: number
  /** Since when the first tier has served (ms on the clock); `undefined` if another one does. */
  readonly onFirstSince: number | undefined
}

export const firstSeen = (index: number, split: Split): Remembered => ({
  index,
  split,
  goodSince: split.backends.map(() => Number.NaN),
  badSince: split.backends.map(() => Number.NEGATIVE_INFINITY),
  active: undefined,
  failovers: undefined,
  loss: undefined,
  next: undefined,
})

/**
 * What is remembered of the split at a position, wherever it was before an edit of its route; `undefined` of a new one. A
 * copy, since several splits may go on from the same one.
 */
export function goOn(
  known: readonly Remembered[],
  splits: readonly Split[],
  index: number,
): Remembered | undefined {
  const before = predecessorsOf(known, splits, index)
  const one = before.find((other) => other.index === index) ?? before[0]
  return (
    one && {
      ...one,
      index,
      goodSince: [...one.goodSince],
      badSince: one.badSince && [...one.badSince],
      loss: lastOf(before.map(({ loss }) => loss)),
      next: undefined,
    }
  )
}

export interface Moment {
  /** Ms on the clock. */
  readonly now: number
  /** Epoch ms. */
  readonly today: number
}

/** Takes the split and the readiness of its backends as they are now. */
export function look(
  one: Remembered,
  split: Split,
  policy: Policy,
  readiness: ReadinessOf,
  { now, today }: Moment,
): void {
  if (one.split !== split) renew(one, split, policy, today)
  const { goodSince, badSince } = one
  let bad: number[] | undefined
  for (const [index, backend] of split.backends.entries()) {
    const known = knownOf(backend, readiness)
    if (!hasEnoughToReturn(policy, known)) goodSince[index] = Number.NaN
    else if (Number.isNaN(goodSince[index])) goodSince[index] = now
    const since = badSinceOf(badSince?.[index] ?? Number.NaN, policy, known, now)
    if (Number.isNaN(since)) continue
    // Most of the time none is bad, which needs no list.
    bad ??= split.backends.map(() => Number.NaN)
    bad[index] = since
  }
  one.badSince = isPatient(policy) ? bad : undefined
}

/** What was lost, if the policy asks for approval of a return; `recalled`: what its status says of the split. */
export function lookForLoss(one: Remembered, recalled: () => Recalled | undefined, { today }: Moment): void {
  const { split, active } = one
  const { policy } = split
  if (!policy?.isManual) {
    one.loss = undefined
    return
  }
  const loss = one.loss ?? lossAtFirst(split, policy, recalled(), today)
  const isLed = one.loss === undefined || active !== undefined
  one.loss = withApproval(isLed ? loss : lossBy(loss, split, policy, today), policy, today)
}

/** What is known of the time before, as decisions take it. */
export function pastOf(one: Remembered, now: number): Past {
  const { goodSince, badSince, active, split, failovers, loss } = one
  return {
    now,
    goodSince: timeIn(goodSince),
    badSince: badSince && timeIn(badSince),
    failovers: failovers?.count,
    lost: loss?.lost,
    commitment: active && committedTo(split, active),
  }
}

/** What was decided is carried out, or was so already. */
export function commit(one: Remembered, made: Commitment, verdict: Verdict, { now, today }: Moment): void {
  const { policy } = one.split
  if (policy === undefined || !isSameOrder(one.split, verdict.split)) {
    one.active = undefined
    return
  }
  const { tier: from } =
    (one.active && committedTo(one.split, one.active)) ??
    commitmentBy(verdict.split, policy, unapprovedOf(policy, one.loss?.lost, today))
  if (one.loss) one.loss = lossAfter(one.loss, { verdict, from, to: made, today })
  if (policy.failbackAtMostMs !== undefined)
    one.failovers = failoversAfter(one.failovers, { policy, from, to: made.tier, now })
  one.active = made.active
  // Who does not serve any more has had its time, until it is good again.
  one.badSince = one.badSince?.map((since, backend) =>
    Number.isNaN(since) || made.active.includes(backend) ? since : Number.NEGATIVE_INFINITY,
  )
}

/** The next leader begins to count failovers, and commits to what weights and status say. */
export function uncommit(one: Remembered): void {
  one.active = undefined
  one.loss = undefined
  one.failovers = undefined
}

/** Equal tiers of equal backends, whatever their weights. */
function isSameOrder(a: Split, b: Split): boolean {
  if (a === b) return true
  const [some, others] = [a.policy?.tiers ?? [], b.policy?.tiers ?? []]
  return (
    haveSameBackends(a, b) &&
    some.length === others.length &&
    some.every(({ members }, tier) => String(members) === String(others[tier]?.members))
  )
}

const isPatient = ({ failoverAfterMs = 0, failoverWhenDownMs = 0 }: Policy): boolean =>
  failoverAfterMs > 0 || failoverWhenDownMs > 0

/** What is not known changes nothing: neither does it begin, nor is it over. */
function badSinceOf(since: number, policy: Policy, known: ReturnType<ReadinessOf>, now: number): number {
  if (hasEnough(policy.minReady, known)) return Number.NaN
  if (known.state === 'unknown') return since
  if (Number.isNaN(since)) return now
  return since + graceOf(policy, known.state === 'down') <= now ? Number.NEGATIVE_INFINITY : since
}

interface Went {
  readonly policy: Policy
  /** Tiers. */
  readonly from: number
  readonly to: number
  readonly now: number
}

function failoversAfter(
  before: Failovers | undefined,
  { policy, from, to, now }: Went,
): Failovers | undefined {
  const { count = 0, onFirstSince } = before ?? {}
  if (to <= from) return before && { count, onFirstSince: to === 0 ? (onFirstSince ?? now) : undefined }
  const isForgotten = onFirstSince !== undefined && now - onFirstSince >= forgottenAfterMs(policy)
  return { count: (isForgotten ? 0 : count) + 1, onFirstSince: undefined }
}

const timeIn = (times: readonly number[]) => (backend: number) => {
  const since = times[backend] ?? Number.NaN
  return Number.isNaN(since) ? undefined : since
}

const committedTo = ({ policy }: Split, active: Commitment['active']): Commitment | undefined =>
  policy && { tier: tierOf(policy, active[0] ?? 0), active }

/** Takes the split as it is now: other tiers are committed to by the weights, and backends keep what they waited. */
function renew(one: Remembered, split: Split, policy: Policy, today: number): void {
  const { split: before, goodSince, badSince } = one
  // Since when as many were ready as are asked for now was not watched.
  const isMore = before.policy === undefined || asksMore(policy, before.policy)
  const places = split.backends.map((backend) =>
    before.backends.findIndex((other) => isSameBackend(backend, other)),
  )
  if (!isSameOrder(before, split)) {
    one.active = undefined
    const members = before.policy?.tiers[one.loss?.lost?.tier ?? 0]?.members ?? []
    const lostTo = places.flatMap((place, index) => (members.includes(place) ? tierOf(policy, index) : []))
    one.loss = one.loss && lossInOthers(one.loss, Math.min(...lostTo), split, policy, today)
  }
  one.goodSince = places.map((place) => (isMore ? Number.NaN : (goodSince[place] ?? Number.NaN)))
  const wasWatched = before.policy !== undefined && isPatient(before.policy)
  one.badSince = places.map((place) =>
    wasWatched && place >= 0 ? (badSince?.[place] ?? Number.NaN) : Number.NEGATIVE_INFINITY,
  )
  one.split = split
}

const asksMore = (one: Policy, other: Policy): boolean =>
  isStricter(one.minReady, other.minReady) ||
  isStricter(one.failbackMinReady ?? one.minReady, other.failbackMinReady ?? other.minReady)
