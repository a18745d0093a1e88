import { describe, expect, it } from 'vitest'
import { backend, finding, route } from '../testing/builders.ts'
import {
  ageOf,
  agreementOf,
  clustersOf,
  findingsLine,
  keyOf,
  primaryCluster,
  sentenceOf,
  shareOf,
  shortService,
  worstSplit,
} from './route.ts'

const [plain] = route('shop/web').splits

it.each([
  [{ since: '1970-01-01T00:00:10Z' }, '50 s'],
  [{ sinceBefore: '1970-01-01T00:00:10Z' }, '> 50 s'],
  [{}, '> 1 min'],
  [{ sinceBefore: '1970-01-01T00:00:59.500Z' }, 'unknown'],
  [{ sinceBefore: '1970-01-01T00:01:30Z' }, 'unknown'],
])('says how long it is in its state, as far as that is known: %j is %s', (known, age) => {
  expect(ageOf({ ...route('shop/web'), ...known }, 60_000)).toBe(age)
})

it('shares the traffic by weight', () => {
  const backends = [backend('a', { weight: 1 }), backend('b', { weight: 3 }), backend('c')]
  const split = { ...route('shop/web').splits[0], backends } as typeof plain & object
  expect(backends.map((one) => shareOf(one, split))).toEqual([0.25, 0.75, 0])
})

it('counts a weight that is not written as its kind does', () => {
  const absent = { ...backend('a', { weight: null }), active: true }
  const split = { ...plain, backends: [absent, backend('b', { weight: 1 })] } as typeof plain & object
  expect(shareOf(absent, split)).toBe(0.5)
})

it('gives nobody a share of no weight at all', () => {
  const dark = { ...plain, backends: [backend('a'), backend('b')] } as typeof plain & object
  expect(dark.backends.map((one) => shareOf(one, dark))).toEqual([0, 0])
})

describe('agreement: whether what stands in the cluster is what was decided', () => {
  it('is there when only who should serve has weight', () => {
    expect(agreementOf(route('shop/web'))).toBe('agrees')
    expect(agreementOf(route('shop/web', 'failover'))).toBe('agrees')
  })

  it('is pending while the old weights stand', () => {
    const { splits } = route('shop/web', 'primary')
    expect(
      agreementOf(
        route('shop/web', 'failover', {
          splits: splits.map((split) => ({ ...split, decision: 'failover', due: true })),
        }),
      ),
    ).toBe('pending')
  })

  it('is refused as long as the API server says no', () => {
    expect(agreementOf(route('shop/web', 'failover', { refusal: { message: 'no', count: 3 } }))).toBe(
      'refused',
    )
  })

  it('is doubted where a finding says that proxies may do something else', () => {
    expect(agreementOf(route('shop/web', 'primary', { findings: [finding] }))).toBe('doubted')
    expect(
      agreementOf(
        route('shop/web', 'primary', { findings: [finding], refusal: { message: 'no', count: 3 } }),
      ),
    ).toBe('refused')
  })

  it('is not a question where the weights are left alone', () => {
    expect(agreementOf(route('shop/web', 'dark'))).toBe('held')
  })
})

it('says in a line what was found', () => {
  expect(findingsLine(route('shop/web'))).toBe('')
  const found = route('shop/web', 'primary', { findings: [finding, finding] })
  expect(findingsLine(found)).toBe('NotAccepted: Linkerd has not accepted it (and 1 more)')
})

it('takes the split that makes the route stand as it does', () => {
  const fine = route('shop/web').splits
  const away = route('shop/web', 'failover').splits
  expect(worstSplit(route('shop/web', 'failover', { splits: [...fine, ...away] }))).toBe(away[0])
  expect(worstSplit(route('shop/web', 'misconfigured', { splits: [] }))).toBeUndefined()
})

it('knows names and clusters', () => {
  const east = route('shop/web', 'primary', { cluster: 'east' })
  expect(keyOf(east)).toBe('TrafficSplit/shop/web')
  expect(clustersOf(east)).toEqual(['east'])
  expect(primaryCluster(east)).toBe('east')
  expect(primaryCluster(route('shop/web'))).toBeNull()
  expect(shortService('shop/web', 'shop')).toBe('web')
  expect(shortService('bank/web', 'shop')).toBe('bank/web')
})

it.each([
  [
    'fails over: shop/web has 0 of 2 ready, shop/east serves',
    'fails over: web has 0 of 2 ready, east serves',
  ],
  ['shop/web comes back', 'web comes back'],
  [
    'fails over to eshop/web, my.shop/web and e-shop/web',
    'fails over to eshop/web, my.shop/web and e-shop/web',
  ],
])('leaves the namespace out where it is that of the route: %s', (sentence, shorter) => {
  expect(sentenceOf({ sentence, namespace: 'shop' })).toBe(shorter)
})
