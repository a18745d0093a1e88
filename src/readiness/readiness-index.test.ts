import { describe, expect, it, test } from 'vitest'
import { createStore } from '../kube/watch/store.ts'
import {
  type EndpointCounts,
  type Mirror,
  projectEndpoints,
  projectMirror,
  projectSlice,
  type Slice,
} from './projections.ts'
import { ReadinessIndex } from './readiness-index.ts'

const sliceOf = (endpoints: unknown, metadata: object = {}) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    namespace: 'shop',
    name: 'web-1',
    labels: { 'kubernetes.io/service-name': 'web' },
    ...metadata,
  },
  endpoints,
})

describe('an EndpointSlice', () => {
  test.each([
    ['ready', [{ conditions: { ready: true } }], 1, 1],
    ['not ready', [{ conditions: { ready: false } }], 0, 1],
    ['ready is null: counts as ready', [{ conditions: { ready: null } }], 1, 1],
    ['ready is absent: counts as ready', [{ conditions: {} }], 1, 1],
    ['no conditions: counts as ready', [{ addresses: ['10.0.0.1'] }], 1, 1],
    ['some of each', [{ conditions: { ready: true } }, { conditions: { ready: false } }], 1, 2],
    ['no endpoints', [], 0, 0],
    ['endpoints absent', undefined, 0, 0],
    ['endpoints null', null, 0, 0],
  ])('%s', (_, endpoints, ready, total) =>
    expect(projectSlice(sliceOf(endpoints))).toMatchObject({ service: 'shop/web', ready, total }),
  )

  test.each([
    ['endpointslicemirroring-controller.k8s.io', { 'mirror.linkerd.io/mirrored-service': 'true' }, true],
    ['endpointslicemirroring-controller.k8s.io', { 'mirror.linkerd.io/mirrored-service': 'false' }, false],
    ['endpointslicemirroring-controller.k8s.io', {}, false],
    ['endpointslice-controller.k8s.io', { 'mirror.linkerd.io/mirrored-service': 'true' }, false],
  ])('that %s has written, with the labels %j, is an echo of Endpoints: %s', (manager, labels, echo) => {
    const all = { 'endpointslice.kubernetes.io/managed-by': manager, ...labels }
    expect(projectSlice(sliceOf([], { labels: all })).family === 'echo').toBe(echo)
  })

  test.each([
    ['IPv4', 'IPv4'],
    ['IPv6', 'IPv6'],
    ['FQDN', 'other'],
    ['Pigeon', 'other'],
    [undefined, 'other'],
  ])('of the address type %s is of the family %s', (addressType, family) =>
    expect(projectSlice({ ...sliceOf([{}]), addressType })).toMatchObject({ family, ready: 1 }),
  )

  it('tells when its pods changed', () => {
    const annotations = { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00.5Z' }
    expect(projectSlice(sliceOf([], { annotations })).changedAt).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 500))
    expect(projectSlice(sliceOf([], { annotations: {} })).changedAt).toBeUndefined()
  })

  test.each([[undefined], [null], [7], [{}], [{ metadata: 7 }]])('that is %j is nobody’s', (object) =>
    expect(projectSlice(object)).toMatchObject({ service: '/', ready: 0, total: 0 }),
  )
})

test('Endpoints count their addresses', () => {
  const subsets = [{ addresses: [{}, {}], notReadyAddresses: [{}] }, { notReadyAddresses: [{}] }]
  expect(projectEndpoints({ subsets })).toEqual({ ready: 2, total: 4 })
  expect(projectEndpoints({})).toEqual({ ready: 0, total: 0 })
})

test.each([
  [{ labels: { 'multicluster.linkerd.io/remote-discovery': 'east' } }, true, 'east'],
  [{ annotations: { 'multicluster.linkerd.io/remote-discovery': 'web@east' } }, true, undefined],
  [{ annotations: { 'multicluster.linkerd.io/local-discovery': 'web' } }, true, undefined],
  [{ labels: { 'mirror.linkerd.io/cluster-name': 'east' } }, false, 'east'],
  [{}, false, undefined],
])('a Service with %j is known to other clusters only: %j; it comes from %j', (metadata, remote, cluster) =>
  expect(projectMirror({ metadata })).toEqual({ remote, cluster }),
)

describe('the readiness of a Service', () => {
  function setUp({ synced = true } = {}) {
    const endpoints = createStore<EndpointCounts>(() => {})
    const mirrors = createStore<Mirror>(() => {})
    const index = new ReadinessIndex({
      endpoints: endpoints.reader,
      mirrors: mirrors.reader,
      synced: () => synced,
    })
    return { index, endpoints: endpoints.writer, mirrors: mirrors.writer }
  }
  const slice = (ready: number, total = ready, overrides: Partial<Slice> = {}): Slice => ({
    service: 'shop/web',
    ready,
    total,
    family: 'IPv4',
    changedAt: undefined,
    ...overrides,
  })

  it('is unknown until every cache is complete', () => {
    const { index } = setUp({ synced: false })
    index.change({ key: 'a', after: slice(1) })
    expect(index.of('shop/web')).toEqual({ state: 'unknown' })
  })

  it('is the sum of its slices', () => {
    const { index } = setUp()
    index.change({ key: 'a', after: slice(1, 2) })
    index.change({ key: 'b', after: slice(0, 3) })
    expect(index.of('shop/web')).toEqual({ state: 'ready', ready: 1, total: 5 })
    index.change({ key: 'a', before: slice(1, 2) })
    expect(index.of('shop/web')).toEqual({ state: 'down', ready: 0, total: 3 })
  })

  describe('with a slice of each family for the same Pods', () => {
    const [v4, v6] = [slice(2, 3), slice(2, 3, { family: 'IPv6' })]

    it('counts each Pod once', () => {
      const { index } = setUp()
      expect(index.change({ key: 'a', after: v4 })).toEqual([{ service: 'shop/web', turned: true }])
      expect(index.change({ key: 'b', after: v6 })).toEqual([])
      expect(index.of('shop/web')).toEqual({ state: 'ready', ready: 2, total: 3 })
    })

    it('counts the family that has more, while the other is still to be written', () => {
      const { index } = setUp()
      for (const [key, after] of Object.entries({ v4, v6, more: slice(1, 1, { family: 'IPv6' }) })) {
        index.change({ key, after })
      }
      expect(index.of('shop/web')).toEqual({ state: 'ready', ready: 3, total: 4 })
    })

    it.each([
      ['IPv4', 'IPv6', v4, v6],
      ['IPv6', 'IPv4', v6, v4],
    ] as const)(
      'is down only when that of %s and that of %s have none that is ready',
      (_, __, first, last) => {
        const { index } = setUp()
        const down = (before: Slice) =>
          index.change({ key: before.family, before, after: { ...before, ready: 0 } })
        for (const after of [v4, v6]) index.change({ key: after.family, after })
        expect(down(first)).toEqual([])
        expect(index.of('shop/web')).toEqual({ state: 'ready', ready: 2, total: 3 })
        expect(down(last)).toEqual([{ service: 'shop/web', turned: true }])
        expect(index.of('shop/web')).toEqual({ state: 'down', ready: 0, total: 3 })
      },
    )

    it('knows nothing more of it when all are gone', () => {
      const { index } = setUp()
      for (const after of [v4, v6]) index.change({ key: after.family, after })
      for (const before of [v4, v6]) index.change({ key: before.family, before })
      expect(index.of('shop/web')).toEqual({ state: 'down', ready: 0, total: 0 })
    })
  })

  it('is down for a Service of which nothing is known', () =>
    expect(setUp().index.of('shop/nobody')).toEqual({ state: 'down', ready: 0, total: 0 }))

  it('names the Services whose counts changed, and which of them turned ready or down', () => {
    const web = (turned: boolean) => ({ service: 'shop/web', turned })
    const { index } = setUp()
    expect(index.change({ key: 'a', after: slice(1) })).toEqual([web(true)])
    expect(index.change({ key: 'b', after: slice(1) })).toEqual([web(false)])
    expect(index.change({ key: 'a', before: slice(1), after: slice(0, 1) })).toEqual([web(false)])
    expect(index.change({ key: 'b', before: slice(1) })).toEqual([web(true)])
    expect(index.change({ key: 'a', before: slice(0, 1), after: slice(0, 1) })).toEqual([])
    const moved = { key: 'c', before: slice(1), after: slice(1, 1, { service: 'shop/api' }) }
    index.change({ key: 'c', after: slice(1) })
    expect(index.change(moved)).toEqual([web(true), { service: 'shop/api', turned: true }])
  })

  it('of a mirrored one is that of its Endpoints, not of the slices that repeat it later', () => {
    const { index, endpoints } = setUp()
    endpoints.replace(new Map([['shop/web', { resourceVersion: '1', value: { ready: 0, total: 1 } }]]), '1')
    expect(index.change({ key: 'a', after: slice(1, 1, { family: 'echo' }) })).toEqual([])
    expect(index.of('shop/web')).toEqual({ state: 'down', ready: 0, total: 1 })
    endpoints.remove('shop/web', '2')
    expect(index.of('shop/web').state).toBe('down')
  })

  it('is unknown where only another cluster can tell', () => {
    const { index, mirrors } = setUp()
    const value = { remote: true, cluster: 'east' }
    mirrors.replace(new Map([['shop/web', { resourceVersion: '1', value }]]), '1')
    expect(index.of('shop/web')).toEqual({ state: 'unknown' })
  })
})
