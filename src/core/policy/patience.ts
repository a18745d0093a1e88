import type { Readiness } from '../types.ts'
import { hasEnough, hasEnoughToReturn } from './threshold.ts'
import { mayServe, tierOf } from './tiers.ts'
import type { Commitment, Past, Policy, TimedWait } from './types.ts'

/** What the patience of a policy depends on. */
export interface Patient {
  readonly policy: Policy
  readonly commitment: Commitment
  readonly past: Past | undefined
  /** By backend. */
  readonly known: readonly (Readiness | undefined)[]
  readonly isDrained: (backend: number) => boolean
}

/** Who waits for what, by the time that has passed. Backends are indexes. */
export interface Patience {
  /** Good if it serves, good for long enough if it was lost; or not good any more, but not for long. */
  readonly isUsable: (backend: number) => boolean
  readonly mustWait: (backend: number) => boolean
  readonly returnAfterMs: number
  /** Whoever waits least first. */
  readonly waits: readonly TimedWait[]
}

/** Without a past what is good has just become so, and what is not good is left at once. */
export function patienceOf(patient: Patient): Patience {
  const { policy, commitment, past, known, isDrained } = patient
  const now = past?.now ?? 0
  const counts = (backend: number) => mayServe(policy, backend) && !isDrained(backend)
  const isGood = (backend: number) => counts(backend) && hasEnough(policy.minReady, known[backend])
  const isGoodToReturn = (backend: number) => counts(backend) && hasEnoughToReturn(policy, known[backend])
  const returnAfterMs = returnDelayOf(policy, past?.failovers ?? 0)
  const asksForReturns = policy.failbackAfterMs > 0 || policy.failbackMinReady !== undefined
  const { tier, active } = commitment
  // Whoever serves goes on, and a later tier stands by: only a way back is worth waiting for. With no weight nothing serves.
  const mustWait = (backend: number) =>
    asksForReturns && active.length > 0 && tierOf(policy, backend) <= tier && !active.includes(backend)
  const returnsAt = (backend: number) => (past?.goodSince(backend) ?? now) + returnAfterMs
  const leftAt = (backend: number) =>
    counts(backend) && !isGood(backend) ? graceEndOf(patient, backend) : Number.NEGATIVE_INFINITY
  const waits = known.flatMap((_, backend): TimedWait[] => {
    const [what, at] = mustWait(backend)
      ? (['return', isGoodToReturn(backend) ? returnsAt(backend) : now] as const)
      : (['failover', leftAt(backend)] as const)
    return at > now ? [{ what, backend, at }] : []
  })
  return {
    isUsable: (backend) =>
      mustWait(backend)
        ? isGoodToReturn(backend) && returnsAt(backend) <= now
        : isGood(backend) || leftAt(backend) > now,
    mustWait,
    returnAfterMs,
    waits: waits.sort((a, b) => a.at - b.at),
  }
}

/**
 * The past for who has just seen a split, and shows what the operator does now: what serves and is not good has just
 * become so, as what is good has.
 */
export const justSeen: Past = {
  now: 0,
  goodSince: () => undefined,
  badSince: () => 0,
  commitment: undefined,
}

/** The wait for a return (ms) after so many failovers lately: the first one costs no more than it always does. */
function returnDelayOf({ failbackAfterMs, failbackAtMostMs }: Policy, failovers: number): number {
  if (failbackAtMostMs === undefined) return failbackAfterMs
  return Math.min(
    failbackAfterMs * 2 ** Math.max(0, failovers - 1),
    Math.max(failbackAtMostMs, failbackAfterMs),
  )
}

/** When a backend that serves, and is not good any more, is left (ms on the clock); of what is not known: at once. */
function graceEndOf({ policy, commitment, past, known }: Patient, backend: number): number {
  const since = past?.badSince?.(backend)
  const state = known[backend]?.state
  const { tier, active } = commitment
  const serves = active.includes(backend) && tierOf(policy, backend) === tier
  if (since === undefined || state === 'unknown' || !serves) return Number.NEGATIVE_INFINITY
  return since + graceOf(policy, state === 'down')
}

/**
 * For how long a backend that serves is not left (ms), with no ready endpoint or with too few. Some that are ready are
 * never a reason to leave it earlier.
 */
export const graceOf = ({ failoverAfterMs = 0, failoverWhenDownMs = 0 }: Policy, isDown: boolean): number =>
  isDown ? failoverWhenDownMs : Math.max(failoverAfterMs, failoverWhenDownMs)

/** After so many of its waits on the first tier no failover is remembered. */
const waitsUntilForgotten = 10

/** For how long the first tier must have served before earlier failovers do not lengthen a wait (ms). */
export const forgottenAfterMs = ({ failbackAfterMs }: Policy): number => failbackAfterMs * waitsUntilForgotten

/** True if decisions by a policy depend on what was before, so that it must be remembered. */
export const needsMemory = ({
  failbackAfterMs,
  failbackMinReady,
  failoverAfterMs = 0,
  failoverWhenDownMs = 0,
  isManual,
}: Policy): boolean =>
  isManual === true ||
  failbackAfterMs > 0 ||
  failbackMinReady !== undefined ||
  failoverAfterMs > 0 ||
  failoverWhenDownMs > 0
