import { describe, expect, it } from 'vitest'
import type { AskedTier, PolicyLevel, PolicySections } from '../../core/policy/sections.ts'
import { gatewayCodecs } from '../gateway.ts'
import { ref, routeObject } from '../testing/gateway-objects.ts'
import { applyPolicies } from './policy.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

const read = (annotations: Record<string, string> = {}) =>
  http.read(
    routeObject(http, [[ref('web', 1), ref('web-east', 0), ref('web-west', 0)]], {
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [`failover.linkerd.io/${key}`, value]),
      ),
    }),
  )

const placeOf = (service: string) => /-(east|west)$/.exec(service)?.[1] ?? 'Local'
const named = (...names: string[]): AskedTier => ({
  backends: names.map((name) => ({ name, weight: undefined })),
})
const asked = (tiers: readonly AskedTier[], level: PolicyLevel = 'namespace'): PolicySections => ({
  tiers: { value: { tiers }, from: { policy: 'shop/all', level } },
})
const policyOf = (annotations: Record<string, string>, policies: PolicySections) =>
  applyPolicies(read(annotations), { policies }, placeOf).splits[0]

describe('tiers of a FailoverPolicy', () => {
  it('are found by cluster, by name, and as the rest', () => {
    const tiers = [{ clusters: ['Local'] }, named('web-west', 'nowhere'), 'rest'] as const
    expect(policyOf({}, asked(tiers))?.policy?.tiers).toEqual([
      { members: [0] },
      { members: [2] },
      { members: [1] },
    ])
  })

  it('have a backend once, in the first tier that has it', () => {
    const tiers = [{ clusters: ['east'] }, named('web-east', 'web'), 'rest'] as const
    expect(policyOf({}, asked(tiers))?.policy?.tiers.map(({ members }) => members)).toEqual([[1], [0], [2]])
  })

  it('make a route misconfigured that has none of the backends', () => {
    expect(policyOf({}, asked([named('nowhere')]))).toMatchObject({
      primary: undefined,
      problem: 'spec.rules[0] does not fail over: the FailoverPolicy shop/all names none of its backends',
    })
  })

  it('that make it misconfigured leave it no order by its annotations either', () => {
    const split = policyOf({ 'failback-after': '60s' }, asked([named('nowhere')]))
    expect([split?.problem === undefined, split?.policy]).toEqual([false, undefined])
  })

  it('of a policy that targets the route must not have a tier without any backend of it', () => {
    const tiers = [named('wbe'), 'rest'] as const
    expect(policyOf({}, asked(tiers, 'route'))?.problem).toContain(
      'the FailoverPolicy shop/all names no backend of the route in its tier 1; backends are: web',
    )
    expect(policyOf({}, asked(tiers, 'service'))?.policy?.tiers).toEqual([{ members: [0, 1, 2] }])
  })

  it('apply to a route that names its primary if they begin with it', () => {
    const annotations = { 'primary-service': 'web' }
    const members = (tiers: readonly AskedTier[]) =>
      policyOf(annotations, asked(tiers))?.policy?.tiers.map((tier) => tier.members)
    expect(members([{ clusters: ['Local'] }, { clusters: ['west'] }])).toEqual([[0], [2]])
    expect(members([{ clusters: ['west'] }, 'rest'])).toEqual([[0], [1, 2]])
  })

  it('yield to the annotation', () => {
    const annotations = { tiers: 'web-east; *' }
    expect(policyOf(annotations, asked([named('web')]))?.policy?.tiers).toEqual([
      { members: [1] },
      { members: [0, 2] },
    ])
  })
})

it('fills each section from the policy that an annotation does not have', () => {
  const from = { policy: 'shop/all', level: 'mesh' } as const
  const policies: PolicySections = {
    minReady: { value: { count: 3 }, from },
    failback: { value: { afterMs: 5000, atMostMs: 20_000, minReady: { count: 4, percent: 50 } }, from },
    failover: { value: { afterMs: 1000, whenDownMs: 0 }, from },
  }
  expect(policyOf({ 'min-ready': '2' }, policies)?.policy).toEqual({
    minReady: { count: 2 },
    failbackAfterMs: 5000,
    failbackAtMostMs: 20_000,
    failbackMinReady: { count: 4, percent: 50 },
    failoverAfterMs: 1000,
    tiers: [{ members: [0] }, { members: [1, 2] }],
  })
  expect(policyOf({ 'min-ready': 'many' }, policies)?.policy?.minReady).toEqual({ count: 3 })
})

it('is kept once for all routes that are alike', () => {
  const tiers = [{ clusters: ['Local'] }, { clusters: ['east'] }, 'rest'] as const
  expect(policyOf({}, asked(tiers))?.policy).toBe(policyOf({}, asked(tiers))?.policy)
})

it('applies other policies to the route as it is declared', () => {
  const route = read()
  const once = applyPolicies(route, { policies: asked([named('web')]) }, placeOf)
  expect(
    applyPolicies(once, { policies: asked([named('web-east')]) }, placeOf).splits[0]?.policy?.tiers,
  ).toEqual([{ members: [1] }])
  expect(applyPolicies(once, { policies: undefined }, placeOf)).toEqual(route)
})
