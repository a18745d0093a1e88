import { describe, expect, it, test } from 'vitest'
import { diagnose } from './diagnosis.ts'
import { gatewayCodecs } from './gateway.ts'
import type { Route } from './route.ts'
import { ref, routeObject } from './testing/gateway-objects.ts'
import { trafficSplit } from './trafficsplit.ts'

const http = gatewayCodecs[0] ?? raise()
function raise(): never {
  throw new Error('there is no HTTPRoute')
}

const key = 'failover.linkerd.io/skip-rules'
const backends = [ref('web', 1), ref('east', 0)]

/** An HTTPRoute with rules of these names, '' for none, each with two backends. */
function routeWith(
  annotation: string | undefined,
  names: readonly string[],
  more: Record<string, string> = {},
) {
  const annotations = { ...more, ...(annotation === undefined ? {} : { [key]: annotation }) }
  const object = routeObject(
    http,
    names.map(() => backends),
    { annotations },
  )
  const rules = object.spec.rules.map((rule, index) =>
    names[index] ? { name: names[index], ...rule } : rule,
  )
  return http.read({ ...object, spec: { ...object.spec, rules } })
}

const moved = ({ places }: Route) => places.map(({ path }) => path)
const ignored = (route: Route) =>
  diagnose(route, {
    service: () => 'unknown',
    readiness: () => ({ state: 'unknown', why: 'not asked' }),
    hasProfile: () => false,
    judgeProfile: () => 'unknown',
    conflicts: () => [],
    isRead: () => 'unknown',
    longHolds: [],
  }).flatMap(({ reason, message }) => (reason === 'IgnoredAnnotation' ? message : []))

describe('rules that are left alone', () => {
  test.each([
    ['canary', [0, 2]],
    ['1', [0, 2]],
    [' canary , 2 ', [0]],
    ['2', [0, 1]],
    ['main,main', [1, 2]],
  ])('%j', (annotation, left) => {
    const route = routeWith(annotation, ['main', 'canary', ''])
    expect(moved(route)).toEqual(left.map((index) => `/spec/rules/${index}/backendRefs`))
    expect(route.splits.map(({ problem }) => problem)).toEqual(left.map(() => undefined))
    expect(route.skipped).toEqual(
      [0, 1, 2].filter((at) => !left.includes(at)).map((at) => `spec.rules[${at}]`),
    )
    expect(ignored(route)).toEqual([])
  })

  it('are found by name before they are by place', () => {
    expect(moved(routeWith('1', ['', 'main', '1']))).toEqual([
      '/spec/rules/0/backendRefs',
      '/spec/rules/1/backendRefs',
    ])
  })

  test.each([
    ['canry', 'rules are: main, canary'],
    ['3', 'rules are: main, canary'],
    ['-1', 'rules are: main, canary'],
    ['', 'rules are: main, canary'],
  ])('%j names none, so it leaves out nothing and is reported', (annotation, known) => {
    const route = routeWith(annotation, ['main', 'canary', ''])
    expect(moved(route)).toHaveLength(3)
    expect(route.skipped).toBeUndefined()
    expect(ignored(route)).toEqual([
      `annotation ${key} has "${annotation}", which is ignored, because no rule has that name or number; ${known}`,
    ])
  })

  it('are all of them: nothing is left, and its owner hears of it', () => {
    const { splits } = routeWith('main,1', ['main', ''])
    expect(splits.map(({ problem }) => problem)).toEqual([
      `no rule with two or more backendRefs is left to fail over; remove one from the annotation ${key}`,
    ])
  })

  it('may have backends that the tiers name', () => {
    const other = { 'failover.linkerd.io/tiers': 'web; beta' }
    const object = routeObject(http, [backends, [ref('beta', 1), ref('web', 0)]], {
      annotations: { ...other, [key]: '1' },
    })
    expect(http.read(object).splits.map(({ problem }) => problem)).toEqual([undefined])
  })

  it('need not have the primary', () => {
    const annotations = { 'failover.linkerd.io/primary-service': 'web', [key]: '1' }
    const object = routeObject(http, [backends, [ref('beta', 1), ref('gamma', 0)]], { annotations })
    expect(http.read(object).splits.map(({ problem }) => problem)).toEqual([undefined])
  })
})

it('are not a thing of a TrafficSplit', () => {
  const route = trafficSplit.read({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    kind: 'TrafficSplit',
    metadata: { namespace: 'shop', name: 'web', uid: 'u1', annotations: { [key]: '0' } },
    spec: { service: 'apex', backends: [{ service: 'web', weight: 1 }] },
  })
  expect(route.splits).toHaveLength(1)
  expect(ignored(route)).toEqual([
    `annotation ${key} is ignored, because a TrafficSplit has no rules; remove it`,
  ])
})
