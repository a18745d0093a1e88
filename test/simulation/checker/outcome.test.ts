import { expect, test } from 'vitest'
import { endpoints } from './count.ts'
import { nothingDrained } from './drain-sight.ts'
import { outcomeOf } from './outcome.ts'
import { readRoute } from './read-route.ts'

/** How a route with these rules is under a policy, by the weights of its backends. */
function outcomeWith(rules: readonly Readonly<Record<string, number>>[]) {
  const spec = {
    rules: rules.map((weights) => ({
      backendRefs: Object.entries(weights).map(([name, weight]) => ({ name, port: 80, weight })),
    })),
  }
  const metadata = {
    namespace: 'shop',
    name: 'web',
    annotations: { 'failover.linkerd.io/primary-service': 'web' },
  }
  const object = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata, spec }
  const asked = { sections: { minReady: { count: 1 } }, clusterOf: () => undefined }
  const readings = () => [readRoute(object, asked).splits]
  return outcomeOf(readRoute(object), readings, nothingDrained, () => endpoints(1))
}

test.each([
  ['on its first tier', [{ web: 1, east: 0 }], false],
  ['on a later one', [{ web: 0, east: 1 }], true],
  ['on its first tier, with a rule that leaves no choice', [{ web: 1, east: 0 }, { east: 1 }], false],
  [
    'misconfigured in one of its rules',
    [
      { web: 1, east: 0 },
      { api: 1, east: 0 },
    ],
    true,
  ],
  ['that leaves no choice at all', [{ web: 1 }], true],
  ['without any rule', [], true],
] as const)('a route %s', (_, rules, isAway) => {
  expect(outcomeWith(rules).isAway).toBe(isAway)
})
