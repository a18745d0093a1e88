import fc from 'fast-check'
import { expect, it } from 'vitest'
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
import { RouteMemory } from './memory.ts'
import { PolicyMemory } from './policy-memory.ts'

const http = gatewayCodecs.find(({ kind }) => kind === 'HTTPRoute')
if (!http) throw new Error('there is an HTTPRoute')
const { read } = http
const objectOf = (rules: Parameters<typeof routeObject>[1], name: string) =>
  routeObject(http, rules, { name })

const from = { policy: 'shop/web', level: 'route' } as const
const rules = ['web', 'cart', 'pay']
const anySections = fc.record({ isManual: fc.boolean(), after: fc.constantFrom(0, 3000) }).map(
  ({ isManual, after }): PolicySections => ({
    failover: { value: { afterMs: after, whenDownMs: after }, from },
    failback: { value: { afterMs: 1000 + after, ...(isManual ? { isManual: true } : {}) }, from },
  }),
)
const anyEvent = fc.oneof(
  fc.record({ turns: fc.nat(2), isBackup: fc.boolean(), ready: fc.nat(1) }),
  // An edit: which rules there are, in which order, and whether git writes the first weights of all.
  fc.record({ order: fc.shuffledSubarray(rules), resets: fc.boolean() }),
)
type Event = typeof anyEvent extends fc.Arbitrary<infer T> ? T : never

/** An operator with some rules, each in the route that `routeOf` gives it. */
class Life {
  readonly #clock = createManualClock()
  readonly #memory = new RouteMemory()
  readonly #counts = new Map<string, number>()
  readonly #routeOf: (rule: string) => string
  readonly #sections: PolicySections
  readonly #policies: PolicyMemory
  readonly #weights = new Map<string, readonly number[]>()
  #order: readonly string[] = ['web', 'cart']

  constructor(routeOf: (rule: string) => string, sections: PolicySections) {
    this.#routeOf = routeOf
    this.#sections = sections
    const losses = { today: () => this.#clock.wallTime().getTime(), recall: () => undefined }
    const readiness = this.#readiness
    this.#policies = new PolicyMemory({ clock: this.#clock, memory: this.#memory, readiness, losses })
    this.#look()
  }

  /** The weights of each rule, after this and some time have passed. */
  async live(event: Event, ms: number): Promise<Record<string, readonly number[]>> {
    if ('turns' in event) this.#turn(event)
    else this.#edit(event)
    this.#look()
    await this.#clock.advance(ms)
    this.#look()
    return Object.fromEntries(this.#weights)
  }

  #turn({ turns, isBackup, ready }: Extract<Event, { turns: number }>): void {
    const rule = rules[turns] ?? ''
    this.#counts.set(isBackup ? `shop/${rule}-east` : `shop/${rule}`, ready)
  }

  #edit({ order, resets }: Extract<Event, { resets: boolean }>): void {
    const before = new Set(this.#routes().keys())
    this.#order = order
    for (const rule of rules) if (resets || !order.includes(rule)) this.#weights.delete(rule)
    for (const name of this.#routes().keys()) before.delete(name)
    for (const name of before) this.#memory.forget(routeKey(read(objectOf([], name))))
  }

  #routes(): Map<string, string[]> {
    return Map.groupBy(this.#order, this.#routeOf)
  }

  #look(): void {
    for (const [name, own] of this.#routes()) {
      const refs = own.map((rule) => {
        const [home = 1, away = 0] = this.#weights.get(rule) ?? []
        return [ref(rule, home), ref(`${rule}-east`, away)]
      })
      const declared = read(objectOf(refs, name))
      const route = applyPolicies(declared, { policies: this.#sections }, () => undefined)
      const key = routeKey(route)
      const past = this.#policies.past(key, route)
      const judged = judgeRoute(route, this.#readiness, { past, today: this.#clock.wallTime().getTime() })
      this.#policies.decided(key, { kind: 'written', after: route, ...judged })
      for (const [index, { split, plan }] of judged.verdicts.entries())
        this.#weights.set(own[index] ?? '', weightsOf(applyPlan(split, plan)))
    }
  }

  readonly #readiness = ({ service }: { service: string }): Readiness =>
    readinessOf(this.#counts.get(service) ?? 1, 1)
}

const anyLife = fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 5000 })), { maxLength: 12 })

it('a rule goes on in a route in which rules come, go and move as it would in a route of its own', () =>
  fc.assert(
    fc.asyncProperty(anySections, anyLife, async (sections, events) => {
      const together = new Life(() => 'web', sections)
      const apart = new Life((rule) => rule, sections)
      for (const [event, ms] of events)
        expect(await together.live(event, ms)).toEqual(await apart.live(event, ms))
    }),
    { numRuns: 200 },
  ))
