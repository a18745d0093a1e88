import { describe, expect, it } from 'vitest'
import { readinessOf } from '../../core/types.ts'
import type { KubeError } from '../../kube/errors.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { UnansweredWrites } from './unanswered-writes.ts'

const routeOf = (weights: number[], generation: number, uid = 'u', annotations = {}) =>
  trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    metadata: { namespace: 'shop', name: 'web', uid, generation, annotations },
    spec: { backends: weights.map((weight, index) => ({ service: `s${index}`, weight })) },
  })

/** A route with the weights that it gets while only these Services are ready. */
const wanted = (
  weights: number[],
  generation: number,
  ready: readonly string[],
  uid?: string,
  notes?: object,
) =>
  judgeRoute(routeOf(weights, generation, uid, notes), ({ service }) =>
    readinessOf(ready.some((name) => service.endsWith(name)) ? 1 : 0, 1),
  )

const failingOver = wanted([1, 0, 0], 1, ['s1'])
const toBoth = wanted([1, 0, 0], 1, ['s1', 's2'])
const failedOver = routeOf([0, 1, 0], 2)
const cause = { at: 7 }
const primaryKey = 'failover.linkerd.io/primary-service'
const named = { [primaryKey]: 's1' }
const lost = { kind: 'timeout', message: 'no answer' } as const
const refused = { kind: 'invalid', message: 'a test failed' } as const
const unsent = { kind: 'unreachable', message: 'no connection' } as const

/** Writes to one route, of which the first moves it from 1/0/0 at generation 1 to 0/1/0, and is under way. */
function setUp() {
  const clock = createManualClock()
  const state = { leads: true }
  const writes = new UnansweredWrites({ clock, leads: () => state.leads })
  const key = 'TrafficSplit/shop/web'
  const begin = (judged = failingOver) => writes.begin(key, judged, cause)
  const first = begin()
  return {
    clock,
    begin,
    first,
    end: (write: typeof first, error?: KubeError) => writes.end(key, write, error),
    see: (route?: ReturnType<typeof routeOf>) => writes.see(key, route),
    landed: () => writes.takeLate(key),
    lateKeys: () => [...writes.lateKeys()],
    forget: () => writes.forget(),
    /** This replica has the lead, or has it no more. */
    lead: (leads: boolean) => {
      state.leads = leads
    },
  }
}

describe('a write whose answer was lost', () => {
  it('has landed once the route is seen as the write leaves it, and is told of once', () => {
    const { first, end, see, landed } = setUp()
    end(first, lost)
    see(routeOf([1, 0, 0], 1))
    expect(landed()).toBeUndefined()
    see(failedOver)
    expect(landed()).toEqual({ ...failingOver, cause, after: failedOver })
    expect(landed()).toBeUndefined()
  })

  it('is recognised also if it was seen before it was known to be lost, and the route went on', () => {
    const { first, end, see, landed } = setUp()
    see(failedOver)
    see(routeOf([3, 3, 0], 3))
    end(first, lost)
    expect(landed()?.after).toBe(failedOver)
  })

  it.each([
    ['a second try of it was refused', failingOver, refused],
    ['a second try of it was not sent', failingOver, unsent],
    ['another write to the same state was refused', toBoth, refused],
    ['another write to the same state was not sent', toBoth, unsent],
    ['another write to the same state was not answered either', toBoth, lost],
  ])('has landed also if %s, before or after the route was seen', (_, again, error) => {
    for (const order of [0, 1]) {
      const { begin, first, end, see, landed } = setUp()
      end(first, lost)
      const second = begin(again)
      if (order === 0) see(failedOver)
      end(second, error)
      if (order === 1) see(failedOver)
      expect(landed()).toEqual({ ...failingOver, cause, after: failedOver })
      expect(landed()).toBeUndefined()
    }
  })

  const switching = wanted([1, 0, 0], 1, ['s1'], 'u', named)
  it.each([
    ['the second', 'as it is then', named, switching],
    ['the second', 'where it has been changed once more', { [primaryKey]: 's2' }, switching],
    ['the first', 'where it has been changed back', {}, failingOver],
  ])('has landed as %s of two that differ by the primary alone, %s', (_, __, notes, judged) => {
    const { begin, first, end, see, landed } = setUp()
    end(first, lost)
    see(routeOf([1, 0, 0], 1, 'u', named))
    end(begin(switching), lost)
    const after = routeOf([0, 1, 0], 2, 'u', notes)
    see(after)
    expect(landed()).toEqual({ ...judged, cause, after })
    expect(landed()).toBeUndefined()
  })

  it('has not landed where another one has', () => {
    const { begin, first, end, see, landed } = setUp()
    end(first, lost)
    end(begin(toBoth), lost)
    const after = routeOf([0, 1, 1], 2)
    see(after)
    expect(landed()).toEqual({ ...toBoth, cause, after })
    see(routeOf([0, 1, 0], 3))
    expect(landed()).toBeUndefined()
  })

  it.each([
    ['it was answered when it was tried again', failingOver, undefined],
    ['another write to the same state was answered', toBoth, undefined],
    ['a later write began from another state', wanted([1, 0, 0], 2, ['s1']), refused],
    ['a later write began from another object', wanted([1, 0, 0], 1, ['s1'], 'other'), refused],
  ])('has not landed where %s', (_, again, error) => {
    const { begin, first, end, see, landed } = setUp()
    end(first, lost)
    end(begin(again), error)
    see(failedOver)
    expect(landed()).toBeUndefined()
  })

  it.each([
    ['has other weights', routeOf([3, 3, 0], 2)],
    ['has other backends', routeOf([0, 1], 2)],
    ['came there by more than one change', routeOf([0, 1, 0], 3)],
    ['is another object of that name', routeOf([0, 1, 0], 2, 'other')],
  ])('has not landed where the route %s', (_, after) => {
    const { first, end, see, landed } = setUp()
    end(first, lost)
    see(after)
    see(failedOver)
    expect(landed()).toBeUndefined()
  })

  it.each([
    ['it is too long ago', async ({ clock }: ReturnType<typeof setUp>) => clock.advance(76_000)],
    ['the route is gone', async ({ see }: ReturnType<typeof setUp>) => see(undefined)],
    ['another may have made the same', async ({ forget }: ReturnType<typeof setUp>) => forget()],
  ])('is forgotten when %s', async (_, happen) => {
    const set = setUp()
    set.end(set.first, lost)
    await happen(set)
    set.see(failedOver)
    expect(set.landed()).toBeUndefined()
  })

  it('is remembered from its last try on, however many others there are', async () => {
    const { clock, begin, first, end, see, landed } = setUp()
    end(first, lost)
    await clock.advance(50_000)
    end(begin(toBoth), lost)
    end(begin(), refused)
    await clock.advance(50_000)
    see(failedOver)
    expect(landed()).toBeDefined()
  })

  it('is forgotten as the oldest of seventeen', () => {
    const services = ['s1', 's2', 's3', 's4', 's5']
    const subsets = Array.from({ length: 17 }, (_, number) =>
      services.filter((_, place) => (number + 1) & (1 << place)),
    )
    const seen = (ready: string[], count: number) => {
      const { begin, end, see, landed } = setUp()
      for (const some of subsets.slice(0, count)) end(begin(wanted([1, 0, 0, 0, 0, 0], 1, some)), lost)
      see(routeOf([0, ...services.map((name) => (ready.includes(name) ? 1 : 0))], 2))
      return landed() !== undefined
    }
    expect([seen(['s1'], 16), seen(['s1'], 17), seen(['s2'], 17)]).toEqual([true, false, true])
  })
})

describe('a write whose answer was lost, and which is seen to be applied after the lead was lost', () => {
  const seenByStandby = () => {
    const set = setUp()
    set.end(set.first, lost)
    set.lead(false)
    set.see(failedOver)
    return set
  }

  it('has landed once it is known that nobody else has led: when the lead is ours again', () => {
    const { lead, landed, lateKeys } = seenByStandby()
    expect([landed(), lateKeys()]).toEqual([undefined, ['TrafficSplit/shop/web']])
    lead(true)
    expect(landed()?.after).toBe(failedOver)
    expect([landed(), lateKeys()]).toEqual([undefined, []])
  })

  it('is remembered whatever becomes of the route, and whatever is tried and not sent', () => {
    const { begin, end, see, lead, landed } = seenByStandby()
    see(routeOf([1, 0, 0], 3))
    end(begin(wanted([1, 0, 0], 3, ['s1'])), unsent)
    see(undefined)
    lead(true)
    expect(landed()?.after).toBe(failedOver)
  })

  it('has not landed where another may have made the same before it was known', () => {
    const { forget, lead, landed } = seenByStandby()
    forget()
    lead(true)
    expect(landed()).toBeUndefined()
  })
})

it('a write that was seen to be applied while this replica led is its own, whoever leads after it', () => {
  const { first, end, see, lead, forget, landed } = setUp()
  see(failedOver)
  lead(false)
  forget()
  end(first, lost)
  expect(landed()?.after).toBe(failedOver)
})

it.each([
  ['was answered', undefined],
  ['was refused', refused],
  ['was not sent', { kind: 'notLeader', message: 'not sent' } as const],
])('a write that %s is no mystery, before or after the route was seen', (_, error) => {
  for (const order of [0, 1]) {
    const { first, end, see, landed } = setUp()
    if (order === 0) see(failedOver)
    end(first, error)
    if (order === 1) see(failedOver)
    expect(landed()).toBeUndefined()
  }
})
