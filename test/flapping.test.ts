import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { RouteMemory } from '../src/controller/memory.ts'
import { PolicyMemory } from '../src/controller/policy-memory.ts'
import { applyPlan } from '../src/core/plan.ts'
import { type ReadinessOf, readinessOf } from '../src/core/types.ts'
import { judgeRoute } from '../src/routes/judge.ts'
import { type RouteKey, routeKey } from '../src/routes/key.ts'
import type { Route } from '../src/routes/route.ts'
import { trafficSplit } from '../src/routes/trafficsplit.ts'

vi.setConfig({ testTimeout: 120_000 })

/** A route on its primary, in three tiers. */
function routeOf(index: number, failbackAfter: string | undefined): Route {
  const web = `web-${index}`
  const annotations = {
    'failover.linkerd.io/tiers': `${web}; ${web}-east; *`,
    ...(failbackAfter === undefined ? {} : { 'failover.linkerd.io/failback-after': failbackAfter }),
  }
  const backends = [web, `${web}-east`, `${web}-west`].map((service, at) => ({
    service,
    weight: at === 0 ? 1 : 0,
  }))
  return trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: web, uid: web, annotations },
    spec: { service: web, backends },
  })
}

/** Some routes whose primaries are lost again and again, with what the operator remembers of them. */
class Flapping {
  now = 0
  writes = 0
  readonly #routes: Route[]
  readonly #wakeAt = new Map<number, number>()
  readonly #lost = new Set<string>()
  readonly #readiness: ReadinessOf = ({ service }) => readinessOf(this.#lost.has(service) ? 0 : 2, 2)
  readonly #policies = new PolicyMemory({
    clock: { now: () => this.now },
    memory: new RouteMemory(),
    readiness: this.#readiness,
  })

  constructor(count: number, failbackAfter: string | undefined) {
    this.#routes = Array.from({ length: count }, (_, index) => routeOf(index, failbackAfter))
  }

  /** Routes that are looked at again though nothing changes. */
  get waiting(): number {
    return this.#wakeAt.size
  }

  /** Lets a second pass: each primary is up for 20 s and down for 5, while `isFlapping`. */
  second(isFlapping: boolean): void {
    this.now += 1000
    for (const [index, at] of this.#wakeAt) if (at <= this.now) this.#look(index)
    for (let index = 0; isFlapping && index < this.#routes.length; index += 1) {
      const phase = (this.now / 1000 + index) % 25
      if (phase === 0) this.#lost.add(`shop/web-${index}`)
      else if (phase === 5) this.#lost.delete(`shop/web-${index}`)
      else continue
      this.#look(index)
    }
  }

  #look(index: number): void {
    const route = this.#routes[index]
    if (!route) return
    const key = routeKey(route)
    const judged = judgeRoute(route, this.#readiness, { past: this.#policies.past(key, route) })
    const [verdict] = judged.verdicts
    if (verdict && verdict.plan.length > 0) {
      this.writes += 1
      const after = { ...route, splits: [applyPlan(verdict.split, verdict.plan)] }
      this.#routes[index] = after
      this.#policies.decided(key, { kind: 'written', ...judged, after })
    } else this.#policies.decided(key, { kind: 'steady', ...judged })
    if (verdict?.wakeAt === undefined) this.#wakeAt.delete(index)
    else this.#wakeAt.set(index, verdict.wakeAt)
  }
}

it('1,000 primaries that flap for an hour cost two writes each, if they must be ready for 30 s', () => {
  const flapping = new Flapping(1000, '30s')
  let most = 0
  for (let second = 0; second < 3600; second += 1) {
    flapping.second(true)
    most = Math.max(most, flapping.waiting)
  }
  expect(flapping.writes).toBe(1000)
  // Of 25 s a primary is ready for 20, and waits only then.
  expect(most).toBe(800)
  for (let second = 0; second < 60; second += 1) flapping.second(false)
  expect(flapping.writes).toBeLessThanOrEqual(2000)
  expect(flapping.waiting).toBe(0)
})

it('one that may come back at once costs hundreds', () => {
  const flapping = new Flapping(1, undefined)
  for (let second = 0; second < 3600; second += 1) flapping.second(true)
  expect(flapping.writes).toBeGreaterThan(280)
})

it('what is remembered of a split that waits takes less than 200 bytes', () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const heap = () => {
    for (let time = 0; time < 4; time += 1) collect()
    return process.memoryUsage().heapUsed
  }
  const count = 30_000
  const routes = Array.from({ length: count }, (_, index) => routeOf(index, '30s'))
  const keys: RouteKey[] = routes.map(routeKey)
  const readiness: ReadinessOf = () => readinessOf(2, 2)
  // What is decided is kept by others, too.
  const judged = routes.map((route) => judgeRoute(route, readiness))
  const remember = () => {
    const policies = new PolicyMemory({ clock: { now: () => 1000.5 }, memory: new RouteMemory(), readiness })
    for (const [index, route] of routes.entries()) {
      const [key, one] = [keys[index], judged[index]]
      if (key === undefined || !one) continue
      policies.see(key, route)
      policies.decided(key, { kind: 'steady', ...one })
    }
    return policies
  }
  // The first time, what routes are made of changes its form in memory.
  const [first, before] = [remember(), heap()]
  const [second, after] = [remember(), heap()]
  const bytes = (after - before) / count
  expect([first, second]).toHaveLength(2)
  expect(judged).toHaveLength(count)
  expect(bytes).toBeLessThan(200)
  expect(bytes).toBeGreaterThan(100)
})
