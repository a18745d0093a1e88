import { describe, expect, it } from 'vitest'
import type { Policy } from '../core/policy/types.ts'
import { splitOf } from '../core/testing/builders.ts'
import { lossAtFirst, lossBy } from './loss.ts'

describe('weights of a backend in no tier', () => {
  const split = splitOf({ web: 0, east: 0, other: 1 })
  const policy: Policy = {
    tiers: [{ members: [0] }, { members: [1] }],
    minReady: { count: 1 },
    failbackAfterMs: 0,
    isManual: true,
  }
  const lost = { tier: 1, lostAt: 5000 }

  it('hide no loss that the status knows from a new process', () =>
    expect(lossAtFirst(split, policy, lost, 9000)).toEqual({ lost, tier: 1 }))

  it('are no later loss for a replica that knows of one', () =>
    expect(lossBy({ lost, tier: 1 }, split, policy, 9000)).toEqual({ lost, tier: 1 }))
})
