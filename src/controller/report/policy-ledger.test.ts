import { beforeEach, describe, expect, it } from 'vitest'
import type { PolicySections } from '../../core/policy/sections.ts'
import { unknownBecause } from '../../core/readiness.ts'
import { readinessOf } from '../../core/types.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import type { Share } from '../../policies/policy-index.ts'
import { judgeRoute } from '../../routes/judge.ts'
import { applyPolicies } from '../../routes/policy/policy.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { RouteMemory } from '../memory.ts'
import { PolicyLedger } from './policy-ledger.ts'

const keyOf = (name: string) => `TrafficSplit/shop/${name}` as const
const from = { policy: 'shop/web', level: 'route' } as const
const sections: PolicySections = {
  tiers: { value: { tiers: [{ backends: [{ name: 'web', weight: undefined }] }, 'rest'] }, from },
  failback: { value: { afterMs: 60_000 }, from },
}

let clock: ReturnType<typeof createManualClock>
let memory: RouteMemory
let changed: string[]
let shares: readonly Share[]
let ledger: PolicyLedger
let why: string | undefined
beforeEach(() => {
  clock = createManualClock()
  memory = new RouteMemory()
  changed = []
  why = undefined
  shares = [{ policy: 'shop/all', level: 'namespace', follows: 'all' }]
  ledger = new PolicyLedger({
    clock,
    memory,
    sharesOf: () => shares,
    lost: () => undefined,
    whyOf: ({ sentence }) => why ?? sentence,
    onChange: (policy) => changed.push(policy),
  })
})

interface Looked {
  /** Whether `web` and `east` get traffic. */
  readonly weights?: readonly [number, number]
  /** Which of them are ready; of neither is anything known. */
  readonly ready?: readonly [boolean, boolean] | 'unknown'
  readonly name?: string
  readonly isPaused?: boolean
  /** How many endpoints each of them has; all or none are ready. */
  readonly listed?: number
  readonly asked?: PolicySections
}

/** Tiers that cannot be understood: no backend has the name. */
const typo: PolicySections = {
  tiers: { value: { tiers: [{ backends: [{ name: 'wbe', weight: undefined }] }, 'rest'] }, from },
}

/** A look at a route over `web` and `east`. */
function look(looked: Looked = {}): void {
  const { weights = [1, 0], ready = [true, true], name = 'web', isPaused = false } = looked
  const { listed = 2, asked = sections } = looked
  const declared = trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    metadata: {
      namespace: 'shop',
      name,
      uid: name,
      annotations: { 'failover.linkerd.io/paused': String(isPaused) },
    },
    spec: {
      service: name,
      backends: [
        { service: 'web', weight: weights[0] },
        { service: 'east', weight: weights[1] },
      ],
    },
  })
  const route = applyPolicies(declared, { policies: asked }, () => undefined)
  const past = { now: clock.now(), goodSince: () => clock.now(), commitment: undefined }
  const judged = judgeRoute(
    route,
    ({ service }) =>
      ready === 'unknown'
        ? unknownBecause('it is not listed')
        : readinessOf(ready[service === 'shop/web' ? 0 : 1] ? listed : 0, listed),
    { past: () => past },
  )
  ledger.see(keyOf(name), judged, route)
}

/** What it says of a policy: total, away, waiting, dark; then partly and wholly overridden. */
function counts(policy = 'shop/all'): number[] {
  const { routes, overridden } = ledger.of(policy)
  return [routes.total, routes.away, routes.waiting, routes.dark, overridden.partly, overridden.wholly]
}

describe('the counts of a policy', () => {
  it('are those of no routes at first', () => expect(counts()).toEqual([0, 0, 0, 0, 0, 0]))

  it.each<[string, Looked, number[]]>([
    ['on its first tier', {}, [1, 0, 0, 0, 0, 0]],
    ['away from it', { weights: [0, 1], ready: [false, true] }, [1, 1, 0, 0, 0, 0]],
    ['that waits for its return', { weights: [0, 1] }, [1, 1, 1, 0, 0, 0]],
    ['of which nothing is ready', { ready: [false, false] }, [1, 0, 0, 1, 0, 0]],
    [
      'away from it of which nothing is ready',
      { weights: [0, 1], ready: [false, false] },
      [1, 1, 0, 1, 0, 0],
    ],
    ['away from it of which nothing is known', { weights: [0, 1], ready: 'unknown' }, [1, 1, 0, 0, 0, 0]],
    ['that is paused away from it', { weights: [0, 1], isPaused: true }, [1, 1, 0, 0, 0, 0]],
    ['that is paused on it', { isPaused: true, ready: [false, true] }, [1, 0, 0, 0, 0, 0]],
    ['of which nobody can say which tier is the first', { asked: typo }, [1, 1, 0, 0, 0, 0]],
    ['with traffic on a later tier, too', { weights: [1, 1], isPaused: true }, [1, 1, 0, 0, 0, 0]],
  ])('have a route %s', (_, looked, expected) => {
    look(looked)
    expect(counts()).toEqual(expected)
  })

  it('follow a route from look to look, and count it once', () => {
    look()
    look({ weights: [0, 1], ready: [false, true] })
    look({ weights: [0, 1] })
    look()
    look({ name: 'cart' })
    expect(counts()).toEqual([2, 0, 0, 0, 0, 0])
  })

  it('forget a route that is gone', () => {
    look()
    memory.forget(keyOf('web'))
    expect(counts()).toEqual([0, 0, 0, 0, 0, 0])
    expect(changed).toEqual(['shop/all', 'shop/all'])
  })

  it('forget a route that follows it no more, and have it of the next one', () => {
    look()
    shares = [{ policy: 'mesh/all', level: 'mesh', follows: 'all' }]
    look()
    expect([counts('shop/all')[0], counts('mesh/all')[0]]).toEqual([0, 1])
    shares = []
    look()
    expect(counts('mesh/all')[0]).toBe(0)
    expect(changed).toEqual(['shop/all', 'shop/all', 'mesh/all', 'mesh/all'])
  })

  it('tell whether others decide some of what it asks for, or all of it', () => {
    shares = [
      { policy: 'shop/web', level: 'namespace', follows: 'all' },
      { policy: 'shop/some', level: 'mesh', follows: 'some' },
      { policy: 'shop/none', level: 'mesh', follows: 'none' },
    ]
    look({ weights: [0, 1], ready: [false, true] })
    expect(counts('shop/web')).toEqual([1, 1, 0, 0, 0, 0])
    expect(counts('shop/some')).toEqual([1, 1, 0, 0, 1, 0])
    // Whatever becomes of the route is none of its doing.
    expect(counts('shop/none')).toEqual([0, 0, 0, 0, 0, 1])
  })
})

describe('a change', () => {
  it('is reported once, and a look that finds all as before reports none', () => {
    look()
    look()
    expect(changed).toEqual(['shop/all'])
    look({ weights: [0, 1], ready: [false, true] })
    // What was, and what is.
    expect(changed.slice(1)).toEqual(['shop/all', 'shop/all'])
  })

  it('of thousands of routes leaves the counts right, however many ways there are to follow policies', () => {
    for (let nth = 0; nth < 3000; nth += 1) {
      shares = [{ policy: `shop/p${nth % 1500}`, level: 'namespace', follows: 'all' }]
      look({ name: `web${nth}` })
    }
    expect([counts('shop/p0')[0], counts('shop/p1499')[0]]).toEqual([2, 2])
    for (let nth = 0; nth < 3000; nth += 1) memory.forget(keyOf(`web${nth}`))
    expect([counts('shop/p0')[0], counts('shop/p1499')[0]]).toEqual([0, 0])
  })
})

describe('the splits of a route that a policy targets by name', () => {
  beforeEach(() => {
    shares = [{ policy: 'shop/web', level: 'route', follows: 'all' }]
  })
  const split = () => ledger.splits(keyOf('web'))?.[0]

  it('are kept for no other route', () => {
    shares = [{ policy: 'shop/all', level: 'mesh', follows: 'all' }]
    look()
    expect(ledger.splits(keyOf('web'))).toBeUndefined()
  })

  it('say which tier serves, and why', () => {
    look()
    expect(split()).toMatchObject({ tier: 1, waits: undefined, until: undefined })
    expect(split()?.why).toContain('shop/web has 2 of 2 endpoints ready')
    look({ weights: [0, 1], ready: [false, true] })
    expect(split()).toMatchObject({ tier: 2, waits: undefined })
  })

  it('say what it waits for, and until when', () => {
    look({ weights: [0, 1] })
    expect(split()).toMatchObject({
      tier: 2,
      waits: 'return',
      until: clock.wallTime().getTime() + 60_000,
    })
  })

  it('do not change with each look at the same wait', async () => {
    look({ weights: [0, 1] })
    const before = { split: split(), changed: changed.length }
    await clock.advance(400)
    look({ weights: [0, 1] })
    expect({ split: split(), changed: changed.length }).toEqual(before)
    await clock.advance(5_000)
    look({ weights: [0, 1] })
    expect(changed.length).toBe(before.changed + 1)
  })

  it('do not change if only other numbers of endpoints are ready, or listed', () => {
    look({ weights: [0, 1], ready: [false, true] })
    const before = { split: split(), changed: changed.length }
    look({ weights: [0, 1], ready: [false, true], listed: 3 })
    look({ weights: [0, 1], ready: [false, true], listed: 12 })
    expect({ split: split(), changed: changed.length }).toEqual(before)
    look({ weights: [0, 1], ready: [false, false], listed: 12 })
    expect(split()?.why).not.toBe(before.split?.why)
  })

  it.each([
    ['shop/web has 1 of 4 endpoints ready', 'shop/web has 3 of 5 endpoints ready', false],
    ['shop/web has 0 of 4 endpoints ready', 'shop/web has 0 of 2 endpoints ready', false],
    ['shop/web has 0 of 4 endpoints ready', 'shop/web has 1 of 4 endpoints ready', true],
    ['shop/web has 1 of 4 endpoints ready', 'shop/web has 1 of 4 endpoints ready, needs 2', true],
  ])('from "%s" to "%s" are written: %s', (before, after, isWritten) => {
    why = before
    look()
    const count = changed.length
    why = after
    look({ listed: 3 })
    expect([split()?.why, changed.length > count]).toEqual(isWritten ? [after, true] : [before, false])
  })

  it('are forgotten with the route, and when the policy is gone', () => {
    look()
    shares = []
    look()
    expect(split()).toBeUndefined()
    shares = [{ policy: 'shop/web', level: 'route', follows: 'all' }]
    look()
    memory.forget(keyOf('web'))
    expect(split()).toBeUndefined()
  })
})
