import { describe, expect, it, test } from 'vitest'
import { decide } from '../core/decide.ts'
import { makePlan } from '../core/plan.ts'
import { readinessFrom } from '../core/testing/builders.ts'
import { codecs } from './codecs.ts'
import { gatewayCodecs } from './gateway.ts'
import { type Ref, ref, routeObject } from './testing/gateway-objects.ts'
import { weightPatch } from './weight-patch.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

const primary = 'failover.linkerd.io/primary-service'
const read = (rules: readonly (readonly Ref[])[], annotations: Record<string, string> = {}) =>
  http.read(routeObject(http, rules, { annotations }))
const problemsOf = (...args: Parameters<typeof read>) => read(...args).splits.map(({ problem }) => problem)

describe.each(gatewayCodecs)('$kind', (codec) => {
  it('has a split for each rule with two or more backendRefs', () => {
    const rules = [[ref('web', 1), ref('east', 0)], [ref('api', 1)], [], [ref('web', 5), ref('west', 0)]]
    const route = codec.read(routeObject(codec, rules))
    expect(route).toMatchObject({
      kind: codec.kind,
      objectKind: codec.objectKind,
      namespace: 'shop',
      name: 'web',
    })
    expect(route.splits).toEqual([
      {
        backends: [
          { service: 'shop/web', port: 80, weight: 1 },
          { service: 'shop/east', port: 80, weight: 0 },
        ],
        primary: 'shop/web',
        primaryPort: 80,
        absentWeight: 1,
        maxWeight: 1_000_000,
        problem: undefined,
        paused: false,
        where: 'spec.rules[0]',
      },
      expect.objectContaining({ primary: 'shop/web', where: 'spec.rules[3]' }),
    ])
    expect(route.apexes).toEqual(['shop/web'])
    expect(route.places.map(({ path }) => path)).toEqual([
      '/spec/rules/0/backendRefs',
      '/spec/rules/3/backendRefs',
    ])
  })
})

it('tells kinds of one name apart', () => {
  const kinds = codecs.map(({ kind }) => kind)
  expect(new Set(kinds).size).toBe(kinds.length)
  expect(kinds).toContain('HTTPRoute')
  expect(kinds).toContain('HTTPRoute.policy.linkerd.io')
})

describe('which backends are the primary', () => {
  const refs = [
    ref('web', 1),
    ref('web', 1, { port: 81 }),
    ref('web', 0, { namespace: 'east' }),
    ref('other', 0),
  ]
  const primaryOf = (annotation?: string) => {
    const annotations: Record<string, string> = annotation === undefined ? {} : { [primary]: annotation }
    const [split] = read([refs], annotations).splits
    return split?.problem ?? [split?.primary, split?.primaryPort]
  }
  test.each([
    ['nothing: the first entry, with its port', undefined, ['shop/web', 80]],
    ['a name: that Service of the own namespace, on every port', 'web', ['shop/web', undefined]],
    ['a name and a port', 'web:81', ['shop/web', 81]],
    ['a namespace and a name', 'east/web', ['east/web', undefined]],
    ['a namespace, a name and a port', 'east/web:80', ['east/web', 80]],
    ['the own namespace', 'shop/other', ['shop/other', undefined]],
    ['white space around it', ' other ', ['shop/other', undefined]],
  ])('annotated with %s', (_, annotation, expected) => expect(primaryOf(annotation)).toEqual(expected))

  test.each(['nobody', 'web:82', 'west/web', 'east/other'])(
    'an annotation %s names no backend',
    (annotation) =>
      expect(primaryOf(annotation)).toBe(
        `spec.rules[0] does not fail over: annotation ${primary} is "${annotation}", but no backend has that name; backends are: web:80, web:81, east/web:80, other:80`,
      ),
  )

  test.each(['', 'a/b/c', 'web:http', 'web:', ':80', 'two words'])('%j is no reference', (annotation) =>
    expect(primaryOf(annotation)).toContain('write name, namespace/name, name:port or namespace/name:port'),
  )
})

describe('a problem of one rule', () => {
  const good = [ref('web', 1), ref('east', 0)]
  test.each([
    [
      'a primary that it lacks',
      [ref('api', 1), ref('api-east', 0)],
      'spec.rules[1] does not fail over: annotation failover.linkerd.io/primary-service is "web", but no backend has that name; backends are: api:80, api-east:80',
    ],
    [
      'a backend that is no Service',
      [ref('web', 1), ref('bucket', 0, { group: 'storage.example', kind: 'Bucket' })],
      'spec.rules[1].backendRefs[1] is Bucket.storage.example "bucket", whose readiness the operator cannot know; use a Service, or move the rule to another route',
    ],
    [
      'a backend of another group that is called Service',
      [ref('web', 1), ref('east', 0, { group: 'serving.knative.dev' })],
      'spec.rules[1].backendRefs[1] is Service.serving.knative.dev "east"',
    ],
    [
      'a negative weight',
      [ref('web', 1), ref('east', -1)],
      'spec.rules[1].backendRefs[1].weight -1 is negative; use an integer of 0 or more',
    ],
    ['a backend without a name', [ref('web', 1), { port: 80 }], 'spec.rules[1].backendRefs[1].name: '],
    [
      'a port that is text',
      [ref('web', 1), ref('east', 0, { port: 'http' })],
      'spec.rules[1].backendRefs[1].port: ',
    ],
  ])('%s leaves the other rules alone', (_, bad, problem) => {
    const [first, second] = problemsOf([good, bad], { [primary]: 'web' })
    expect(first).toBeUndefined()
    expect(second).toContain(problem)
  })
})

describe('objects that make no sense are problems, never exceptions', () => {
  const nothing = 'no rule has two or more backendRefs'
  test.each([
    [undefined],
    [null],
    ['text'],
    [{}],
    [{ metadata: null }],
    [{ spec: null }],
    [{ spec: {} }],
    [{ spec: { rules: 'all' } }],
    [{ spec: { rules: [] } }],
    [{ spec: { rules: [null, 7, {}, { backendRefs: null }, { backendRefs: 'web' }] } }],
    [{ spec: { rules: [{ backendRefs: [{ name: 'web' }] }] } }],
  ])('object %j', (object) => expect(http.read(object).splits[0]?.problem).toContain(nothing))

  test.each([[[null, null]], [['web', 'east']], [[{}, {}]]])('backendRefs %j', (backendRefs) =>
    expect(http.read({ spec: { rules: [{ backendRefs }] } }).splits[0]?.problem).toContain(
      'spec.rules[0].backendRefs[0]',
    ),
  )
})

it('takes an absent group, kind or namespace for a Service of its own namespace', () => {
  const [split] = read([
    [
      { name: 'web', port: 80 },
      { name: 'east', port: 80, group: 'core' },
    ],
  ]).splits
  expect(split).toMatchObject({ problem: undefined, primary: 'shop/web' })
  expect(split?.backends).toEqual([
    { service: 'shop/web', port: 80, weight: undefined },
    { service: 'shop/east', port: 80, weight: undefined },
  ])
})

it('has an apex for each parent that is a Service', () => {
  const parentRefs = [
    { group: '', kind: 'Service', name: 'web', port: 80 },
    { group: 'core', kind: 'Service', name: 'api', namespace: 'far' },
    { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'ingress' },
    { name: 'a gateway by default' },
    { kind: 'Service' },
    null,
  ]
  expect(http.read({ metadata: { namespace: 'shop' }, spec: { parentRefs } }).apexes).toEqual([
    'shop/web',
    'far/api',
  ])
})

it('is paused by its annotation', () =>
  expect(
    read([[ref('web', 1), ref('east', 0)]], { 'failover.linkerd.io/paused': 'true' }).splits[0],
  ).toMatchObject({ paused: true }))

describe('the patch', () => {
  const patchOf = (rules: readonly (readonly Ref[])[], ...down: string[]) => {
    const route = read(rules)
    const services = route.splits.flatMap(({ backends }) => backends.map(({ service }) => service))
    const states = services.map((service) => [service, down.includes(service) ? 'down' : 'ready'] as const)
    const readiness = readinessFrom(Object.fromEntries(states))
    return weightPatch(
      route,
      route.splits.map((split) => makePlan(split, decide({ split, readiness }))),
    )
  }
  const tests = (rule: number, entry: number, values: Record<string, unknown>) =>
    Object.entries(values).map(([field, value]) => ({
      op: 'test',
      path: `/spec/rules/${rule}/backendRefs/${entry}/${field}`,
      value,
    }))

  it('moves the weights of all rules at once, each with tests of which backend it is', () =>
    expect(
      patchOf(
        [
          [ref('web', 1), ref('east', 0, { namespace: 'far' })],
          [ref('api', 1), ref('api-east', 0)],
          [ref('web', 100), ref('west', 0)],
        ],
        'shop/web',
      ),
    ).toEqual([
      ...tests(0, 0, { group: '', kind: 'Service', name: 'web', namespace: null, port: 80, weight: 1 }),
      { op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 0 },
      ...tests(0, 1, { group: '', kind: 'Service', name: 'east', namespace: 'far', port: 80, weight: 0 }),
      { op: 'replace', path: '/spec/rules/0/backendRefs/1/weight', value: 1 },
      ...tests(2, 0, { group: '', kind: 'Service', name: 'web', namespace: null, port: 80, weight: 100 }),
      { op: 'replace', path: '/spec/rules/2/backendRefs/0/weight', value: 0 },
      ...tests(2, 1, { group: '', kind: 'Service', name: 'west', namespace: null, port: 80, weight: 0 }),
      { op: 'replace', path: '/spec/rules/2/backendRefs/1/weight', value: 100 },
    ]))

  it('adds an absent weight only where it must change: absent is 1', () => {
    const bare = (name: string) => ({ name, port: 80 })
    const identity = { group: null, kind: null, namespace: null, port: 80, weight: null }
    expect(patchOf([[bare('web'), bare('east')]])).toEqual([
      ...['web'].flatMap((name) => tests(0, 0, order({ ...identity, name }))),
      ...tests(0, 1, order({ ...identity, name: 'east' })),
      { op: 'add', path: '/spec/rules/0/backendRefs/1/weight', value: 0 },
    ])
  })
  const order = ({ group, kind, name, namespace, port, weight }: Record<string, unknown>) => ({
    group,
    kind,
    name,
    namespace,
    port,
    weight,
  })

  it('moves one port of a Service and not the other, where the other is not the primary', () =>
    expect(
      patchOf([[ref('web', 0), ref('web', 7, { port: 81 }), ref('east', 0)]]).filter(
        ({ op }) => op !== 'test',
      ),
    ).toEqual([
      { op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 7 },
      { op: 'replace', path: '/spec/rules/0/backendRefs/1/weight', value: 0 },
    ]))

  it('is empty where nothing changes, and where only broken rules would', () => {
    expect(patchOf([[ref('web', 1), ref('east', 0)]])).toEqual([])
    expect(patchOf([[ref('web', 1), ref('east', 0, { kind: 'Bucket' })]], 'shop/web')).toEqual([])
  })
})
