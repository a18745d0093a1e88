import type { Backend, Split } from '../types.ts'
import { usualTiers } from './tiers.ts'
import type { Drained, Drains } from './types.ts'

/** The drain of a backend; `undefined` if there is none. Total. */
export type DrainedOf = (backend: Backend) => Drained | undefined

/** Each backend is asked about once. */
export function drainsOf({ backends }: Split, drainedOf: DrainedOf | undefined): Drains | undefined {
  if (!drainedOf) return undefined
  const drains = backends.map((backend) => (backend.foreign ? undefined : drainedOf(backend)))
  return drains.some((drained) => drained !== undefined) ? drains : undefined
}

/** A split of which something is drained is judged by tiers: without a policy, the primary and then all others. */
export function inTiers(split: Split): Split {
  if (split.policy || split.primary === undefined) return split
  return { ...split, policy: { tiers: usualTiers(split), minReady: 1, failbackAfterMs: 0 } }
}
