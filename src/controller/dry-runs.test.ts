import { beforeEach, describe, expect, it } from 'vitest'
import { applyPlan } from '../core/plan.ts'
import type { PolicySections } from '../core/policy/sections.ts'
import { weightsOf } from '../core/split.ts'
import { type Readiness, readinessOf } from '../core/types.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { gatewayCodecs } from '../routes/gateway.ts'
import { judgeRoute } from '../routes/judge.ts'
import { routeKey } from '../routes/key.ts'
import { applyPolicies } from '../routes/policy/policy.ts'
import { ref, routeObject } from '../routes/testing/gateway-objects.ts'
import { DryRuns } from './dry-runs.ts'
import { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'

const http = gatewayCodecs.find(({ kind }) => kind === 'HTTPRoute')
if (!http) throw new Error('there is an HTTPRoute')
const { read } = http
const objectOf = (rules: Parameters<typeof routeObject>[1]) => routeObject(http, rules, {})

let policies: PolicyMemory
let dryRuns: DryRuns
let counts: Record<string, number>
let wouldBe: PolicySections
let would: string[]
const readiness = ({ service }: { service: string }): Readiness => readinessOf(counts[service] ?? 4, 4)

beforeEach(() => {
  counts = {}
  const parts = { clock: createManualClock(), memory: new RouteMemory(), readiness }
  policies = new PolicyMemory(parts)
  dryRuns = new DryRuns({
    ...parts,
    circumstances: () => ({}),
    policies,
    onLook: (_, __, { splits }) => {
      would = splits.map((split) => weightsOf(split).join(' '))
    },
  })
})

/** What a look makes really of rules, each with the weight of the first of its two backends. */
function look(...rules: readonly [string, string, number][]): string[] {
  const refs = rules.map(([one, other, weight]) => [ref(one, weight), ref(other, 1 - weight)])
  const declared = read(objectOf(refs))
  const route = applyPolicies(declared, { policies: undefined, wouldBe }, () => undefined)
  const key = routeKey(route)
  dryRuns.see(key, route)
  policies.see(key, route)
  const judged = judgeRoute(route, readiness, { past: policies.past(key, route) })
  const splits = judged.verdicts.map(({ split, plan }) => applyPlan(split, plan))
  dryRuns.look(key, judged, { ...route, splits })
  return splits.map((split) => weightsOf(split).join(' '))
}

const from = { policy: 'shop/web', level: 'route' } as const

describe('a rule goes on as it would be after an edit that inserts another one before it', () => {
  it('if it would await approval', () => {
    wouldBe = { failback: { value: { afterMs: 0, isManual: true }, from } }
    look(['web', 'east', 1])
    counts = { 'shop/web': 0 }
    expect(look(['web', 'east', 1])).toEqual(['0 1'])
    counts = {}
    expect(look(['web', 'east', 0])).toEqual(['1 0'])
    expect(would).toEqual(['0 1'])
    expect(look(['cart', 'cart2', 1], ['web', 'east', 1])).toEqual(['1 0', '1 0'])
    expect(would).toEqual(['1 0', '0 1'])
  })

  it('if it would hold its weights', () => {
    wouldBe = { minReady: { value: { count: 2 }, from } }
    counts = { 'shop/web': 1 }
    expect(look(['web', 'east', 1])).toEqual(['1 0'])
    expect(would).toEqual(['0 1'])
    counts = { 'shop/web': 0, 'shop/east': 0 }
    expect(look(['cart', 'cart2', 1], ['web', 'east', 1])).toEqual(['1 0', '1 0'])
    expect(would).toEqual(['1 0', '0 1'])
  })
})
