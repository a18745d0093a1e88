import { describe, expect, it, test } from 'vitest'
import { decide } from '../core/decide.ts'
import { makePlan } from '../core/plan.ts'
import { type Backend, readinessOf } from '../core/types.ts'
import { identityTests, ownershipTests, selectorKeys } from './ownership.ts'
import { trafficSplit } from './trafficsplit.ts'
import { parseWeight } from './weight.ts'
import { weightPatch } from './weight-patch.ts'

const trafficSplitOf = (
  backends: unknown,
  annotations: Record<string, string> = {},
  labels: Record<string, string> = {},
) => ({
  apiVersion: 'split.smi-spec.io/v1alpha2',
  kind: 'TrafficSplit',
  metadata: { namespace: 'shop', name: 'web', uid: 'u1', annotations, labels },
  spec: { service: 'web', backends },
})

const splitOf = (...args: Parameters<typeof trafficSplitOf>) => {
  const [split] = trafficSplit.read(trafficSplitOf(...args)).splits
  if (!split) throw new Error('a TrafficSplit has one split')
  return split
}

describe('weights as they may be stored', () => {
  test.each([
    [1, 1],
    [1.5, 1.5],
    ['1', 1],
    ['500m', 0.5],
    ['2k', 2000],
    ['2M', 2_000_000],
    ['1e2', 100],
    ['1E2', 100],
    [undefined, undefined],
    [null, undefined],
    [1e12, 1e12],
  ])('%j is %j', (raw, weight) => expect(parseWeight(raw)).toEqual({ weight }))

  test.each([
    ['abc', '"abc" is not a number'],
    ['', '"" is not a number'],
    ['1K', '"1K" is not a number'],
    ['1e2m', '"1e2m" is not a number'],
    ['-1', '"-1" is negative'],
    [-1, '-1 is negative'],
    [{}, '{} is not a number'],
    [true, 'true is not a number'],
  ])('%j is refused', (raw, problem) => expect(parseWeight(raw)).toEqual({ problem }))
})

describe('which backend is the primary', () => {
  const backends = [
    { service: 'web', weight: 1 },
    { service: 'east', weight: 0 },
  ]

  it('is the first, where nothing is annotated', () => expect(splitOf(backends).primary).toBe('shop/web'))

  it('is the annotated one', () =>
    expect(splitOf(backends, { 'failover.linkerd.io/primary-service': 'east' }).primary).toBe('shop/east'))

  it('is a problem where the annotation names no backend', () =>
    expect(splitOf(backends, { 'failover.linkerd.io/primary-service': 'nobody' }).problem).toBe(
      'annotation failover.linkerd.io/primary-service is "nobody", but no backend has that name; backends are: web, east',
    ))
})

describe('objects that make no sense are problems, never exceptions', () => {
  test.each([
    [[], 'spec.backends is empty'],
    [undefined, 'spec.backends: '],
    ['web', 'spec.backends: '],
    [[{ weight: 1 }], 'spec.backends.0.service: '],
    [[{ service: 'web', weight: 'abc' }], 'spec.backends[0].weight "abc" is not a number'],
    [[{ service: 'web', weight: -3 }], 'spec.backends[0].weight -3 is negative'],
  ])('backends %j', (backends, problem) => expect(splitOf(backends).problem).toContain(problem))

  test.each([[undefined], [null], ['text'], [{}], [{ metadata: null }]])('object %j', (object) =>
    expect(trafficSplit.read(object).splits[0]?.problem).toBeTypeOf('string'),
  )
})

it('keeps one backend, 64 backends and long names as they are', () => {
  const backends = Array.from({ length: 64 }, (_, index) => ({
    service: `${index}-`.padEnd(253, 'x'),
    weight: 1,
  }))
  expect(splitOf(backends).backends).toHaveLength(64)
  expect(splitOf(backends.slice(0, 1))).toMatchObject({ problem: undefined })
})

it('is paused by its annotation, only by "true"', () => {
  const backends = [{ service: 'web', weight: 1 }]
  expect(splitOf(backends, { 'failover.linkerd.io/paused': 'true' }).paused).toBe(true)
  expect(splitOf(backends, { 'failover.linkerd.io/paused': 'false' }).paused).toBe(false)
})

describe('the patch', () => {
  const patchOf = (backends: unknown) => {
    const route = trafficSplit.read(trafficSplitOf(backends))
    const [split] = route.splits
    if (!split) throw new Error('a TrafficSplit has one split')
    const down = ['shop/web', 'shop/down']
    const readiness = ({ service }: Backend) => readinessOf(down.includes(service) ? 0 : 1, 1)
    return weightPatch(route, [makePlan(split, decide({ split, readiness }))])
  }

  it('moves only weights that change, and tests all that was read of the split', () =>
    expect(
      patchOf([
        { service: 'web', weight: 1 },
        { service: 'east', weight: 0 },
        { service: 'down', weight: 0 },
      ]),
    ).toEqual([
      { op: 'test', path: '/spec/backends/0/service', value: 'web' },
      { op: 'test', path: '/spec/backends/0/weight', value: 1 },
      { op: 'replace', path: '/spec/backends/0/weight', value: 0 },
      { op: 'test', path: '/spec/backends/1/service', value: 'east' },
      { op: 'test', path: '/spec/backends/1/weight', value: 0 },
      { op: 'replace', path: '/spec/backends/1/weight', value: 1 },
      { op: 'test', path: '/spec/backends/2/service', value: 'down' },
      { op: 'test', path: '/spec/backends/2/weight', value: 0 },
    ]))

  it('tests weights as they are written, and leaves no text behind', () =>
    expect(
      patchOf([
        { service: 'web', weight: '500m' },
        { service: 'east', weight: '1' },
      ]).filter(({ path }) => path.endsWith('weight')),
    ).toEqual([
      { op: 'test', path: '/spec/backends/0/weight', value: '500m' },
      { op: 'replace', path: '/spec/backends/0/weight', value: 0 },
      { op: 'test', path: '/spec/backends/1/weight', value: '1' },
      { op: 'replace', path: '/spec/backends/1/weight', value: 1 },
    ]))

  it('adds a weight that is absent', () =>
    expect(patchOf([{ service: 'web', weight: 1 }, { service: 'east' }]).slice(3)).toEqual([
      { op: 'test', path: '/spec/backends/1/service', value: 'east' },
      { op: 'test', path: '/spec/backends/1/weight', value: null },
      { op: 'add', path: '/spec/backends/1/weight', value: 1 },
    ]))

  it('tests what keeps its weight as well: an edit could leave only zeros behind, or traffic where none should be', () =>
    expect(
      patchOf([
        { service: 'web', weight: 1 },
        { service: 'east', weight: 1 },
        { service: 'down', weight: 0 },
      ]),
    ).toEqual([
      { op: 'test', path: '/spec/backends/0/service', value: 'web' },
      { op: 'test', path: '/spec/backends/0/weight', value: 1 },
      { op: 'replace', path: '/spec/backends/0/weight', value: 0 },
      { op: 'test', path: '/spec/backends/1/service', value: 'east' },
      { op: 'test', path: '/spec/backends/1/weight', value: 1 },
      { op: 'test', path: '/spec/backends/2/service', value: 'down' },
      { op: 'test', path: '/spec/backends/2/weight', value: 0 },
    ]))

  it('is empty where nothing changes', () =>
    expect(
      patchOf([
        { service: 'web', weight: '0' },
        { service: 'east', weight: '1' },
      ]),
    ).toEqual([]))
})

describe('identity', () => {
  it('tests that this is the object that was seen, with the spec that was seen', () => {
    const object = trafficSplitOf([])
    const route = trafficSplit.read({ ...object, metadata: { ...object.metadata, generation: 3 } })
    expect(identityTests(route)).toEqual([
      { op: 'test', path: '/metadata/uid', value: 'u1' },
      { op: 'test', path: '/metadata/generation', value: 3 },
    ])
  })

  it('tests nothing that the object does not tell', () =>
    expect(identityTests(trafficSplit.read({}))).toEqual([]))
})

describe('ownership', () => {
  test.each([
    ['failover.linkerd.io/controlled-by', ['failover.linkerd.io/controlled-by']],
    ['failover.linkerd.io/controlled-by=linkerd-failover', ['failover.linkerd.io/controlled-by']],
    ['a==b, c!=d,!e , f in (g,h),i notin (j)', ['a', 'c', 'e', 'f', 'i']],
    ['', []],
  ])('the keys of %j', (selector, keys) => expect(selectorKeys(selector)).toEqual(keys))

  it('tests the labels that made the route ours', () => {
    const route = trafficSplit.read(trafficSplitOf([], {}, { 'failover.linkerd.io/controlled-by': 'me' }))
    expect(ownershipTests(route, ['failover.linkerd.io/controlled-by', 'other'])).toContainEqual({
      op: 'test',
      path: '/metadata/labels/failover.linkerd.io~1controlled-by',
      value: 'me',
    })
  })

  const path = '/metadata/annotations'
  const primary = `${path}/failover.linkerd.io~1primary-service`
  const paused = `${path}/failover.linkerd.io~1paused`
  const until = [`${path}/failover.linkerd.io~1paused-until`, null]
  const tiers = `${path}/failover.linkerd.io~1tiers`
  const policy = [
    [`${path}/failover.linkerd.io~1min-ready`, null],
    [`${path}/failover.linkerd.io~1failback-after`, null],
    [`${path}/failover.linkerd.io~1return-approved`, null],
    [`${path}/failover.linkerd.io~1skip-rules`, null],
  ]
  test.each([
    ['none at all', {}, [[path, null]]],
    ['others', { other: 'x' }, [[primary, null], [paused, null], until, [tiers, null], ...policy]],
    [
      'one',
      { 'failover.linkerd.io/primary-service': 'web' },
      [[primary, 'web'], [paused, null], until, [tiers, null], ...policy],
    ],
    [
      'a pause that is none',
      { 'failover.linkerd.io/paused': 'no' },
      [[primary, null], [paused, 'no'], until, [tiers, null], ...policy],
    ],
    [
      'an order',
      { 'failover.linkerd.io/tiers': 'web; east' },
      [[primary, null], [paused, null], until, [tiers, 'web; east'], ...policy],
    ],
  ])('tests the annotations that steer, with %s', (_, annotations, tests) => {
    const route = trafficSplit.read(trafficSplitOf([], annotations))
    expect(ownershipTests(route, []).map(({ path, value }) => [path, value])).toEqual(tests)
  })
})
