import { describe, expect, it, test } from 'vitest'
import { createStore } from '../kube/store.ts'
import {
  type EndpointCounts,
  type Mirror,
  projectEndpoints,
  projectMirror,
  projectSlice,
  type Slice,
} from './projections.ts'
import { ReadinessIndex } from './readiness.ts'

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

  it('of an address type that nobody knows counts as any other', () =>
    expect(projectSlice({ ...sliceOf([{}]), addressType: 'Pigeon' })).toMatchObject({ ready: 1 }))

  test.each([
    ['endpointslicemirroring-controller.k8s.io', { 'mirror.linkerd.io/mirrored-service': 'true' }, true],
    ['endpointslicemirroring-controller.k8s.io', { 'mirror.linkerd.io/mirrored-service': 'false' }, false],
    ['endpointslicemirroring-controller.k8s.io', {}, false],
    ['endpointslice-controller.k8s.io', { 'mirror.linkerd.io/mirrored-service': 'true' }, false],
  ])('that %s has written, with the labels %j, is an echo of Endpoints: %s', (manager, labels, echo) => {
    const all = { 'endpointslice.kubernetes.io/managed-by': manager, ...labels }
    expect(projectSlice(sliceOf([], { labels: all })).echo).toBe(echo)
  })

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
    echo: false,
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
    expect(index.change({ key: 'a', after: slice(1, 1, { echo: true }) })).toEqual([])
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
