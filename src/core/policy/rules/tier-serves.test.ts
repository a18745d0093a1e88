import { expect, test } from 'vitest'
import { judgeSplit } from '../../judge.ts'
import { splitOf } from '../../testing/builders.ts'
import { readinessOf } from '../../types.ts'
import type { Policy } from '../types.ts'

test('a drained last resort that serves is not left for what is down, and only not left yet', () => {
  const policy: Policy = {
    tiers: [{ members: [0] }, { members: [1, 2] }],
    minReady: { count: 1 },
    failbackAfterMs: 0,
    failoverWhenDownMs: 10_000,
  }
  const split = splitOf({ asia: 0, web: 1, api: 1 }, { policy })
  const weightsWhen = (webLostAt: number) => {
    const past = {
      now: 20_000,
      goodSince: () => undefined,
      badSince: (backend: number) => (backend === 1 ? webLostAt : undefined),
      commitment: { tier: 1, active: [1, 2] },
    }
    const { decision } = judgeSplit(split, ({ service }) => readinessOf(service === 'api' ? 1 : 0, 2), {
      past,
      drained: ({ service }) => (service === 'api' ? { lastResort: 'Allow', by: 'ops/x' } : undefined),
    })
    return 'active' in decision ? `${decision.rule} ${decision.active}` : decision.rule
  }
  expect(weightsWhen(15_000)).toBe('TierServes 1,2')
  expect(weightsWhen(10_000)).toBe('LastResort 2')
})
