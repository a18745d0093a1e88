import { describe, expect, test } from 'vitest'
import { judgeSplit } from '../../judge.ts'
import { unknownBecause } from '../../readiness.ts'
import { splitOf } from '../../testing/builders.ts'
import { readinessOf } from '../../types.ts'
import type { DrainedOf } from '../drained.ts'
import type { Lost, Policy } from '../types.ts'

const policy: Policy = {
  tiers: [{ members: [0, 1] }, { members: [2, 3] }],
  minReady: { count: 1 },
  failbackAfterMs: 0,
}
const split = { web: 0, west: 0, east: 1, far: 0 }
const unknown = unknownBecause('it is not listed')

/** The backends that serve when east, which has all traffic, is drained and must not. */
function active(of: Policy, drained: Readonly<Record<string, 'Allow' | 'Never'>>, lost?: Lost) {
  const drainedOf: DrainedOf = ({ service }) => {
    const lastResort = drained[service]
    return lastResort && { lastResort, by: 'ops/x' }
  }
  const readiness = ({ service }: { service: string }) =>
    service === 'east' ? readinessOf(4, 4) : service === 'west' ? readinessOf(0, 4) : unknown
  const past = { now: 5_000, goodSince: () => undefined, commitment: undefined, lost }
  const { decision } = judgeSplit(splitOf(split, { policy: of }), readiness, { past, drained: drainedOf })
  return 'active' in decision ? `${decision.rule} ${decision.active}` : decision.rule
}

describe('what must not serve is left', () => {
  test('for the first tier that may be able to', () => {
    expect(active(policy, { east: 'Never' })).toBe('RatherDark 0,1')
  })

  test('for one that is not drained, if that may be able to', () => {
    expect(active(policy, { east: 'Never', web: 'Allow' })).toBe('RatherDark 3')
    expect(active(policy, { east: 'Never', web: 'Allow', far: 'Allow' })).toBe('RatherDark 0,1')
  })

  test('for one that was not lost, if that may be able to and nobody has approved a return', () => {
    const manual: Policy = { ...policy, isManual: true }
    const lost = { tier: 1, lostAt: 10 }
    expect(active(manual, { east: 'Never' }, lost)).toBe('RatherDark 3')
    expect(active({ ...manual, approvedAt: 20 }, { east: 'Never' }, lost)).toBe('RatherDark 0,1')
  })
})
