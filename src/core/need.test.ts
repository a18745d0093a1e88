import { expect, test } from 'vitest'
import { judgeSplit } from './judge.ts'
import { isNeeded, isOut } from './need.ts'
import { readinessFrom, splitOf } from './testing/builders.ts'
import type { Readiness, ReadinessOf } from './types.ts'

type States = Record<string, Readiness['state']>

test.each<[string, Record<string, number>, States, boolean]>([
  ['a failover', { web: 1, east: 0 }, { web: 'down', east: 'ready' }, true],
  ['away from a secondary', { web: 0, east: 1, west: 0 }, { web: 'down', east: 'down', west: 'ready' }, true],
  ['back, if the secondary is down too', { web: 0, east: 1 }, { web: 'ready', east: 'down' }, true],
  ['of weights that are all zero', { web: 0, east: 0 }, { web: 'down', east: 'ready' }, true],
  ['a return', { web: 0, east: 1 }, { web: 'ready', east: 'ready' }, false],
  ['a share', { web: 0, east: 1, west: 0 }, { web: 'down', east: 'ready', west: 'ready' }, false],
  ['from one that serves in part', { web: 1, east: 1 }, { web: 'down', east: 'ready' }, false],
  ['beside an unknown backend', { web: 1, east: 0, west: 0 }, { web: 'down', east: 'ready' }, false],
  ['of an unknown primary', { web: 1, east: 0 }, { east: 'ready' }, false],
  ['to nothing that is ready', { web: 0, east: 0 }, { web: 'down', east: 'down' }, false],
  ['that is made', { web: 0, east: 1 }, { web: 'down', east: 'ready' }, false],
])('a move is needed or not: %s', (_, weights, states, needed) => {
  expect(isNeeded(judgeSplit(splitOf(weights), readinessFrom(states)))).toBe(needed)
})

test.each<[string, Record<string, number>, States]>([
  ['of what has weight', { east: 1, local: 0 }, { local: 'ready' }],
  ['of another backend', { local: 1, east: 0, west: 0 }, { local: 'down', west: 'ready' }],
])(
  'no move is needed for which another replica may believe Endpoints that are ready: %s',
  (_, weights, states) => {
    const readiness: ReadinessOf = (backend) =>
      backend.service === 'east'
        ? { state: 'down', ready: 0, total: 1, despiteEndpoints: true }
        : readinessFrom(states)(backend)
    const verdict = judgeSplit(splitOf(weights), readiness)
    expect([verdict.plan.length > 0, isNeeded(verdict)]).toEqual([true, false])
  },
)

test.each<[string, Record<string, number>, States, boolean]>([
  ['what has weight is down', { web: 1, east: 0 }, { web: 'down', east: 'ready' }, true],
  [
    'all of several are down',
    { web: 1, east: 1, west: 0 },
    { web: 'down', east: 'down', west: 'ready' },
    true,
  ],
  ['nothing has weight', { web: 0, east: 0 }, { web: 'down', east: 'ready' }, true],
  ['nothing else is ready', { web: 1, east: 0 }, { web: 'down', east: 'down' }, false],
  ['one of several serves', { web: 1, east: 1 }, { web: 'down', east: 'ready' }, false],
  ['what has weight is unknown', { web: 1, east: 0 }, { east: 'ready' }, false],
])('requests fail as the weights are, and would not with others: %s', (_, weights, states, out) => {
  expect(isOut(splitOf(weights), readinessFrom(states))).toBe(out)
})
