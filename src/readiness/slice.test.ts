import { describe, expect, it, test } from 'vitest'
import { projectSlice } from './slice.ts'

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
    // Its Service publishes Pods that are not ready.
    ['ready, but not serving', [{ conditions: { ready: true, serving: false } }], 0, 1],
    ['serving is null', [{ conditions: { ready: true, serving: null } }], 1, 1],
    ['terminating', [{ conditions: { ready: false, serving: true, terminating: true } }, {}], 1, 1],
    [
      'terminating, of a Service that publishes all',
      [{ conditions: { ready: true, terminating: true } }],
      0,
      0,
    ],
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
    const { family } = projectSlice({ ...sliceOf([], { labels: all }), addressType: 'IPv4' })
    expect(family === 'none').toBe(echo)
  })

  test.each([
    ['IPv4', 'IPv4'],
    ['IPv6', 'IPv6'],
    ['FQDN', 'none'],
    ['Pigeon', 'none'],
    [undefined, 'none'],
  ])('of the address type %s is of the family %s', (addressType, family) =>
    expect(projectSlice({ ...sliceOf([{}]), addressType })).toMatchObject({ family, ready: 1 }),
  )

  test.each([
    [
      'a list',
      [{ name: 'http', port: 8080 }, { port: 4143 }],
      [
        { name: 'http', port: 8080 },
        { name: '', port: 4143 },
      ],
    ],
    ['null', null, []],
    ['absent', undefined, []],
  ])('has the ports that it lists: %s', (_, ports, expected) =>
    expect(projectSlice({ ...sliceOf([{}]), ports }).ports).toEqual(expected),
  )

  it('marks each Pod by its uid, or by its address; the ready ones first', () => {
    const down = { conditions: { ready: false } }
    const marksOf = (...endpoints: object[]) => projectSlice(sliceOf(endpoints)).marks ?? ''
    const [a, b] = [{ targetRef: { uid: 'a' } }, { addresses: ['10.0.0.1'] }]
    const marks = marksOf({ ...a, ...down }, b)
    expect(marks).toHaveLength(4)
    expect(marks).toBe(marksOf(b) + marksOf({ ...a, addresses: ['10.0.0.9'] }))
  })

  it('needs no marks if Kubernetes wrote it, which puts a Pod into one slice only', () => {
    const labels = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }
    expect(projectSlice(sliceOf([{}], { labels })).marks).toBeUndefined()
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
