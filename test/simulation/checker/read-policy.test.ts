import { expect, test } from 'vitest'
import type { JsonObject } from '../../../sandbox/json.ts'
import { refTo } from '../story/policy-draw.ts'
import { placeOf, sectionsFor } from './policy-levels.ts'
import { readPolicy } from './read-policy.ts'
import { readRoute } from './read-route.ts'

const policy = (spec: JsonObject, name = 'one') => ({
  apiVersion: 'failover.linkerd.io/v1alpha1',
  kind: 'FailoverPolicy',
  metadata: { namespace: 'mesh', name, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec,
})
const route = {
  apiVersion: 'split.smi-spec.io/v1alpha2',
  kind: 'TrafficSplit',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { service: 'web', backends: [{ service: 'web', weight: 1 }] },
}

/** The first split of the route under a policy. */
function splitUnder(spec: JsonObject) {
  const version = { key: 'mesh/one', uid: 'u', spec: readPolicy(policy(spec)), from: 0, to: 1, endedAt: 0 }
  const sections = sectionsFor(placeOf(route), [version])
  return sections && readRoute(route, { sections, clusterOf: () => undefined }).splits[0]
}

test('limits of the Mesh are for every route, and ask for nothing else of it', () => {
  const split = splitUnder({ targetRefs: [refTo.mesh], limits: { movesPerSecond: 1 } })
  expect(split).toMatchObject({ isLimited: true, order: undefined })
  expect(splitUnder({ targetRefs: [refTo.mesh], minReady: { count: 2 } })).not.toHaveProperty('isLimited')
})

test.each([
  [{ targetRefs: [refTo.mesh, refTo.namespace('mesh')], limits: { movesPerSecond: 1 } }],
  [{ targetRefs: [refTo.mesh], limits: { movesPerSecond: 0 } }],
  [{ targetRefs: [refTo.mesh], limits: { stopAtPercent: 'all' } }],
])('limits that make no sense: %j', (spec) => expect(readPolicy(policy(spec))).toBeUndefined())
