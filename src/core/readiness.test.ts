import { expect, test } from 'vitest'
import { bestOf } from './readiness.ts'
import type { Readiness } from './types.ts'

const byProbe: Readiness = { state: 'down', ready: 0, total: 1, byProbe: true }
const down: Readiness = { state: 'down', ready: 0, total: 3 }
const ready: Readiness = { state: 'ready', ready: 1, total: 1 }

test.each([[[byProbe, down]], [[down, byProbe]]])(
  'without the probe it would be ready, so it is down by the probe alone: %j',
  (ways) => {
    expect(bestOf(ways)).toBe(byProbe)
    expect(bestOf([...ways, ready])).toBe(ready)
  },
)
