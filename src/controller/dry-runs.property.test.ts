import fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyPlan } from '../core/plan.ts'
import { weightsOf } from '../core/split.ts'
import { anyReadiness } from '../core/testing/worlds.ts'
import type { Readiness, ReadinessOf } from '../core/types.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { readFailoverPolicy } from '../policies/failover-policy.ts'
import { PolicyIndex } from '../policies/policy-index.ts'
import { policyObject, targets } from '../policies/testing/policy-objects.ts'
import { judgeRoute } from '../routes/judge.ts'
import { routeKey } from '../routes/key.ts'
import { placeOfRoute } from '../routes/policy/place.ts'
import { applyPolicies } from '../routes/policy/policy.ts'
import type { Route } from '../routes/route.ts'
import { trafficSplit } from '../routes/trafficsplit.ts'
import { DryRuns } from './dry-runs.ts'
import { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'

const services = ['web', 'east', 'west']
const anyTiers = fc.shuffledSubarray(services, { minLength: 1 })
const anySpec = fc.record({
  target: fc.constantFrom(targets.split('web'), targets.namespace('shop'), targets.mesh),
  createdAt: fc.nat(3),
  isDryRun: fc.boolean(),
  order: fc.option(anyTiers, { nil: undefined }),
  count: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  delay: fc.option(fc.constantFrom('1s', '3s'), { nil: undefined }),
  after: fc.option(fc.constantFrom('1s', '2s'), { nil: undefined }),
})
type Specs = readonly (readonly [Spec, number])[]
type Spec = typeof anySpec extends fc.Arbitrary<infer T> ? T : never

const policyOf = ({ target, createdAt, isDryRun, order, count, delay, after }: Spec, nth: number) =>
  readFailoverPolicy(
    policyObject(
      `shop/p${nth}`,
      {
        targetRefs: [target],
        ...(isDryRun ? { enforcement: 'DryRun' } : {}),
        ...(order ? { tiers: order.map((name) => ({ backends: [{ name }] })) } : {}),
        ...(count ? { minReady: { count } } : {}),
        ...(delay ? { failover: { after: delay } } : {}),
        ...(after ? { failback: { after } } : {}),
      },
      createdAt,
    ),
  )

const splitOf = (weights: readonly number[]): Route =>
  trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'web', uid: 'u', resourceVersion: '1' },
    spec: { service: 'web', backends: services.map((service, nth) => ({ service, weight: weights[nth] })) },
  })

/** What an operator with these policies writes in its life: the weights after each look, and when it looks again. */
class Life {
  /** Each look: the weights, when to look again, and why. */
  readonly real: unknown[] = []
  /** The shares of traffic that there would be. */
  readonly would: (readonly number[])[] = []
  readonly #clock = createManualClock()
  readonly #memory: PolicyMemory
  readonly #dryRuns: DryRuns
  #index = new PolicyIndex([], 'shop')
  readonly #known: Map<string, Readiness>
  #weights: readonly number[] = [1, 0, 0]

  constructor(specs: Specs, known: readonly Readiness[]) {
    this.#known = new Map(known.map((one, nth) => [`shop/${services[nth]}`, one]))
    const parts = { clock: this.#clock, memory: new RouteMemory(), readiness: this.#readiness }
    this.#memory = new PolicyMemory(parts)
    this.#dryRuns = new DryRuns({
      ...parts,
      circumstances: () => ({}),
      policies: this.#memory,
      onLook: (_, __, { splits: [after] }) => this.would.push(after ? sharesOf(weightsOf(after)) : []),
    })
    this.become(specs)
  }

  become(specs: Specs): void {
    const policies = specs.map(([spec, nth]) => policyOf(spec, nth))
    this.#index = new PolicyIndex(policies, 'shop')
    this.look()
  }

  get shares(): readonly number[] {
    return sharesOf(this.#weights)
  }

  async turn(nth: number, readiness: Readiness, ms: number): Promise<void> {
    this.#known.set(`shop/${services[nth]}`, readiness)
    this.look()
    await this.#clock.advance(ms)
    this.look()
  }

  look(): void {
    const declared = splitOf(this.#weights)
    const place = placeOfRoute(declared)
    const asked = { policies: this.#index.of(place), wouldBe: this.#index.wouldBe(place) }
    const route = applyPolicies(declared, asked, () => undefined)
    const key = routeKey(route)
    this.#dryRuns.see(key, route)
    this.#memory.see(key, route)
    const judged = judgeRoute(route, this.#readiness, { past: this.#memory.past(key, route) })
    const [verdict] = judged.verdicts
    if (!verdict) throw new Error('it has one split')
    const after = applyPlan(verdict.split, verdict.plan)
    this.#weights = weightsOf(after)
    this.#memory.decided(key, { kind: 'written', ...judged, after: route })
    this.#dryRuns.look(key, judged, { ...route, splits: [after] })
    this.real.push([this.#weights, verdict.wakeAt, verdict.sentence])
  }

  readonly #readiness: ReadinessOf = ({ service }) =>
    this.#known.get(service) ?? { state: 'unknown', why: 'it is not listed' }
}

const sharesOf = (weights: readonly number[]): number[] =>
  weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0))

const anyLife = fc.record({
  specs: fc.array(anySpec, { minLength: 1, maxLength: 5 }),
  known: fc.array(anyReadiness, { minLength: 3, maxLength: 3 }),
  turns: fc.array(fc.tuple(fc.nat(2), anyReadiness, fc.integer({ min: 0, max: 4000 })), { maxLength: 8 }),
})

/** A life with DryRuns, as `lived` has them, is as one without. */
const writesAlike = (lived: (spec: Spec) => Spec) =>
  fc.asyncProperty(anyLife, async ({ specs, known, turns }) => {
    const all = specs.map((spec, nth) => [spec, nth] as const)
    const one = new Life(
      all.map(([spec, nth]) => [lived(spec), nth] as const),
      known,
    )
    const other = new Life(
      all.filter(([{ isDryRun }]) => !isDryRun),
      known,
    )
    for (const turn of turns) {
      await one.turn(...turn)
      await other.turn(...turn)
      expect(one.real).toEqual(other.real)
    }
  })

it('a DryRun writes what its absence writes', () =>
  fc.assert(
    writesAlike((spec) => spec),
    { numRuns: 500 },
  ))

it('which is noticed of one that is followed', async () => {
  const { failed } = await fc.check(
    writesAlike((spec) => ({ ...spec, isDryRun: false })),
    { numRuns: 500 },
  )
  expect(failed).toBe(true)
})

it('what is said of a DryRun is what happens if it is enforced, from the beginning or later', () =>
  fc.assert(
    fc.asyncProperty(anyLife, fc.nat(8), async ({ specs, known, turns }, from) => {
      const all = specs.map((spec, nth) => [spec, nth] as const)
      const enforced = all.map(([spec, nth]) => [{ ...spec, isDryRun: false }, nth] as const)
      const before = from > 0 ? all.filter(([{ isDryRun }]) => !isDryRun) : undefined
      const [one, other] = [new Life(before ?? all, known), new Life(before ?? enforced, known)]
      for (const [nth, turn] of turns.entries()) {
        if (nth + 1 === from) one.become(all)
        if (nth + 1 === from) other.become(enforced)
        await one.turn(...turn)
        await other.turn(...turn)
        if (nth + 1 >= from) expect(one.would.at(-1)).toEqual(other.shares)
      }
    }),
    { numRuns: 1000 },
  ))
