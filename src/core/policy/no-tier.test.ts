import { expect, it } from 'vitest'
import { weightsOf } from '../split.ts'
import { History } from '../testing/history.ts'
import { readinessOf } from '../types.ts'

it('a lost tier does not serve because another client gave all weight to a backend in no tier', () => {
  const all = readinessOf(4, 4)
  const history = new History({
    services: ['web', 'other', 'east'],
    primary: 0,
    weights: [1, 0, 0],
    known: [all, all, all],
    drained: ['no', 'no', 'no'],
    since: [0, 0, 0],
    policy: {
      tiers: [{ members: [0] }, { members: [2] }],
      minReady: { count: 1 },
      failbackAfterMs: 0,
      isManual: true,
    },
  }).settled()
  history.turn(0, readinessOf(0, 4))
  history.turn(0, { state: 'unknown', why: 'it is not listed' })
  history.overwrite([0, 1, 0])
  history.handOver()
  history.turn(0, all)
  expect(weightsOf(history.split)).toEqual([0, 0, 1])
})
