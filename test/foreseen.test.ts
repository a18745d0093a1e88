import fc from 'fast-check'
import { expect, it } from 'vitest'
import { circumstancesWith, type Planned } from '../src/cli/drains/foresee.ts'
import { circumstancesBy } from '../src/cli/drains/read-drains.ts'
import { noPolicies } from '../src/cli/policies/read-policies.ts'
import type { Snapshot } from '../src/cli/snapshot.ts'
import { foresee } from '../src/cli/what-if/foresee.ts'
import { RouteMemory } from '../src/controller/memory.ts'
import { PolicyMemory } from '../src/controller/policy-memory.ts'
import { accountOf } from '../src/core/account.ts'
import { applyPlan } from '../src/core/plan.ts'
import { unknownBecause } from '../src/core/readiness.ts'
import { weightOf } from '../src/core/split.ts'
import { type Readiness, type ReadinessOf, readinessOf } from '../src/core/types.ts'
import { createManualClock } from '../src/kube/testing/manual-clock.ts'
import { createStore } from '../src/kube/watch/store.ts'
import { type Drain, localCluster, readDrain } from '../src/policies/drain.ts'
import { DrainBook } from '../src/policies/drain-book.ts'
import { objectKey } from '../src/policies/object.ts'
import { drainObject } from '../src/policies/testing/drain-objects.ts'
import { placeOf, projectService, type ServiceFacts } from '../src/readiness/service-facts.ts'
import { gatewayCodecs } from '../src/routes/gateway.ts'
import { judgeRoute } from '../src/routes/judge.ts'
import { routeKey } from '../src/routes/key.ts'
import type { Route } from '../src/routes/route.ts'
import { ref, routeObject } from '../src/routes/testing/gateway-objects.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

/** Two Services of this cluster, two of the cluster east, one of the cluster west. */
const names = ['home', 'spare', 'a-east', 'b-east', 'c-west']
const clusterOf = (name: string) => name.split('-')[1]
const root = 'mesh'

const count = fc.integer({ min: 0, max: 3 })
const readiness = fc.oneof(
  { weight: 4, arbitrary: count.map((ready) => readinessOf(ready, 3)) },
  { weight: 1, arbitrary: fc.constant<Readiness>(unknownBecause('it is not listed')) },
)
const target = fc.oneof(
  fc.constantFrom(localCluster, 'east', 'west').map((cluster) => ({ cluster })),
  fc.constantFrom(...names).map((name) => ({ service: { name, namespace: 'shop' } })),
)
const drain = fc.record({
  namespace: fc.constantFrom(root, 'shop', 'pay'),
  from: fc.array(target, { minLength: 1, maxLength: 2 }),
  lastResort: fc.constantFrom('Allow', 'Allow', 'Never'),
})

/** The annotations of a route with these backends. */
const policyOf = (backends: readonly string[]) => {
  const [first = '', ...others] = backends
  return fc.record({
    tiers: fc.constantFrom(
      undefined,
      `${first}; *`,
      `${first}; ${others[0]}=70${others[1] ? `,${others[1]}=30` : ''}; *`,
      `${others[0]},${first}=3; *`,
      `${first}; nobody`,
    ),
    'min-ready': fc.constantFrom(undefined, undefined, '2', 'two'),
    'failback-after': fc.constantFrom(undefined, '30s'),
    paused: fc.constantFrom(undefined, undefined, undefined, 'true'),
  })
}
const route = fc.shuffledSubarray(names, { minLength: 2 }).chain((backends) =>
  fc.record({
    backends: fc.constant(backends),
    weights: fc.array(count, { minLength: 5, maxLength: 5 }),
    policy: policyOf(backends),
  }),
)
const change = fc.oneof(
  fc.record({ down: fc.subarray(names, { minLength: 1 }) }),
  fc.record({ clusterDown: fc.constantFrom('east', 'west') }),
  fc.record({ drain: fc.array(target, { minLength: 1, maxLength: 2 }) }),
)
const world = fc.record({
  known: fc.array(readiness, { minLength: 5, maxLength: 5 }),
  drains: fc.array(drain, { maxLength: 2 }),
  routes: fc.array(route, { minLength: 1, maxLength: 4 }),
  change,
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const routesIn = ({ routes }: World): Route[] =>
  routes.map(({ backends, weights, policy }, index) => {
    const annotations = Object.fromEntries(
      Object.entries(policy).flatMap(([name, value]) =>
        value === undefined ? [] : [[`failover.linkerd.io/${name}`, value]],
      ),
    )
    const refs = backends.map((name, at) => ref(name, weights[at] ?? 0))
    return http.read(routeObject(http, [refs], { name: `route-${index}`, uid: `u${index}`, annotations }))
  })

const factsOf = (): ReadonlyMap<string, ServiceFacts> =>
  new Map(
    names.map((name) => {
      const cluster = clusterOf(name)
      const mirror = {
        'mirror.linkerd.io/mirrored-service': 'true',
        'mirror.linkerd.io/cluster-name': cluster,
      }
      return [`shop/${name}`, projectService({ metadata: cluster ? { labels: mirror } : {}, spec: {} })]
    }),
  )
const facts = factsOf()

/** What the operator does, without the cluster between its parts: it looks at its routes until nothing is due. */
class OperatorParts {
  readonly clock = createManualClock()
  readonly book = new DrainBook({
    clock: this.clock,
    scope: { rootNamespace: root, placeOf: (service) => placeOf(facts.get(service), localCluster) },
    onChange: () => {},
  })
  readonly routes: Route[]
  known: ReadonlyMap<string, Readiness>
  readonly readiness: ReadinessOf = ({ service }) =>
    this.known.get(service) ?? unknownBecause(`${service} is not listed`)
  readonly #policies = new PolicyMemory({
    clock: this.clock,
    memory: new RouteMemory(),
    readiness: this.readiness,
  })

  constructor(routes: Route[], known: ReadonlyMap<string, Readiness>, drains: readonly Drain[]) {
    this.routes = routes
    this.known = known
    for (const one of drains) this.book.see(objectKey(one), one)
  }

  settle(): void {
    for (let index = 0; index < this.routes.length; index += 1) {
      for (let look = 0; this.#look(index); look += 1)
        if (look > 10) throw new Error('the operator writes again and again')
    }
  }

  /** True if something was written. */
  #look(index: number): boolean {
    const before = this.routes[index]
    if (!before) return false
    const key = routeKey(before)
    const circumstances = { past: this.#policies.past(key, before), drained: this.book.of(before.namespace) }
    const judged = judgeRoute(before, this.readiness, circumstances)
    const isDue = judged.verdicts.some(({ plan }) => plan.length > 0)
    if (!isDue) {
      this.#policies.decided(key, { kind: 'steady', ...judged })
      return false
    }
    const splits = before.splits.map((split, at) => applyPlan(split, judged.verdicts[at]?.plan ?? []))
    const after = { ...before, splits }
    this.#policies.decided(key, { kind: 'written', ...judged, after })
    this.routes[index] = after
    return true
  }
}

const drainsIn = ({ drains }: World): Drain[] =>
  drains.map(({ namespace, ...spec }, index) => readDrain(drainObject(`${namespace}/drain-${index}`, spec)))

const servicesLost = ({ change }: World): string[] => {
  if ('down' in change) return change.down
  return 'clusterDown' in change ? names.filter((name) => clusterOf(name) === change.clusterDown) : []
}

const plannedIn = ({ change }: World): { planned: Planned; drain: Drain } | undefined => {
  if (!('drain' in change)) return undefined
  const drain = readDrain(drainObject(`${root}/what-if`, { from: change.drain }))
  if (!drain.spec) throw new Error(drain.problem)
  return { drain, planned: { namespace: root, name: 'what-if', spec: drain.spec, forAllRoutes: true } }
}

/** The cluster as a command reads it. */
function snapshotOf(operator: OperatorParts, drains: readonly Drain[]): Snapshot {
  const { reader, writer } = createStore<ServiceFacts>(() => {})
  writer.replace(new Map([...facts].map(([key, value]) => [key, { resourceVersion: '1', value }])), '1')
  const today = operator.clock.wallTime().getTime()
  const read = { drains, rootNamespace: root, unseen: [] }
  const circumstances = circumstancesBy(read, { facts: reader }, today)
  const { routes, readiness } = operator
  return {
    routes,
    judged: routes.map((one) => judgeRoute(one, readiness, circumstances(one))),
    readiness,
    account: (backend) => accountOf(backend.service, readiness(backend)),
    clusterOf: (service) => clusterOf(service),
    facts: reader,
    today,
    drains: read,
    policies: noPolicies,
    leftOut: undefined,
    circumstances,
  }
}

const active = ({ splits }: Route) =>
  splits.map((split) => [
    ...new Set(split.backends.filter((one) => weightOf(split, one) > 0).map(({ service }) => service)),
  ])

/** What a command foresees of a route, and who serves if all that is ready by then has waited for long enough. */
function afterWaits(
  route: Route,
  snapshot: Snapshot,
  lost: ReadonlyMap<string, Readiness>,
  planned: Planned | undefined,
) {
  const circumstances = (planned ? circumstancesWith([planned], snapshot) : snapshot.circumstances)(route)
  const then: ReadinessOf = (backend) => lost.get(backend.service) ?? snapshot.readiness(backend)
  const waited = { now: 100_000, goodSince: () => 0, commitment: undefined }
  const [early, late] = [{}, { past: () => waited }].map((past) =>
    judgeRoute(route, then, { ...circumstances, ...past }),
  )
  return (early?.verdicts ?? []).map(({ wait }, index) => {
    const verdict = late?.verdicts[index]
    const serving = verdict ? active({ ...route, splits: [applyPlan(verdict.split, verdict.plan)] }) : []
    return { wait: wait !== undefined, serving: String(serving) }
  })
}

it('what-if says what then happens, with tiers, thresholds, waits and Drains', () =>
  fc.assert(
    fc.asyncProperty(world, async (of) => {
      const known = new Map(
        names.map((name, index) => [`shop/${name}`, of.known[index] ?? readinessOf(0, 3)]),
      )
      const drains = drainsIn(of)
      const operator = new OperatorParts(routesIn(of), known, drains)
      operator.settle()
      await operator.clock.advance(60_000)
      operator.settle()

      const lost = new Map(servicesLost(of).map((name) => [`shop/${name}`, readinessOf(0, 3)]))
      const planned = plannedIn(of)
      const snapshot = snapshotOf(operator, drains)
      const assumed = new Map([...lost].map(([name, readiness]) => [name, () => readiness]))
      const { fates } = foresee(snapshot, {
        services: assumed,
        drains: planned ? [planned.planned] : [],
      })
      const foreseen = fates.map(({ route: { splits } }) => splits.map(({ after }) => String(after)))
      const patient = operator.routes.map((one) => afterWaits(one, snapshot, lost, planned?.planned))

      operator.known = new Map([...known, ...lost])
      if (planned) operator.book.see(objectKey(planned.drain), planned.drain)
      operator.settle()
      operator.book.stop()
      const happened = operator.routes.map((one) => active(one).map(String))
      // How long a backend has waited by then, only the operator knows.
      const isWaiting = (route: number) => patient[route]?.some(({ wait }) => wait) ?? false
      const others = patient.map((splits) => splits.map(({ serving }) => serving))
      const expected = foreseen.map((splits, route) =>
        isWaiting(route) && String(others[route]) === String(happened[route]) ? others[route] : splits,
      )
      expect(expected).toEqual(happened)
    }),
    { numRuns: 1000 },
  ))
