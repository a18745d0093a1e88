import { describe, expect, it, test } from 'vitest'
import { projectEndpoints, projectMirror, projectSlice } from './projections.ts'

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
