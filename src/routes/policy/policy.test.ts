import { describe, expect, it, test } from 'vitest'
import { parseDuration } from '../../base/duration.ts'
import { judgeSplit } from '../../core/judge.ts'
import { applyPlan } from '../../core/plan.ts'
import { weightsOf } from '../../core/split.ts'
import { type Readiness, readinessOf } from '../../core/types.ts'
import { gatewayCodecs } from '../gateway.ts'
import { type Ref, ref, routeObject } from '../testing/gateway-objects.ts'
import { trafficSplit } from '../trafficsplit.ts'
import { readPolicy } from './annotations.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

const annotationsOf = (some: Record<string, string>) =>
  Object.fromEntries(Object.entries(some).map(([key, value]) => [`failover.linkerd.io/${key}`, value]))

/** The only split of a TrafficSplit with these annotations (without their prefix). */
const splitWith = (annotations: Record<string, string>, services = ['web', 'east', 'west', 'far']) => {
  const object = {
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'web', uid: 'u1', annotations: annotationsOf(annotations) },
    spec: {
      service: 'apex',
      backends: services.map((service, index) => ({ service, weight: index === 0 ? 100 : 0 })),
    },
  }
  const [split] = trafficSplit.read(object).splits
  if (!split) throw new Error('a TrafficSplit has one split')
  return split
}

const routeWith = (tiers: string, ...rules: Ref[][]) =>
  http.read(routeObject(http, rules, { annotations: annotationsOf({ tiers }) })).splits

describe('tiers', () => {
  test.each([
    ['web; east', [{ members: [0] }, { members: [1] }]],
    ['web; *', [{ members: [0] }, { members: [1, 2, 3] }]],
    ['*', [{ members: [0, 1, 2, 3] }]],
    [' west ,web ; far', [{ members: [2, 0] }, { members: [3] }]],
    ['shop/web; east', [{ members: [0] }, { members: [1] }]],
    ['web=70,east=30; west; *', [{ members: [0, 1], weights: [70, 30] }, { members: [2] }, { members: [3] }]],
    [
      'web = 2, east; west=0, far',
      [
        { members: [0, 1], weights: [2, 1] },
        { members: [2, 3], weights: [0, 1] },
      ],
    ],
  ])('%j', (text, tiers) => {
    expect(splitWith({ tiers: text })).toMatchObject({
      problem: undefined,
      policy: { tiers, minReady: { count: 1 }, failbackAfterMs: 0 },
    })
  })

  test.each([
    ['', 'cannot be used: its tier 1 is empty; name a backend, or remove the semicolon'],
    ['web;;east', 'cannot be used: its tier 2 is empty; name a backend, or remove the semicolon'],
    ['web;', 'cannot be used: its tier 2 is empty; name a backend, or remove the semicolon'],
    [
      '*; web',
      'cannot be used: its tier 1 has "*", which stands for the rest; make it a tier of its own, the last one',
    ],
    [
      'web, *',
      'cannot be used: its tier 1 has "*", which stands for the rest; make it a tier of its own, the last one',
    ],
    ['web,', 'cannot be used: its tier 1 has ""; write name or name=weight'],
    ['web east', 'cannot be used: its tier 1 has "web east"; write name or name=weight'],
    ['web=-1', 'cannot be used: its tier 1 has "web=-1"; write name or name=weight'],
    ['web=70%', 'cannot be used: its tier 1 has "web=70%"; write name or name=weight'],
    ['web=0.5', 'cannot be used: its tier 1 has "web=0.5"; write name or name=weight'],
    ['web=9999999', 'cannot be used: its tier 1 has the weight 9999999; 1000000 is the most'],
    ['web=1000000', 'gives "web" the weight 1000000; 429496 is the most that this kind carries'],
    ['web=0, east=0; west=0', 'gives every backend the weight 0; one must be able to serve'],
    ['web; east, web', 'names "web" twice; a backend is in one tier, once'],
    ['wbe; east', 'names "wbe", but no backend has that name; backends are: web, east, west, far'],
    [
      'other/web; east',
      'names "other/web", but no backend has that name; backends are: web, east, west, far',
    ],
    ['a;b;c;d;e;f;g;h;i', 'cannot be used: it has 9 tiers; 8 are the most'],
    [
      'x'.repeat(10_000),
      `names "${'x'.repeat(80)}…", but no backend has that name; backends are: web, east, west, far`,
    ],
  ])('%.20j makes no sense: nothing moves', (text, problem) => {
    const split = splitWith({ tiers: text })
    expect(split.policy).toBeUndefined()
    expect(split.problem).toBe(`annotation failover.linkerd.io/tiers ${problem}`)
    expect(judgeSplit(split, () => readinessOf(0, 1)).plan).toEqual([])
  })

  it('have the annotated primary in the first one', () => {
    expect(splitWith({ tiers: 'east, web; far', 'primary-service': 'web' })).toMatchObject({
      policy: { tiers: [{ members: [1, 0] }, { members: [3] }] },
    })
    expect(splitWith({ tiers: 'web; east', 'primary-service': 'east' }).problem).toBe(
      'annotation failover.linkerd.io/tiers does not have the annotated primary in its first tier; remove one of the two annotations, or make them agree',
    )
  })

  it('of a Gateway API route are those of each of its rules', () => {
    const [first, second] = routeWith(
      'web; api, east; west',
      [ref('web', 1), ref('east', 0)],
      [ref('api', 1), ref('west', 0), ref('old', 0)],
    )
    expect(first?.policy?.tiers).toEqual([{ members: [0] }, { members: [1] }])
    expect(second?.policy?.tiers).toEqual([{ members: [0] }, { members: [1] }])
    expect(second?.primary).toBe('shop/api')
  })

  it('may name the backend of a rule that has only one, which is left alone', () => {
    const splits = routeWith('web; api, east', [ref('web', 1), ref('east', 0)], [ref('api', 1)])
    expect(splits.map(({ policy }) => policy?.tiers)).toEqual([[{ members: [0] }, { members: [1] }]])
  })

  it('that name no backend of a rule leave that rule alone', () => {
    const [first, second] = routeWith(
      'web; east',
      [ref('web', 1), ref('east', 0)],
      [ref('api', 1), ref('west', 0)],
    )
    expect(first?.problem).toBeUndefined()
    expect(second?.problem).toBe(
      'spec.rules[1] does not fail over: annotation failover.linkerd.io/tiers names none of its backends',
    )
  })

  it('can name a port, and all ports by the name alone', () => {
    const rule = [ref('web', 1), ref('web', 0, { port: 81 }), ref('east', 0)]
    expect(routeWith('web:81; east', rule)[0]?.policy?.tiers).toEqual([{ members: [1] }, { members: [2] }])
    expect(routeWith('web; east', rule)[0]?.policy?.tiers).toEqual([{ members: [0, 1] }, { members: [2] }])
    expect(routeWith('web:81; web; east', rule)[0]?.problem).toContain('names "web" twice')
  })
})

describe('a threshold and a wait without tiers', () => {
  it('concern the primary, then all others', () => {
    expect(splitWith({ 'min-ready': '2' }).policy).toEqual({
      tiers: [{ members: [0] }, { members: [1, 2, 3] }],
      minReady: { count: 2 },
      failbackAfterMs: 0,
    })
    expect(splitWith({ 'failback-after': '1m30s', 'primary-service': 'east' }).policy).toEqual({
      tiers: [{ members: [1] }, { members: [0, 2, 3] }],
      minReady: { count: 1 },
      failbackAfterMs: 90_000,
    })
  })

  test.each([
    [
      { 'min-ready': '0' },
      'failover.linkerd.io/min-ready is "0" and is ignored; write a count from 1 to 10000',
    ],
    [
      { 'min-ready': '50%' },
      'failover.linkerd.io/min-ready is "50%" and is ignored; write a count from 1 to 10000',
    ],
    [
      { 'min-ready': '99999' },
      'failover.linkerd.io/min-ready is "99999" and is ignored; write a count from 1 to 10000',
    ],
    [
      { 'failback-after': '60' },
      'failover.linkerd.io/failback-after is "60" and is ignored; write a duration of at most 24h, such as 60s or 1m30s',
    ],
  ])('%j is left out, and costs no failover', (annotations, ignored) => {
    const split = splitWith(annotations)
    expect(split).toMatchObject({
      problem: undefined,
      policy: { minReady: { count: 1 }, failbackAfterMs: 0 },
    })
    const messages = readPolicy(annotationsOf(annotations))?.ignored.map(({ message }) => message)
    expect(messages).toEqual([`annotation ${ignored}`])
    const down: Readiness = { state: 'down', ready: 0, total: 1 }
    const lost = judgeSplit(split, ({ service }) => (service === 'shop/web' ? down : readinessOf(1, 1)))
    expect(weightsOf(applyPlan(split, lost.plan))).toEqual([0, 100, 100, 100])
  })

  it('are not asked for by a route without these annotations', () => {
    expect(splitWith({}).policy).toBeUndefined()
    expect(readPolicy({ other: 'x' })).toBeUndefined()
  })
})

describe('a duration', () => {
  test.each([
    ['60s', 60_000],
    ['1m30s', 90_000],
    ['24h', 86_400_000],
    ['500ms', 500],
    ['1h2m3s4ms', 3_723_004],
    ['0s', 0],
    [' 5m ', 300_000],
  ])('%j', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each(['', '60', '1.5s', '-1s', '1d', '25h', '100000s', '1s1s1s1s1s', 'PT1M', '1 m'])(
    '%j is none',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  )
})
