import { unknownBecause } from '../readiness.ts'
import { type Readiness, type ReadinessOf, readinessOf, type Split } from '../types.ts'

/** A split from `{ web: 1, east: 0 }`: the first is the primary, weights are as given. */
export function splitOf(weights: Record<string, number | undefined>, overrides: Partial<Split> = {}): Split {
  const backends = Object.entries(weights).map(([service, weight]) => ({ service, weight }))
  return {
    backends,
    primary: backends[0]?.service,
    absentWeight: 0,
    maxWeight: 429_496,
    problem: undefined,
    paused: false,
    ...overrides,
  }
}

/** Readiness from `{ web: 'down', east: 'ready' }`; whatever is not named is unknown. */
export function readinessFrom(states: Record<string, Readiness['state']>): ReadinessOf {
  const known = new Map(Object.entries(states))
  return ({ service }) => {
    const state = known.get(service) ?? 'unknown'
    if (state === 'unknown') return unknownBecause(`the slices of ${service} are missing`)
    return readinessOf(state === 'ready' ? 2 : 0, 2)
  }
}
