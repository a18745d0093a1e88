import type { Verdict } from '../core/judge.ts'
import { forgottenAfterMs, graceOf } from '../core/policy/patience.ts'
import { commitmentBy } from '../core/policy/standing.ts'
import { hasEnough, hasEnoughToReturn, isStricter } from '../core/policy/threshold.ts'
import { tierOf } from '../core/policy/tiers.ts'
import type { Commitment, Past, Policy } from '../core/policy/types.ts'
import { knownOf } from '../core/split.ts'
import type { Backend, ReadinessOf, Split } from '../core/types.ts'

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
   * become so, or its time is spent. `undefined` if the policy leaves such a backend at once.
   */
  badSince: number[] | undefined
  /** The backends that are committed to, all of one tier. `undefined`: the weights say it. */
  active: Commitment['active'] | undefined
  /** `undefined` if there was none lately, or the policy does not count them. */
  failovers: Failovers | undefined
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
  badSince: undefined,
  active: undefined,
  failovers: undefined,
  next: undefined,
})

/** Takes the split and the readiness of its backends as they are now (ms on the clock). */
export function look(
  one: Remembered,
  split: Split,
  policy: Policy,
  readiness: ReadinessOf,
  now: number,
): void {
  if (one.split !== split) renew(one, split, policy)
  if (isPatient(policy)) one.badSince ??= split.backends.map(() => Number.NEGATIVE_INFINITY)
  else one.badSince = undefined
  for (const [index, backend] of split.backends.entries()) {
    const known = knownOf(backend, readiness)
    if (!hasEnoughToReturn(policy, known)) one.goodSince[index] = Number.NaN
    else if (Number.isNaN(one.goodSince[index])) one.goodSince[index] = now
    if (one.badSince) one.badSince[index] = badSinceOf(one.badSince[index], policy, known, now)
  }
}

/** What is known of the time before, as decisions take it. */
export function pastOf(one: Remembered, now: number): Past {
  const { goodSince, badSince, active, split, failovers } = one
  return {
    now,
    goodSince: timeIn(goodSince),
    badSince: badSince && timeIn(badSince),
    failovers: failovers?.count,
    commitment: active && committedTo(split, active),
  }
}

/** What was decided is carried out, or was so already (ms on the clock). */
export function commit(one: Remembered, made: Commitment, verdict: Verdict, now: number): void {
  const { policy } = one.split
  if (policy === undefined || !isSameOrder(one.split, verdict.split)) {
    one.active = undefined
    return
  }
  const { tier: from } =
    (one.active && committedTo(one.split, one.active)) ?? commitmentBy(verdict.split, policy)
  if (policy.failbackAtMostMs !== undefined)
    one.failovers = failoversAfter(one.failovers, { policy, from, to: made.tier, now })
  one.active = made.active
  // Who does not serve any more has had its time, until it is good again.
  one.badSince = one.badSince?.map((since, backend) =>
    Number.isNaN(since) || made.active.includes(backend) ? since : Number.NEGATIVE_INFINITY,
  )
}

/** The next leader begins to count failovers, and commits to what the weights say. */
export function uncommit(one: Remembered): void {
  one.active = undefined
  one.failovers = undefined
}

/** Equal tiers of equal backends, whatever their weights. */
function isSameOrder(a: Split, b: Split): boolean {
  if (a === b) return true
  const [some, others] = [a.policy?.tiers ?? [], b.policy?.tiers ?? []]
  return (
    a.backends.length === b.backends.length &&
    a.backends.every((backend, index) => isSameBackend(backend, b.backends[index])) &&
    some.length === others.length &&
    some.every(({ members }, tier) => String(members) === String(others[tier]?.members))
  )
}

const isPatient = ({ failoverAfterMs = 0, failoverWhenDownMs = 0 }: Policy): boolean =>
  failoverAfterMs > 0 || failoverWhenDownMs > 0

/** What is not known changes nothing: neither does it begin, nor is it over. */
function badSinceOf(
  since: number | undefined,
  policy: Policy,
  known: ReturnType<ReadinessOf>,
  now: number,
): number {
  if (hasEnough(policy.minReady, known)) return Number.NaN
  if (since === undefined || known.state === 'unknown') return since ?? Number.NEGATIVE_INFINITY
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
function renew(one: Remembered, split: Split, policy: Policy): void {
  const { split: before, goodSince, badSince } = one
  // Since when as many were ready as are asked for now was not watched.
  const isMore = before.policy === undefined || asksMore(policy, before.policy)
  if (!isSameOrder(before, split)) one.active = undefined
  const places = split.backends.map((backend) =>
    before.backends.findIndex((other) => isSameBackend(backend, other)),
  )
  one.goodSince = places.map((place) => (isMore ? Number.NaN : (goodSince[place] ?? Number.NaN)))
  one.badSince = badSince && places.map((place) => badSince[place] ?? Number.NEGATIVE_INFINITY)
  one.split = split
}

const asksMore = (one: Policy, other: Policy): boolean =>
  isStricter(one.minReady, other.minReady) ||
  isStricter(one.failbackMinReady ?? one.minReady, other.failbackMinReady ?? other.minReady)

const isSameBackend = (a: Backend, b: Backend | undefined): boolean =>
  a.service === b?.service && a.port === b.port
