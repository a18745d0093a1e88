import { describe, expect, it, test } from 'vitest'
import { backend, route } from '../testing/builders.ts'
import { beliefsOf, fullReadyWords, readyWords } from './beliefs.ts'

const missing =
  'the EndpointSlices of the Service shop/cart in cluster west are not known: the Secret is missing'
const federated = backend('shop/cart-federated', {
  primary: true,
  why: 'shop/cart-federated has 1 of 1 endpoints ready, according to its members',
  members: [
    { service: 'shop/cart', cluster: null, readiness: backend('shop/cart').readiness },
    {
      service: 'shop/cart',
      cluster: 'west',
      readiness: backend('shop/cart', { ready: null, why: missing }).readiness,
    },
  ],
})
const [split] = route('shop/cart').splits
if (!split) throw new Error('a route has a split')

describe('what is believed', () => {
  it('is told of each backend and, below it, of its members', () => {
    const beliefs = beliefsOf({ ...split, backends: [federated, backend('bank/cart-b')] }, 'shop')
    expect(
      beliefs.map(({ service, cluster, isPrimary, isMember }) => [service, cluster, isPrimary, isMember]),
    ).toEqual([
      ['cart-federated', null, true, false],
      ['cart', null, false, true],
      ['cart', 'west', false, true],
      ['bank/cart-b', null, false, false],
    ])
    expect(beliefs[0]?.why).toBe('cart-federated has 1 of 1 endpoints ready, according to its members')
    expect(beliefs[2]?.why).toContain('the Service cart in cluster west are not known')
  })
})

test.each([
  [{ ready: 2, total: 3 }, '2 of 3 ready', '2 of 3 ready'],
  [{ ready: 0, total: 0 }, 'no endpoints', 'no endpoints'],
  [{ ready: null, why: 'x is missing' }, 'readiness unknown', 'readiness unknown: x is missing'],
])('%j in words', (words, short, full) => {
  const { readiness } = backend('shop/web', words)
  expect([readyWords(readiness), fullReadyWords(readiness)]).toEqual([short, full])
})
