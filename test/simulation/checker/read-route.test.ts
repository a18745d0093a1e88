import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import { knownWrites } from './explain.ts'
import { History } from './history.ts'
import { foreignParts, type Route, readRoute } from './read-route.ts'

const label = { 'failover.linkerd.io/controlled-by': 'linkerd-failover' }
const httpRoute = (rules: JsonObject[][], primary?: string): KubeObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: {
    namespace: 'shop',
    name: 'web',
    labels: label,
    ...(primary === undefined ? {} : { annotations: { 'failover.linkerd.io/primary-service': primary } }),
  },
  spec: { rules: rules.map((backendRefs) => ({ backendRefs })) },
})
const ref = (name: string, weight?: number, port = 80): JsonObject => ({
  name,
  port,
  ...(weight === undefined ? {} : { weight }),
})
const primaries = (object: KubeObject) =>
  readRoute(object).splits.map(({ backends }) => backends.map(({ primary }) => primary))
const broken = (object: KubeObject) => readRoute(object).splits.map((split) => split.broken)

describe('a Gateway API route, as the checker reads it', () => {
  test('has a split in each rule, and an absent weight is 1', () => {
    const { splits } = readRoute(httpRoute([[ref('web'), ref('east', 0)], [ref('api', 5)]]))
    expect(splits.map(({ backends }) => backends.map(({ weight }) => weight))).toEqual([[1, 0], [5]])
    expect(splits[0]).toMatchObject({ broken: false, paused: false, limit: 1_000_000 })
    expect(splits.map(({ backends }) => backends.map(({ absent }) => absent))).toEqual([
      [true, false],
      [false],
    ])
  })

  test('has backends in other namespaces, which are others than those of their name', () => {
    const far = { ...ref('web', 0), namespace: 'depot' }
    const read = (primary?: string) => readRoute(httpRoute([[ref('web'), far]], primary)).splits[0]?.backends
    expect(read()).toMatchObject([
      { service: 'shop/web', primary: true },
      { service: 'depot/web', primary: false },
    ])
    expect(read('depot/web')?.map(({ primary }) => primary)).toEqual([false, true])
    expect(read('depot/web:80')?.map(({ primary }) => primary)).toEqual([false, true])
    expect(new Set(read()?.map(({ id }) => id)).size).toBe(2)
  })

  const ports = [[ref('web', 1, 80), ref('web', 1, 81), ref('east', 0, 80)]]
  test.each([
    [undefined, [true, false, false]],
    ['web', [true, true, false]],
    ['shop/web', [true, true, false]],
    ['web:81', [false, true, false]],
    ['shop/east:80', [false, false, true]],
    ['depot/web', [false, false, false]],
    ['web:82', [false, false, false]],
  ])('has the primary that is annotated: %s', (primary, wanted) =>
    expect(primaries(httpRoute(ports, primary))).toEqual([wanted]),
  )

  test('leaves alone each rule without a choice, without the primary, with anything but Services', () => {
    const bucket = { ...ref('east'), group: 'storage', kind: 'Bucket' }
    const rules = [
      [ref('web'), ref('east')],
      [ref('web')],
      [ref('east'), ref('west')],
      [ref('web'), bucket],
      [ref('web'), { ...ref('east'), group: 'serving.example', kind: 'Service' }],
      [ref('web'), { ...ref('east'), group: 'core' }],
      [],
    ]
    expect(broken(httpRoute(rules, 'web'))).toEqual([false, true, true, true, true, false, true])
  })

  test('is of others but for the weights', () => {
    const weightsMoved = httpRoute([[ref('web', 0), ref('east', 1)], [ref('api')]])
    const before = httpRoute([[ref('web', 1), ref('east', 0)], [ref('api')]])
    expect(foreignParts(weightsMoved)).toEqual(foreignParts(before))
    const portMoved = httpRoute([[ref('web', 1, 81), ref('east', 0)], [ref('api')]])
    const ruleGone = httpRoute([[ref('web', 1), ref('east', 0)]])
    const farther = httpRoute([[ref('web', 1), { ...ref('east', 0), namespace: 'depot' }], [ref('api')]])
    for (const other of [portMoved, ruleGone, farther])
      expect(foreignParts(other)).not.toEqual(foreignParts(before))
  })
})

test('a TrafficSplit is one split, with an absent weight of 0', () => {
  const spec = { service: 'web', backends: [{ service: 'web', weight: '500m' }, { service: 'east' }] }
  const object = { ...httpRoute([]), kind: 'TrafficSplit', spec }
  const { splits, ours } = readRoute(object)
  expect(ours).toBe(true)
  expect(splits).toHaveLength(1)
  expect(splits[0]?.backends).toMatchObject([
    { service: 'shop/web', weight: 0.5, primary: true },
    { service: 'shop/east', weight: 0, primary: false },
  ])
})

describe('a route was known to its writer', () => {
  const at = (generation: number, primary?: string): Route => {
    const object = httpRoute([[ref('web', 1), ref('east', 0)]], primary)
    return readRoute({ ...object, metadata: { ...object.metadata, uid: 'u', generation } })
  }
  const history = new History<Route | undefined>(undefined)
  history.set(5, at(1))
  history.set(9, at(1, 'east'))

  test.each([
    ['as it was then', at(1), 4, 6, true],
    ['not before it was so', at(1, 'east'), 4, 6, false],
    ['not when it was over', at(1), 9, 12, false],
    ['not with a spec that came back', at(3), 4, 12, false],
  ])('%s', (_, route, from, to, is) =>
    expect(knownWrites(route, route, history, from, to)).toHaveLength(is ? 1 : 0),
  )
})
