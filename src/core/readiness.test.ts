import { expect, test } from 'vitest'
import { bestOf } from './readiness.ts'
import type { Readiness } from './types.ts'

const despiteEndpoints: Readiness = { state: 'down', ready: 0, total: 1, despiteEndpoints: true }
const down: Readiness = { state: 'down', ready: 0, total: 3 }
const ready: Readiness = { state: 'ready', ready: 1, total: 1 }

test.each([[[despiteEndpoints, down]], [[down, despiteEndpoints]]])(
  'to another replica it may be ready, so it is down despite its Endpoints: %j',
  (ways) => {
    expect(bestOf(ways)).toBe(despiteEndpoints)
    expect(bestOf([...ways, ready])).toBe(ready)
  },
)
