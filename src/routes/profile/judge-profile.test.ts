import { describe, expect, it, test } from 'vitest'
import { trafficSplit } from '../trafficsplit.ts'
import { judgeProfile } from './judge-profile.ts'
import { readProfile } from './profile.ts'

const domain = 'cluster.local'
const authority = (service: string) => `${service}.shop.svc.cluster.local`

const splitOf = (weights: Record<string, unknown>, metadata: object = {}) =>
  trafficSplit.read({
    metadata: { namespace: 'shop', name: 'web', ...metadata },
    spec: {
      service: 'web',
      backends: Object.entries(weights).map(([service, weight]) => ({ service, weight })),
    },
  })
const overrides = (weights: Record<string, unknown>) =>
  Object.entries(weights).map(([service, weight]) => ({ authority: authority(service), weight }))
const profileOf = (spec: object | undefined, metadata: object = {}) =>
  readProfile({ metadata: { namespace: 'shop', name: authority('web'), uid: 'u1', ...metadata }, spec })
const written = (weights: Record<string, unknown>, metadata: object = {}) =>
  profileOf({ dstOverrides: overrides(weights) }, metadata)

const judge = (weights: Record<string, unknown>, profile?: ReturnType<typeof profileOf>) =>
  judgeProfile(splitOf(weights), profile, domain)

/** What a patch changes, without its tests; nothing if there is none. */
function moves({ write }: ReturnType<typeof judge>) {
  if (write?.kind !== 'patch') return []
  return write.operations.flatMap(({ op, path, value }) => (op === 'test' ? [] : [[path, value]]))
}

it('is created where there is none, as the adaptor of linkerd-smi creates it', () => {
  expect(judge({ web: 0, east: 1.5 }).write).toEqual({
    kind: 'create',
    object: {
      apiVersion: 'linkerd.io/v1alpha2',
      kind: 'ServiceProfile',
      metadata: { namespace: 'shop', name: 'web.shop.svc.cluster.local' },
      spec: {
        dstOverrides: [
          { authority: 'web.shop.svc.cluster.local', weight: '0' },
          { authority: 'east.shop.svc.cluster.local', weight: '1500m' },
        ],
      },
    },
  })
})

describe('the weights of a list that is there', () => {
  it('move, and nothing else; the patch names all that was seen', () => {
    expect(judge({ web: 0, east: 1 }, written({ web: '1', east: '0' })).write).toEqual({
      kind: 'patch',
      operations: [
        { op: 'test', path: '/metadata/uid', value: 'u1' },
        { op: 'test', path: '/metadata/annotations', value: null },
        { op: 'test', path: '/spec/dstOverrides/0/authority', value: authority('web') },
        { op: 'test', path: '/spec/dstOverrides/0/weight', value: '1' },
        { op: 'test', path: '/spec/dstOverrides/1/authority', value: authority('east') },
        { op: 'test', path: '/spec/dstOverrides/1/weight', value: '0' },
        { op: 'add', path: '/spec/dstOverrides/0/weight', value: '0' },
        { op: 'add', path: '/spec/dstOverrides/1/weight', value: '1' },
      ],
    })
  })

  it.each([
    [
      { web: 1, east: 0 },
      { web: '1', east: 0 },
    ],
    [
      { web: 0.5, east: '500m' },
      { web: '500m', east: 0.5 },
    ],
    [
      { web: 1000, east: 0 },
      { web: '1k', east: '0' },
    ],
  ])('are as they should be: %j is %j', (weights, now) => {
    expect(judge(weights, written(now))).toEqual({ target: expect.any(String) })
  })

  test('that cannot be read are replaced', () => {
    expect(moves(judge({ web: 1, east: 0 }, written({ web: 'x', east: undefined })))).toEqual([
      ['/spec/dstOverrides/0/weight', '1'],
      ['/spec/dstOverrides/1/weight', '0'],
    ])
  })
})

describe('a list', () => {
  it.each([
    [undefined, '/spec', { dstOverrides: overrides({ web: '1', east: '0' }) }],
    [{ routes: [{ name: 'a' }] }, '/spec/dstOverrides', overrides({ web: '1', east: '0' })],
    [{ dstOverrides: [] }, '/spec/dstOverrides', overrides({ web: '1', east: '0' })],
  ])('is added to the spec %j, which has none', (spec, path, value) => {
    expect(moves(judge({ web: 1, east: 0 }, profileOf(spec)))).toEqual([[path, value]])
  })

  it('with other backends keeps them, and gets the weights of those that the split has', () => {
    const verdict = judge({ web: 0, east: 1, west: 1 }, written({ west: '0', web: '1', old: '1' }))
    expect(moves(verdict)).toEqual([
      ['/spec/dstOverrides/0/weight', '1'],
      ['/spec/dstOverrides/1/weight', '0'],
      ['/spec/dstOverrides/2/weight', '0'],
    ])
    expect(verdict.trouble).toContain('name other backends than the TrafficSplit')
    expect(verdict.trouble).toContain('remove spec.dstOverrides')
  })

  it('is never written all zero', () => {
    const verdict = judge({ web: 0, east: 1 }, written({ web: '1', old: '0' }))
    expect([verdict.write, verdict.trouble]).toEqual([undefined, expect.stringContaining('other backends')])
    expect(judge({ web: 0, east: 0 }, written({ web: '1', east: '0' }))).toEqual({ target: '' })
    expect(judge({ web: 0, east: 0 })).toEqual({ target: '' })
  })
})

it('follows a TrafficSplit that is paused, or whose annotation names no backend', () => {
  for (const annotations of [
    { 'failover.linkerd.io/paused': 'true' },
    { 'failover.linkerd.io/primary-service': 'nobody' },
  ]) {
    const split = splitOf({ web: 0, east: 1 }, { annotations })
    expect(moves(judgeProfile(split, written({ web: '1', east: '0' }), domain))).toHaveLength(2)
  }
})

it('leaves it as it is if a weight of the TrafficSplit cannot be read', () => {
  expect(judge({ web: 'much', east: 1 }, written({ web: '1', east: '0' }))).toEqual({ target: '' })
  expect(judgeProfile(trafficSplit.read({}), undefined, domain)).toEqual({ target: '' })
})

describe('a ServiceProfile of somebody else', () => {
  const managedBy = (manager: string) => ({
    managedFields: [{ manager, fieldsV1: { 'f:spec': { 'f:dstOverrides': {} } } }],
  })
  const now = { web: '1', east: '0' }

  it.each([
    ['argocd-controller', managedBy('argocd-controller'), 'were written by "argocd-controller"'],
    ['who lets the adaptor skip it', { annotations: { 'smi.linkerd.io/skip': '' } }, 'smi.linkerd.io/skip'],
  ])('is left to %s', (_, metadata, trouble) => {
    const verdict = judge({ web: 0, east: 1 }, written(now, metadata))
    expect(verdict).toEqual({ target: '', trouble: expect.stringContaining(trouble) })
  })

  it.each([
    ['the adaptor', managedBy('smi-adaptor')],
    ['this operator', managedBy('linkerd-failover')],
    [
      'this operator, which the adaptor shall skip',
      { annotations: { 'smi.linkerd.io/skip': 'linkerd-failover' } },
    ],
  ])('that %s wrote is none', (_, metadata) => {
    const verdict = judge({ web: 0, east: 1 }, written(now, metadata))
    expect([moves(verdict).length, verdict.trouble]).toEqual([2, undefined])
  })

  it('gets a list of overrides if it has none, whoever wrote it', () => {
    const metadata = managedBy('helm')
    expect(moves(judge({ web: 0, east: 1 }, profileOf({ routes: [{}] }, metadata)))).toHaveLength(1)
  })

  it('stays so while the write is under way: the annotation is tested', () => {
    const { write } = judge({ web: 0, east: 1 }, written(now, { annotations: { other: 'x' } }))
    expect(write).toMatchObject({
      operations: expect.arrayContaining([
        { op: 'test', path: '/metadata/annotations/smi.linkerd.io~1skip', value: null },
      ]),
    })
  })
})
