import { describe, expect, it } from 'vitest'
import { createMemory, type KindName, kinds } from './testing/memory.ts'

interface SliceOptions {
  readonly service?: string
  readonly addressType?: string
  readonly labels?: object
}

const endpointsOf = (ready: number, total: number) =>
  Array.from({ length: total }, (_, index) => ({ conditions: { ready: index < ready } }))

const slice = (
  name: string,
  ready: number,
  total: number,
  { service = 'web', addressType = 'IPv4', labels = {} }: SliceOptions = {},
) => ({
  metadata: {
    namespace: 'shop',
    name,
    labels: { 'kubernetes.io/service-name': service, ...labels },
  },
  addressType,
  endpoints: endpointsOf(ready, total),
})

const named = (name: string) => ({
  namespace: 'shop',
  name,
  labels: { 'mirror.linkerd.io/mirrored-service': 'true' },
})

const mirrored = (name: string, labels: object = {}) => {
  const metadata = named(name)
  return { metadata: { ...metadata, labels: { ...metadata.labels, ...labels } } }
}

const endpoints = (name: string, ready: number, total: number) => {
  const addresses = (count: number) => Array.from({ length: count }, () => ({}))
  return {
    metadata: named(name),
    subsets: [{ addresses: addresses(ready), notReadyAddresses: addresses(total - ready) }],
  }
}

const echo = {
  labels: {
    'mirror.linkerd.io/mirrored-service': 'true',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  },
}

const remote = { 'multicluster.linkerd.io/remote-discovery': 'east' }
const turned = (service = 'shop/web') => ({ service, turned: true })
const recounted = (service = 'shop/web') => ({ service, turned: false })

describe('the readiness of a Service', () => {
  it('is the sum of its slices', () => {
    const { put, drop, readiness } = createMemory()
    put('endpointslices', slice('a', 1, 2))
    put('endpointslices', slice('b', 0, 3))
    expect(readiness.of('shop/web')).toEqual({ state: 'ready', ready: 1, total: 5 })
    drop('endpointslices', 'shop/a')
    expect(readiness.of('shop/web')).toEqual({ state: 'down', ready: 0, total: 3 })
  })

  describe('with a slice of each family for the same Pods', () => {
    const v6 = { addressType: 'IPv6' }

    it('counts each Pod once', () => {
      const { put, readiness } = createMemory()
      expect(put('endpointslices', slice('v4', 2, 3))).toEqual([turned()])
      expect(put('endpointslices', slice('v6', 2, 3, v6))).toEqual([])
      expect(readiness.of('shop/web')).toEqual({ state: 'ready', ready: 2, total: 3 })
    })

    it('counts the family that has more, while the other is still to be written', () => {
      const { put, readiness } = createMemory()
      put('endpointslices', slice('v4', 2, 3))
      put('endpointslices', slice('v6', 2, 3, v6))
      put('endpointslices', slice('more', 1, 1, v6))
      expect(readiness.of('shop/web')).toEqual({ state: 'ready', ready: 3, total: 4 })
    })

    it.each([
      ['IPv4', 'IPv6'],
      ['IPv6', 'IPv4'],
    ])('is down only when that of %s and that of %s have none that is ready', (first, last) => {
      const { put, readiness } = createMemory()
      const count = (addressType: string, ready: number) =>
        put('endpointslices', slice(addressType, ready, 3, { addressType }))
      for (const family of [first, last]) count(family, 2)
      expect(count(first, 0)).toEqual([])
      expect(readiness.of('shop/web')).toEqual({ state: 'ready', ready: 2, total: 3 })
      expect(count(last, 0)).toEqual([turned()])
      expect(readiness.of('shop/web')).toEqual({ state: 'down', ready: 0, total: 3 })
    })

    it('knows nothing more of it when all are gone', () => {
      const { put, drop, readiness } = createMemory()
      put('endpointslices', slice('v4', 2, 3))
      put('endpointslices', slice('v6', 2, 3, v6))
      for (const name of ['v4', 'v6']) drop('endpointslices', `shop/${name}`)
      expect(readiness.of('shop/web')).toEqual({ state: 'down', ready: 0, total: 0 })
    })
  })

  it('is down for a Service of which nothing is known', () =>
    expect(createMemory().readiness.of('shop/nobody')).toEqual({ state: 'down', ready: 0, total: 0 }))

  it('names the Services whose counts changed, and which of them turned ready or down', () => {
    const { put, drop } = createMemory()
    expect(put('endpointslices', slice('a', 1, 1))).toEqual([turned()])
    expect(put('endpointslices', slice('b', 1, 1))).toEqual([recounted()])
    expect(put('endpointslices', slice('a', 0, 1))).toEqual([recounted()])
    expect(drop('endpointslices', 'shop/b')).toEqual([turned()])
    expect(put('endpointslices', slice('a', 0, 1))).toEqual([])
    put('endpointslices', slice('c', 1, 1))
    expect(put('endpointslices', slice('c', 1, 1, { service: 'api' }))).toEqual([
      turned(),
      turned('shop/api'),
    ])
  })

  it('of a mirrored one is that of its Endpoints, not of the slices that repeat it later', () => {
    const { put, drop, readiness } = createMemory()
    put('endpoints', endpoints('web', 0, 1))
    expect(put('endpointslices', slice('a', 1, 1, echo))).toEqual([])
    expect(readiness.of('shop/web')).toEqual({ state: 'down', ready: 0, total: 1 })
    drop('endpoints', 'shop/web')
    expect(readiness.of('shop/web').state).toBe('down')
  })

  it('is unknown where only another cluster can tell', () => {
    const { put, readiness } = createMemory()
    put('services', mirrored('web', remote))
    expect(readiness.of('shop/web')).toEqual({ state: 'unknown' })
  })
})

describe('before every source is complete', () => {
  /** A local Service, one behind a gateway, and one of another cluster; all of them ready. */
  function readinessWithout(missing: KindName) {
    const { put, readiness } = createMemory(kinds.filter((kind) => kind !== missing))
    for (const kind of kinds.filter((other) => other !== missing)) {
      if (kind === 'services') {
        put(kind, mirrored('gateway'))
        put(kind, mirrored('remote', remote))
      }
      if (kind === 'endpoints') put(kind, endpoints('gateway', 1, 1))
      if (kind === 'endpointslices') put(kind, slice('a', 1, 1, { service: 'local' }))
    }
    return ['local', 'gateway', 'remote'].map((name) => readiness.of(`shop/${name}`).state)
  }

  it.each([
    // Which Services are mirrored is not known then.
    ['services', ['unknown', 'unknown', 'unknown']],
    ['endpoints', ['ready', 'unknown', 'unknown']],
    ['endpointslices', ['unknown', 'ready', 'unknown']],
  ] as const)('without all %s, unknown is what they alone can tell', (missing, states) =>
    expect(readinessWithout(missing)).toEqual(states),
  )

  it('is known as soon as the last one is', () => {
    const { put, complete, readiness } = createMemory(['services', 'endpoints'])
    put('endpointslices', slice('a', 1, 1))
    expect(readiness.of('shop/web')).toEqual({ state: 'unknown' })
    complete('endpointslices')
    expect(readiness.of('shop/web')).toEqual({ state: 'ready', ready: 1, total: 1 })
  })
})
