import type { RouteState } from '../state.ts'
import type { Answer, Backend, Observation, Split } from '../types.ts'
import { hasEnough, oneReady } from './threshold.ts'
import { mayServe, tierOf, usualTiers } from './tiers.ts'
import type { Drained, Drains } from './types.ts'

/** The drain of a backend; `undefined` if there is none. Total. */
export type DrainedOf = (backend: Backend) => Drained | undefined

/** Each backend is asked about once. */
export function drainsOf({ backends }: Split, drainedOf: DrainedOf | undefined): Drains | undefined {
  if (!drainedOf) return undefined
  const drains = backends.map((backend) => (backend.foreign ? undefined : drainedOf(backend)))
  return drains.some((drained) => drained !== undefined) ? drains : undefined
}

/**
 * A split of which something is drained is judged by tiers: without a policy, the primary and then all
 * others.
 */
export function inTiers(split: Split): Split {
  if (split.policy || split.primary === undefined) return split
  return { ...split, policy: { tiers: usualTiers(split), minReady: oneReady, failbackAfterMs: 0 } }
}

/** True for a failover because of a drain alone: an earlier tier could serve if it were not drained. */
export function isByDrain(
  { split, readiness, drains }: Observation,
  answer: Answer & { readonly state: RouteState },
): boolean {
  const { policy } = split
  if (!drains || !policy || answer.kind === 'hold' || answer.state !== 'failover') return false
  const [first = 0] = answer.active
  const tier = tierOf(policy, first)
  return split.backends.some(
    (backend, index) =>
      drains[index] !== undefined &&
      tierOf(policy, index) < tier &&
      mayServe(policy, index) &&
      hasEnough(policy.minReady, readiness(backend)),
  )
}
