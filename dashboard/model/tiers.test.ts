import { describe, expect, it, test } from 'vitest'
import type { SplitItem } from '../live/api.ts'
import { backend, route } from '../testing/builders.ts'
import { anyTiers, demandsOf, leftOf, rankOf, returnCommand, tiersOf, tierWords } from './tiers.ts'

const plain = ((): SplitItem => {
  const [split] = route('shop/web').splits
  if (!split) throw new Error('the route has a split')
  return split
})()

const member = (service: string, weight: number | null = null) => ({ service, port: null, weight })

/** `web`, then `east` and `west`, then `far`; nobody names `old`. The tier at `serving` has the traffic. */
function tiered(serving: number, words: Partial<SplitItem> = {}): SplitItem {
  const tiers = [[member('web')], [member('east', 70), member('west', 0)], [member('far')]].map(
    (members, place) => ({ members, serves: place === serving }),
  )
  const places = { web: 0, east: 1, west: 1, far: 2, old: null }
  return {
    ...plain,
    policy: { tiers, minReady: 2, failbackAfterMs: 90_000 },
    backends: Object.entries(places).map(([service, tier]) => ({ ...backend(service), tier })),
    ...words,
  }
}

describe('the tiers of a split', () => {
  it('are its backends in order, each with the weight that is declared, and those in none last', () => {
    const shown = (tiersOf(tiered(1)) ?? []).map(({ title, serves, isTier, members }) => ({
      title,
      serves,
      isTier,
      members: members.map(({ backend: { service }, declared }) => `${service} ${declared}`),
    }))
    expect(shown).toEqual([
      { title: 'Tier 1', serves: false, isTier: true, members: ['web null'] },
      { title: 'Tier 2', serves: true, isTier: true, members: ['east 70', 'west 0'] },
      { title: 'Tier 3', serves: false, isTier: true, members: ['far null'] },
      { title: 'In no tier: gets no traffic', serves: false, isTier: false, members: ['old null'] },
    ])
  })

  it('do not exist without a policy', () => {
    expect(tiersOf(plain)).toBeUndefined()
    expect(tierWords(plain)).toBeUndefined()
    expect(demandsOf(plain)).toEqual([])
  })

  test.each([
    [0, '1 of 3'],
    [2, '3 of 3'],
    [9, 'none of 3'],
  ])('are numbered for people: %j', (serving, words) => expect(tierWords(tiered(serving))).toBe(words))

  it('come with what else is asked for, if anything is', () => {
    expect(demandsOf(tiered(0))).toEqual([
      'each backend needs 2 ready endpoints',
      'a lost backend must be ready for 1 min 30 s before it gets traffic again',
    ])
    expect(demandsOf(tiered(0, { policy: { tiers: [], minReady: 1, failbackAfterMs: 0 } }))).toEqual([])
    const share = { minReadyShare: { percent: 50 }, failbackMinReady: { count: 4, percent: 80, expected: 6 } }
    const patience = { failbackAtMostMs: 60_000, failoverAfterMs: 10_000, failoverWhenDownMs: 3000 }
    const policy = { tiers: [], minReady: 1, ...share, ...patience, failbackAfterMs: 0 }
    expect(demandsOf(tiered(0, { policy }))).toEqual([
      'each backend needs 50 % of its endpoints',
      'a lost backend needs 4 ready endpoints, and 80 % of 6 before it gets traffic again',
      'each failover doubles that, up to 1 min',
      'a backend that serves is left when it has had too few for 10 s',
      'a backend that serves is left when it has had none for 3 s',
    ])
  })
})

it('a return that a person must approve is a demand, and has a command', () => {
  const policy = { tiers: [], minReady: 1, failbackAfterMs: 0, isManual: true as const }
  expect(demandsOf(tiered(0, { policy }))).toEqual([
    'a person approves that traffic goes back to a lost tier',
  ])
  expect(returnCommand({ kind: 'HTTPRoute', namespace: 'shop', name: 'web' })).toBe(
    'linkerd-failover return httproute/web -n shop',
  )
})

const wait = (until: string | null) => ({ what: 'return' as const, service: 'web', port: null, until })

test.each([
  ['1970-01-01T00:00:41.000Z', 0, '41 s'],
  ['1970-01-01T00:00:41.000Z', 40_100, '1 s'],
  ['1970-01-01T00:12:05.000Z', 0, '12 min 5 s'],
  ['1970-01-01T03:20:00.000Z', 0, '3 h 20 min'],
  ['1970-01-01T00:00:41.000Z', 50_000, '0 s'],
  [null, 0, undefined],
])('a wait until %j takes at %j ms: %j', (until, now, left) => expect(leftOf(wait(until), now)).toBe(left))

describe('a route in the table', () => {
  it('has the tier of its worst split that has tiers, and the wait that ends first', () => {
    const [soon, late] = [wait('1970-01-01T00:00:41.000Z'), wait('1970-01-01T00:01:00.000Z')]
    const splits = [plain, tiered(1, { waits: late }), tiered(0, { waits: soon })]
    expect(rankOf(route('shop/web', 'failover', { splits }))).toEqual({ tier: '2 of 3', wait: soon })
    expect(rankOf(route('shop/web'))).toBeUndefined()
  })

  it('makes room for tiers if it has some', () => {
    expect(anyTiers([route('shop/web')])).toBe(false)
    expect(anyTiers([route('shop/web'), route('shop/api', 'primary', { splits: [tiered(0)] })])).toBe(true)
  })
})
