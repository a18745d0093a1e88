import { expect, test } from 'vitest'
import { FakeTransport } from '../testing/fake-transport.ts'
import { writeWithin } from './write-within.ts'

function setUp(budget: number) {
  const transport = new FakeTransport()
  const state = { budget }
  return { transport, state, limited: writeWithin(transport, () => state.budget) }
}
const patch = { method: 'PATCH', path: '/x', timeoutMs: 10_000 } as const

test('without a budget nothing is written, and everything is read', async () => {
  const { transport, limited } = setUp(0)
  expect(await limited.request(patch)).toMatchObject({ ok: false, error: { kind: 'notLeader' } })
  void limited.request({ method: 'GET', path: '/x' })
  await limited.stream({ method: 'GET', path: '/y' })
  expect(transport.requests.map(({ method }) => method)).toEqual(['GET'])
  expect(transport.streams).toHaveLength(1)
})

test.each([
  { budget: 14_000, limit: 10_000 },
  { budget: 4_000, limit: 4_000 },
])('a write with $budget ms left is given $limit ms', ({ budget, limit }) => {
  const { transport, limited } = setUp(budget)
  void limited.request(patch)
  expect(transport.requests[0]?.timeoutMs).toBe(limit)
})

test('a write without a limit of its own ends with the budget', () => {
  const { transport, limited } = setUp(14_000)
  void limited.request({ method: 'POST', path: '/x' })
  expect(transport.requests[0]?.timeoutMs).toBe(14_000)
})

test('a write that waited for its connection looks at the budget again', () => {
  const { transport, state, limited } = setUp(14_000)
  void limited.request(patch)
  expect(transport.requests[0]?.mayStart?.()).toBe(true)
  state.budget = 0
  expect(transport.requests[0]?.mayStart?.()).toBe(false)
})
