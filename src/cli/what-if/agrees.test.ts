import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RouteMemory } from '../../controller/memory.ts'
import { PolicyMemory } from '../../controller/policy-memory.ts'
import { applyPlan } from '../../core/plan.ts'
import type { DrainedOf } from '../../core/policy/drained.ts'
import type { Drained } from '../../core/policy/types.ts'
import { unknownBecause } from '../../core/readiness.ts'
import { weightsOf } from '../../core/split.ts'
import { type Readiness, type ReadinessOf, readinessOf } from '../../core/types.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { type Judged, judgeRoute } from '../../routes/judge.ts'
import { routeKey } from '../../routes/key.ts'
import type { Route } from '../../routes/route.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { effectOn } from './effects.ts'

const names = ['web', 'east', 'west', 'far'] as const
const annotations = fc
  .record(
    {
      tiers: fc.constantFrom('web; *', 'web=2,east=1; west; far', 'east; web; *', 'web; east=0,west', 'far'),
      'min-ready': fc.constantFrom('1', '2', '3'),
      'failback-after': fc.constantFrom('0s', '1m', '10m'),
      paused: fc.constantFrom('true', 'false'),
    },
    { requiredKeys: [] },
  )
  .map((some) =>
    Object.fromEntries(Object.entries(some).map(([key, value]) => [`failover.linkerd.io/${key}`, value])),
  )
const readiness = fc.oneof(
  fc.integer({ min: 0, max: 3 }).map((ready): Readiness => readinessOf(ready, 3)),
  fc.constant(unknownBecause('nobody knows')),
)
const drained = fc.option(fc.constantFrom('Allow' as const, 'Never' as const), { nil: undefined })
const world = fc.record({
  readiness: fc.tuple(readiness, readiness, readiness, readiness),
  drained: fc.tuple(drained, drained, drained, drained),
})
interface World {
  readonly readiness: readonly Readiness[]
  readonly drained: readonly (Drained['lastResort'] | undefined)[]
}

const indexOf = (service: string) => names.findIndex((name) => service === `shop/${name}`)
const readinessIn =
  (of: World): ReadinessOf =>
  ({ service }) =>
    of.readiness[indexOf(service)] ?? unknownBecause('it is not there')
const drainedIn =
  (of: World): DrainedOf =>
  ({ service }) => {
    const lastResort = of.drained[indexOf(service)]
    return lastResort && { lastResort, by: 'mesh/drain' }
  }

const routeOf = (weights: readonly number[], asked: Record<string, string>): Route =>
  trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'web', uid: 'u', annotations: asked },
    spec: { service: 'apex', backends: names.map((service, index) => ({ service, weight: weights[index] })) },
  })

/** The operator, without an API server between: what it decides is so at once. */
function operatorOn(first: Route, asked: Record<string, string>, now: World) {
  const clock = createManualClock()
  let present = now
  const memory = new PolicyMemory({
    clock,
    memory: new RouteMemory(),
    readiness: (backend) => readinessIn(present)(backend),
  })
  const key = routeKey(first)
  const look = (route: Route): Judged =>
    judgeRoute(route, readinessIn(present), { past: memory.past(key, route), drained: drainedIn(present) })
  /** Writes until nothing is due. */
  const settle = (before: Route): Route => {
    let route = before
    for (let looks = 0; looks < 5; looks += 1) {
      const judged = look(route)
      const after = routeOf(weightsAfter(judged), asked)
      const isWritten = String(weightsAfter(judged)) !== String(weightsIn(route))
      memory.decided(key, isWritten ? { kind: 'written', ...judged, after } : { kind: 'steady', ...judged })
      if (!isWritten) return route
      route = after
    }
    throw new Error('it does not come to rest')
  }
  return {
    settle,
    wait: (ms: number) => clock.advance(ms),
    change: (to: World, route: Route) => {
      present = to
      memory.see(key, route)
    },
  }
}

const weightsAfter = ({ verdicts }: Judged): number[] =>
  verdicts.flatMap(({ split, plan }) => weightsOf(applyPlan(split, plan)))
const weightsIn = ({ splits }: Route): number[] => splits.flatMap(weightsOf)

test('what-if says who serves as the operator then decides it, for random policies, Drains and losses', () =>
  fc.assert(
    fc.asyncProperty(
      annotations,
      fc.tuple(...names.map(() => fc.integer({ min: 0, max: 2 }))),
      world,
      world,
      async (asked, weights, now, other) => {
        // It adds Drains, and ends none.
        const then = { ...other, drained: now.drained.map((before, at) => before ?? other.drained[at]) }
        const first = routeOf(weights, asked)
        const operator = operatorOn(first, asked, now)
        let route = operator.settle(first)
        // Long enough for every wait to be over.
        await operator.wait(3_600_000)
        route = operator.settle(route)
        const judged = judgeRoute(route, readinessIn(now), { drained: drainedIn(now) })
        const foreseen = effectOn(judged, readinessIn(now), readinessIn(then), () => ({
          drained: drainedIn(then),
        }))
        operator.change(then, route)
        const served = operator
          .settle(route)
          .splits.map(({ backends }) =>
            backends.filter(({ weight = 0 }) => weight > 0).map(({ service }) => service),
          )
        expect(foreseen.route.splits.map(({ after }) => after)).toEqual(served)
      },
    ),
    { numRuns: 1000 },
  ))
