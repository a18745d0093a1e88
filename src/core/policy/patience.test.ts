import { describe, expect, it, test } from 'vitest'
import { judgeSplit } from '../judge.ts'
import { applyPlan } from '../plan.ts'
import { weightsOf } from '../split.ts'
import { splitOf } from '../testing/builders.ts'
import { History } from '../testing/history.ts'
import { readinessOf } from '../types.ts'
import { justSeen } from './patience.ts'
import type { Policy } from './types.ts'

const policyOf = (asked: Partial<Policy>): Policy => ({
  tiers: [{ members: [0] }, { members: [1, 2] }, { members: [3] }],
  minReady: { count: 2 },
  failbackAfterMs: 0,
  ...asked,
})
const all = readinessOf(4, 4)
const few = readinessOf(1, 4)
const none = readinessOf(0, 4)

/** `web` serves, and everything is well. */
const atHome = (asked: Partial<Policy>) =>
  new History({
    services: ['web', 'east', 'west', 'far'],
    primary: 0,
    weights: [1, 0, 0, 0],
    known: [all, all, all, all],
    drained: ['no', 'no', 'no', 'no'],
    since: [0, 0, 0, 0],
    policy: policyOf(asked),
  }).settled()
const weights = ({ split }: History) => weightsOf(split).join(' ')

describe('a backend that serves and has too few ready endpoints', () => {
  it('is left when that has lasted for as long as asked, and says so', () => {
    const history = atHome({ failoverAfterMs: 10_000 })
    history.turn(0, few)
    const { wait, wakeAt, sentence } = history.judgeAt(history.now)
    expect([wait, wakeAt]).toEqual([
      { what: 'failover', backend: 0, at: history.now + 10_000 },
      history.now + 10_000,
    ])
    expect(sentence).toBe(
      'on its primary: web has 1 of 4 endpoints ready (2 are asked for), and is left after 10s of that',
    )
    history.pass(9999)
    expect(weights(history)).toBe('1 0 0 0')
    history.pass(1)
    expect(weights(history)).toBe('0 1 1 0')
  })

  it('is left at once when it has none, unless it is asked otherwise', () => {
    const [history, patient] = [{}, { failoverWhenDownMs: 3000 }].map((asked) =>
      atHome({ failoverAfterMs: 10_000, ...asked }),
    )
    history?.turn(0, none)
    patient?.turn(0, none)
    expect([history, patient].map((one) => one && weights(one))).toEqual(['0 1 1 0', '1 0 0 0'])
    patient?.pass(3000)
    expect(patient && weights(patient)).toBe('0 1 1 0')
  })

  it('serves on after its time while the one beside it has none, and is not left yet', () => {
    const history = atHome({ failoverAfterMs: 10_000, failoverWhenDownMs: 4000 })
    history.turn(0, none)
    history.pass(4000)
    history.turn(1, few)
    history.pass(7000)
    history.turn(2, none)
    history.pass(3000)
    expect(weights(history)).toBe('0 1 1 0')
    history.pass(1000)
    expect(weights(history)).toBe('0 0 0 1')
  })

  it('keeps traffic that another client gave it while what should serve has none, and is not left yet', () => {
    const history = atHome({ failoverWhenDownMs: 4000, failbackAfterMs: 60_000 })
    history.turn(0, none)
    history.pass(4000)
    history.turn(0, all)
    history.turn(1, none)
    history.turn(2, none)
    expect(weights(history)).toBe('0 1 1 0')
    history.overwrite([1, 0, 0, 0])
    expect(weights(history)).toBe('1 0 0 0')
  })

  it('gets no traffic because what serves has none, and is not left yet', () => {
    const history = atHome({ failoverAfterMs: 10_000, failoverWhenDownMs: 4000 })
    history.turn(0, none)
    history.turn(1, few)
    history.pass(4000)
    expect(weights(history)).toBe('0 0 1 0')
    history.turn(2, none)
    expect(weights(history)).toBe('0 0 1 0')
  })

  it('has the whole time again once it has had enough', () => {
    const history = atHome({ failoverAfterMs: 10_000 })
    for (const known of [few, all, few]) {
      history.turn(0, known)
      history.pass(9000)
    }
    expect(weights(history)).toBe('1 0 0 0')
    history.pass(1000)
    expect(weights(history)).toBe('0 1 1 0')
  })

  it('counts the time in which its readiness was not known', () => {
    const history = atHome({ failoverAfterMs: 10_000 })
    history.turn(0, few)
    history.pass(5000)
    history.turn(0, { state: 'unknown', why: 'it is not listed' })
    history.pass(4000)
    history.turn(0, few)
    history.pass(999)
    expect(weights(history)).toBe('1 0 0 0')
    history.pass(1)
    expect(weights(history)).toBe('0 1 1 0')
  })

  it('has no time left that it has spent, though nothing else could serve meanwhile', () => {
    const history = atHome({ failoverAfterMs: 10_000, failoverWhenDownMs: 3000 })
    for (const other of [1, 2, 3]) history.turn(other, none)
    history.turn(0, none)
    history.pass(3000)
    expect(weights(history)).toBe('1 0 0 0')
    history.turn(0, few)
    history.turn(3, all)
    expect(weights(history)).toBe('0 0 0 1')
  })

  it('is left at once by a process that has not seen it lose them', () => {
    const history = atHome({ failoverAfterMs: 10_000 })
    history.turn(0, few)
    history.restart()
    expect(weights(history)).toBe('0 1 1 0')
  })

  it('is left at once for a drain', () => {
    const history = atHome({ failoverAfterMs: 10_000 })
    history.turn(0, few)
    history.drain(0, 'Allow')
    expect(weights(history)).toBe('0 1 1 0')
  })
})

it('of which no weight is above zero, the first tier that can serves at once: nothing was lost', () => {
  const look = (first: typeof all, isManual?: true) => {
    const policy = policyOf({ failbackAfterMs: 60_000, ...(isManual && { isManual }) })
    const split = splitOf({ web: 0, east: 0, west: 0, far: 0 }, { policy })
    const past = { ...justSeen, commitment: undefined }
    const { plan } = judgeSplit(split, ({ service }) => (service === 'web' ? first : all), { past })
    return weightsOf(applyPlan(split, plan)).join(' ')
  }
  expect([look(all), look(all, true)]).toEqual(['1 0 0 0', '1 0 0 0'])
  expect([look(few), look(none)]).toEqual(['0 1 1 0', '0 1 1 0'])
})

describe('a return', () => {
  /** How long a return took after each of so many failovers (ms). */
  const returns = (count: number, asked: Partial<Policy>, upMs = 0) => {
    const history = atHome({ minReady: { count: 1 }, failbackAfterMs: 1000, ...asked })
    return Array.from({ length: count }, () => {
      history.turn(0, none)
      history.turn(0, all)
      const from = history.now
      history.pass(100_000)
      const [back] = history.written.slice(-1)
      history.pass(upMs)
      return (back?.at ?? 0) - from
    })
  }

  test.each([
    [{}, [1000, 1000, 1000, 1000]],
    [{ failbackAtMostMs: 1000 }, [1000, 1000, 1000, 1000]],
  ])('waits always alike with %j', (asked, expected) => expect(returns(4, asked)).toEqual(expected))

  it('waits twice as long after each failover, up to what is asked', () => {
    const history = atHome({ minReady: { count: 1 }, failbackAfterMs: 1000, failbackAtMostMs: 5000 })
    const waited = [1, 2, 3, 4].map(() => {
      history.turn(0, none)
      history.turn(0, all)
      const { wakeAt = 0 } = history.judgeAt(history.now)
      const ms = wakeAt - history.now
      history.pass(ms)
      return ms
    })
    expect(waited).toEqual([1000, 2000, 4000, 5000])
  })

  it('forgets earlier failovers when the first tier has served for ten waits', () => {
    expect(returns(3, { failbackAtMostMs: 5000 }, 10_000)).toEqual([1000, 1000, 1000])
  })
})

it('without anything that is remembered, what has too few is left at once', () => {
  const split = splitOf(
    { web: 1, east: 0, west: 0, far: 0 },
    { policy: policyOf({ failoverAfterMs: 10_000 }) },
  )
  const { plan } = judgeSplit(split, ({ service }) => (service === 'web' ? few : all))
  expect(weightsOf(applyPlan(split, plan))).toEqual([0, 1, 1, 0])
})

it('is not borne in an earlier tier than the one that serves', () => {
  const split = splitOf(
    { web: 1, east: 1, west: 0, far: 0 },
    { policy: policyOf({ failoverWhenDownMs: 4000 }) },
  )
  const past = {
    now: 100,
    goodSince: () => 0,
    badSince: (backend: number) => (backend === 0 ? 50 : undefined),
    commitment: undefined,
  }
  const verdict = judgeSplit(split, ({ service }) => (service.endsWith('web') ? none : all), { past })
  expect(weightsOf(applyPlan(split, verdict.plan))).toEqual([0, 1, 1, 0])
})
