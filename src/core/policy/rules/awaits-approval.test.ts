import { expect, test } from 'vitest'
import { judgeSplit } from '../../judge.ts'
import { splitOf } from '../../testing/builders.ts'
import { readinessOf } from '../../types.ts'
import type { Policy } from '../types.ts'

test('a member of the tier that serves takes over, with too few, before traffic goes back', () => {
  const policy: Policy = {
    tiers: [{ members: [0] }, { members: [1, 2] }],
    minReady: { count: 2 },
    failbackAfterMs: 60_000,
    isManual: true,
  }
  const past = {
    now: 5_000,
    goodSince: (backend: number) => (backend === 0 ? 1_000 : undefined),
    commitment: { tier: 1, active: [1] },
    lost: { tier: 1, lostAt: 10 },
  }
  const ready = new Map([
    ['web', 4],
    ['east', 0],
    ['west', 1],
  ])
  const split = splitOf({ web: 0, east: 1, west: 0 }, { policy })
  const verdict = judgeSplit(split, ({ service }) => readinessOf(ready.get(service) ?? 0, 4), { past })
  expect(verdict).toMatchObject({
    decision: { rule: 'AwaitsApproval', active: [2] },
    wait: { what: 'approval', backend: 0 },
  })
})
