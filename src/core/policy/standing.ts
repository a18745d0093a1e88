import { weightOf } from '../split.ts'
import type { Readiness, ReadinessOf, Split } from '../types.ts'
import { unapprovedOf } from './approval.ts'
import { patienceOf } from './patience.ts'
import { hasEnough, oneReady } from './threshold.ts'
import { mayServe, servingMembers, tierOf } from './tiers.ts'
import type { Commitment, Drains, Lost, Past, Policy, Standing } from './types.ts'

/** What is known besides the split and the readiness of its backends. */
export interface Around {
  readonly past?: Past | undefined
  readonly drains?: Drains | undefined
  /** The time of day (epoch ms); without it every approval has come into effect. */
  readonly today?: number | undefined
}

/** Without a `past` nothing was good before now, and the weights say who serves. */
export function standingOf(
  split: Split,
  policy: Policy,
  readiness: ReadinessOf,
  { past, drains, today }: Around = {},
): Standing {
  const unapproved = unapprovedOf(policy, past?.lost, today)
  const commitment = past?.commitment ?? commitmentBy(split, policy, unapproved)
  const { tier: current, active } = commitment
  const known = split.backends.map((backend) => readiness(backend))
  const isDrained = (backend: number) => drains?.[backend] !== undefined
  const isOneWith = (isEnough: (one: Readiness | undefined) => boolean) => (backend: number) =>
    isEnough(known[backend]) && mayServe(policy, backend) && !isDrained(backend)
  const isReady = isOneWith((one) => hasEnough(oneReady, one))
  const patience = patienceOf({ policy, commitment, past, known, isDrained })
  return {
    policy,
    current,
    target: firstTierWith(patience.isUsable, policy),
    unapproved,
    isDown: (backend) => known[backend]?.state === 'down',
    isUnknown: (backend) => known[backend]?.state === 'unknown',
    hasWeight: hasWeightIn(split),
    isDrained,
    isLastResort: (backend) =>
      drains?.[backend]?.lastResort === 'Allow' &&
      hasEnough(oneReady, known[backend]) &&
      mayServe(policy, backend),
    isForbidden: (backend) => drains?.[backend]?.lastResort === 'Never',
    isReady,
    isServing: (backend) =>
      tierOf(policy, backend) === current && active.includes(backend) && isReady(backend),
    isGood: isOneWith((one) => hasEnough(policy.minReady, one)),
    ...patience,
  }
}

/** The first tier (index) that may serve without approval; that which serves may in any case. */
export const firstAllowed = ({ unapproved, current }: Pick<Standing, 'unapproved' | 'current'>): number =>
  Math.min(unapproved?.tier ?? 0, current)

function firstTierWith(test: (backend: number) => boolean, { tiers }: Policy): number {
  const found = tiers.findIndex(({ members }) => members.some(test))
  return found < 0 ? tiers.length : found
}

const hasWeightIn = (split: Split) => (backend: number) => {
  const entry = split.backends[backend]
  return entry !== undefined && weightOf(split, entry) > 0
}

/**
 * What the weights say: the last tier that has some serves. If another client gave weight to a tier that must not serve
 * (`unapproved`), or all of it to backends in no tier, the one that was lost to does.
 */
export function commitmentBy(split: Split, policy: Policy, unapproved?: Lost): Commitment {
  const active = split.backends.flatMap((backend, index) => (weightOf(split, backend) > 0 ? [index] : []))
  const tiers = active.map((backend) => tierOf(policy, backend)).filter((tier) => tier < policy.tiers.length)
  const none = active.length === 0 ? 0 : policy.tiers.length
  const tier = tiers.length > 0 ? Math.max(...tiers) : none
  const isWrong = unapproved && (tier < unapproved.tier || tier === policy.tiers.length)
  const lostTo = isWrong ? policy.tiers[unapproved.tier] : undefined
  return unapproved && lostTo
    ? { tier: unapproved.tier, active: servingMembers(policy, lostTo) }
    : { tier, active }
}
