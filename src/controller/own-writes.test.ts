import { describe, expect, it } from 'vitest'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { trafficSplit } from '../routes/trafficsplit.ts'
import { OwnWrites } from './own-writes.ts'

const routeOf = (weights: number[], generation: number, uid = 'u') =>
  trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    metadata: { namespace: 'shop', name: 'web', uid, generation },
    spec: { backends: weights.map((weight, index) => ({ service: `s${index}`, weight })) },
  })

const failingOver = [
  [
    { index: 0, from: 1, to: 0 },
    { index: 1, from: 0, to: 1 },
  ],
]
const lost = { kind: 'timeout', message: 'no answer' } as const

/** A write from 1/0 to 0/1 at generation 1 that is under way. */
function setUp() {
  const clock = createManualClock()
  const writes = new OwnWrites(clock)
  writes.begin('shop/web', routeOf([1, 0], 1), failingOver)
  return { clock, writes }
}

describe('a write whose answer was lost', () => {
  it('has landed once the route is seen as the write leaves it, and is told of once', () => {
    const { writes } = setUp()
    writes.end('shop/web', lost)
    writes.see('shop/web', routeOf([1, 0], 1))
    expect(writes.takeLanded('shop/web')).toBeUndefined()
    const after = routeOf([0, 1], 2)
    writes.see('shop/web', after)
    expect(writes.takeLanded('shop/web')).toBe(after)
    expect(writes.takeLanded('shop/web')).toBeUndefined()
  })

  it('is recognised also if it was seen before it was known to be lost, and the route went on', () => {
    const { writes } = setUp()
    writes.see('shop/web', routeOf([0, 1], 2))
    writes.see('shop/web', routeOf([3, 3], 3))
    writes.end('shop/web', lost)
    expect(writes.takeLanded('shop/web')).toBeDefined()
  })

  it.each([
    ['refused', { kind: 'invalid', message: 'a test failed' } as const],
    ['not sent', { kind: 'unreachable', message: 'no connection' } as const],
  ])('has landed also if its second try was %s, before or after the route was seen', (_, error) => {
    for (const order of [0, 1]) {
      const { writes } = setUp()
      writes.end('shop/web', lost)
      writes.begin('shop/web', routeOf([1, 0], 1), failingOver)
      if (order === 0) writes.see('shop/web', routeOf([0, 1], 2))
      writes.end('shop/web', error)
      if (order === 1) writes.see('shop/web', routeOf([0, 1], 2))
      expect(writes.takeLanded('shop/web')).toBeDefined()
    }
  })

  it.each([
    ['was answered', routeOf([1, 0], 1), undefined],
    ['began from another state', routeOf([1, 0], 2), { kind: 'invalid', message: 'a test failed' } as const],
  ])('has not landed where a later write %s', (_, route, error) => {
    const { writes } = setUp()
    writes.end('shop/web', lost)
    writes.begin('shop/web', route, failingOver)
    writes.end('shop/web', error)
    writes.see('shop/web', routeOf([0, 1], 2))
    expect(writes.takeLanded('shop/web')).toBeUndefined()
  })

  it.each([
    ['has other weights', routeOf([3, 3], 2)],
    ['has other backends', routeOf([0, 1, 0], 2)],
    ['came there by more than one change', routeOf([0, 1], 3)],
    ['is another object of that name', routeOf([0, 1], 2, 'other')],
  ])('has not landed where the route %s', (_, after) => {
    const { writes } = setUp()
    writes.end('shop/web', lost)
    writes.see('shop/web', after)
    expect(writes.takeLanded('shop/web')).toBeUndefined()
  })

  it.each([
    ['it is too long ago', async ({ clock }: ReturnType<typeof setUp>) => clock.advance(76_000)],
    ['the route is gone', async ({ writes }: ReturnType<typeof setUp>) => writes.see('shop/web', undefined)],
    ['somebody else may write', async ({ writes }: ReturnType<typeof setUp>) => writes.clear()],
  ])('is forgotten when %s', async (_, happen) => {
    const set = setUp()
    set.writes.end('shop/web', lost)
    await happen(set)
    set.writes.see('shop/web', routeOf([0, 1], 2))
    expect(set.writes.takeLanded('shop/web')).toBeUndefined()
  })
})

it.each([
  ['was answered', undefined],
  ['was refused', { kind: 'invalid', message: 'a test failed' } as const],
  ['was not sent', { kind: 'notLeader', message: 'not sent' } as const],
])('a write that %s is no mystery', (_, error) => {
  const { writes } = setUp()
  writes.end('shop/web', error)
  writes.see('shop/web', routeOf([0, 1], 2))
  expect(writes.takeLanded('shop/web')).toBeUndefined()
})
