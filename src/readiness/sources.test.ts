import { describe, expect, it } from 'vitest'
import { createMemory, type KindName, kinds } from './testing/memory.ts'
import { endpoints, mirrored, service, slice } from './testing/objects.ts'

const echo = {
  labels: {
    'mirror.linkerd.io/mirrored-service': 'true',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  },
}

const remote = {
  'multicluster.linkerd.io/remote-discovery': 'east',
  'multicluster.linkerd.io/remote-service': 'api',
}
const turned = (service = 'shop/web') => ({ service, turned: true })
const recounted = (service = 'shop/web') => ({ service, turned: false })

/** The Services web and api, of which all is known. */
function shop() {
  const memory = createMemory()
  for (const name of ['web', 'api']) memory.put('services', service(name))
  return memory
}

describe('the readiness of a Service', () => {
  it('is the sum of its slices', () => {
    const { put, drop, of } = shop()
    put('endpointslices', slice('a', 1, 2))
    put('endpointslices', slice('b', 0, 3))
    expect(of('shop/web')).toEqual({ state: 'ready', ready: 1, total: 5 })
    drop('endpointslices', 'shop/a')
    expect(of('shop/web')).toEqual({ state: 'down', ready: 0, total: 3 })
  })

  describe('with a slice of each family for the same Pods', () => {
    const v6 = { addressType: 'IPv6' }

    it('counts each Pod once', () => {
      const { put, of } = shop()
      expect(put('endpointslices', slice('v4', 2, 3))).toEqual([turned()])
      expect(put('endpointslices', slice('v6', 2, 3, v6))).toEqual([])
      expect(of('shop/web')).toEqual({ state: 'ready', ready: 2, total: 3 })
    })

    it('counts the family that has more, while the other is still to be written', () => {
      const { put, of } = shop()
      put('endpointslices', slice('v4', 2, 3))
      put('endpointslices', slice('v6', 2, 3, v6))
      put('endpointslices', slice('more', 1, 1, v6))
      expect(of('shop/web')).toEqual({ state: 'ready', ready: 3, total: 4 })
    })

    it.each([
      ['IPv4', 'IPv6'],
      ['IPv6', 'IPv4'],
    ])('is down only when that of %s and that of %s have none that is ready', (first, last) => {
      const { put, of } = shop()
      const count = (addressType: string, ready: number) =>
        put('endpointslices', slice(addressType, ready, 3, { addressType }))
      for (const family of [first, last]) count(family, 2)
      expect(count(first, 0)).toEqual([])
      expect(of('shop/web')).toEqual({ state: 'ready', ready: 2, total: 3 })
      expect(count(last, 0)).toEqual([turned()])
      expect(of('shop/web')).toEqual({ state: 'down', ready: 0, total: 3 })
    })

    it('knows nothing more of it when all are gone', () => {
      const { put, drop, of } = shop()
      put('endpointslices', slice('v4', 2, 3))
      put('endpointslices', slice('v6', 2, 3, v6))
      for (const name of ['v4', 'v6']) drop('endpointslices', `shop/${name}`)
      expect(of('shop/web')).toEqual({ state: 'down', ready: 0, total: 0 })
    })
  })

  it('is down for a Service without slices', () =>
    expect(shop().of('shop/api')).toEqual({ state: 'down', ready: 0, total: 0 }))

  it('names the Services whose counts changed, and which of them turned ready or down', () => {
    const { put, drop } = shop()
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
    const { put, drop, of } = shop()
    put('endpoints', endpoints('web', 0, 1))
    expect(put('endpointslices', slice('a', 1, 1, echo))).toEqual([])
    expect(of('shop/web')).toEqual({ state: 'down', ready: 0, total: 1 })
    drop('endpoints', 'shop/web')
    expect(of('shop/web').state).toBe('down')
  })

  it('is unknown where only another cluster can tell', () => {
    const { put, of } = shop()
    put('services', mirrored('web', remote))
    expect(of('shop/web')).toEqual({
      state: 'unknown',
      why: 'the EndpointSlices of the Service shop/api in cluster east are not known: only the operator reads that cluster; linkerd-failover dashboard shows what it knows',
    })
  })
})

const down = (why?: string, total = 0) => ({ state: 'down', ready: 0, total, ...(why ? { why } : {}) })

describe('a Service that cannot serve', () => {
  it('is one that is not there, although its slices are', () => {
    const { put, drop, of } = shop()
    put('endpointslices', slice('a', 1, 1))
    expect(of('shop/web').state).toBe('ready')
    expect(drop('services', 'shop/web')).toEqual([turned()])
    expect(of('shop/web')).toEqual(down('there is no Service shop/web'))
  })

  it('is one that is only another name for a host', () => {
    const { put, of } = shop()
    put('endpointslices', slice('a', 1, 1))
    put('services', service('web', { spec: { type: 'ExternalName' } }))
    expect(of('shop/web')).toEqual(down('shop/web is of type ExternalName, which Linkerd cannot send to'))
  })

  it('is one with slices of an address type that Linkerd does not read', () => {
    const { put, of } = shop()
    expect(put('endpointslices', slice('a', 1, 1, { addressType: 'FQDN' }))).toEqual([])
    expect(of('shop/web')).toEqual(down())
  })
})

describe('the readiness of a port', () => {
  const [http, admin] = [
    { name: 'http', port: 80 },
    { name: 'admin', port: 9990 },
  ]
  const both = { ports: [{ name: 'http', port: 8080 }, admin] }

  function withPorts() {
    const memory = shop()
    memory.put('services', service('web', { ports: [http, admin] }))
    return memory
  }

  it('is that of the endpoints with the name that the Service has for it', () => {
    const { put, of } = withPorts()
    put('endpointslices', slice('a', 0, 2, both))
    put('endpointslices', slice('b', 1, 1, { ports: [admin] }))
    expect(of('shop/web', { port: 80 })).toEqual(down('shop/web has 0 of 2 endpoints ready for port http', 2))
    expect(of('shop/web', { port: 9990 })).toEqual({ state: 'ready', ready: 1, total: 3 })
  })

  it('is down if no Pod has a port of that name, since a rollout renamed it', () => {
    const { put, of } = withPorts()
    expect(put('endpointslices', slice('a', 2, 2, both))).toEqual([turned()])
    const renamed = { ports: [{ name: 'web', port: 8080 }] }
    expect(put('endpointslices', slice('a', 2, 2, renamed))).toEqual([turned()])
    expect(of('shop/web', { port: 80 })).toEqual(down('no endpoint of shop/web has port http'))
  })

  it.each([[null], [[]]])('is down if the slice has no ports: %j', (ports) => {
    const { put, of } = shop()
    put('endpointslices', slice('a', 1, 1, { ports }))
    expect(of('shop/web', { port: 80 })).toEqual(down('no endpoint of shop/web has port 80'))
    expect(of('shop/web')).toEqual(down('no endpoint of shop/web has a port'))
  })

  it('needs no port in the slices of a headless Service without ports', () => {
    const { put, of } = shop()
    put('services', service('web', { ports: [], spec: { clusterIP: 'None' } }))
    put('endpointslices', slice('a', 1, 1, { ports: null }))
    expect(of('shop/web', { port: 80 })).toEqual({ state: 'ready', ready: 1, total: 1 })
    expect(of('shop/web')).toEqual({ state: 'ready', ready: 1, total: 1 })
  })

  it('that the Service does not have is that of the port of the Pods with this number', () => {
    const { put, of } = shop()
    put('endpointslices', slice('a', 1, 1))
    expect(of('shop/web', { port: 8080 })).toEqual({ state: 'ready', ready: 1, total: 1 })
    expect(of('shop/web', { port: 81 })).toEqual(down('shop/web has no port 81'))
  })

  it('is down if the Service has no endpoints at all, and that is all there is to say', () =>
    expect(withPorts().of('shop/web', { port: 80 })).toEqual(down()))

  it('of a mirrored Service is that of the subsets with its name', () => {
    const { put, of } = shop()
    put('services', mirrored('web', {}, { ports: [http, admin] }))
    put('endpoints', endpoints('web', 1, 1, [{ name: 'admin', port: 4143 }]))
    expect(of('shop/web', { port: 9990 })).toEqual({ state: 'ready', ready: 1, total: 1, gateways: true })
    expect(of('shop/web', { port: 80 })).toEqual(down('no endpoint of shop/web has port http'))
  })

  it('turns although the counts of the Service stay', () => {
    const { put } = withPorts()
    put('endpointslices', slice('a', 1, 1, both))
    expect(put('endpointslices', slice('a', 1, 1, { ports: [admin] }))).toEqual([turned()])
    expect(put('endpointslices', slice('b', 0, 1, both))).toEqual([recounted()])
    expect(put('endpointslices', slice('b', 1, 1, both))).toEqual([turned()])
  })

  it('changes with the Service', () => {
    const { put, of } = withPorts()
    put('endpointslices', slice('a', 1, 1, both))
    expect(put('services', service('web', { ports: [{ name: 'grpc', port: 80 }] }))).toEqual([turned()])
    expect(of('shop/web', { port: 80 }).state).toBe('down')
    expect(
      put('services', service('web', { ports: [{ name: 'grpc', port: 80 }], annotations: { a: '' } })),
    ).toEqual([])
  })
})

describe('a Pod in several slices', () => {
  const pods = 'web'

  it('counts once, and is ready if one of them says so', () => {
    const { put, of } = shop()
    put('endpointslices', slice('a', 1, 2, { pods }))
    put('endpointslices', slice('b', 3, 3, { pods }))
    expect(of('shop/web')).toEqual({ state: 'ready', ready: 3, total: 3 })
    put('endpointslices', slice('c', 1, 1))
    expect(of('shop/web')).toEqual({ state: 'ready', ready: 4, total: 4 })
  })

  it('is looked for only in slices that Kubernetes did not write itself', () => {
    const { put, of } = shop()
    const labels = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }
    put('endpointslices', slice('a', 1, 2, { pods, labels }))
    put('endpointslices', slice('b', 1, 1, { pods: 'other', labels }))
    put('endpointslices', slice('c', 2, 2, { pods: 'third' }))
    put('endpointslices', slice('d', 1, 2, { pods: 'third' }))
    expect(of('shop/web')).toEqual({ state: 'ready', ready: 4, total: 5 })
  })

  it('counts for each of its ports', () => {
    const { put, of } = shop()
    const [http, admin] = [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81 },
    ]
    put('services', service('web', { ports: [http, admin] }))
    put('endpointslices', slice('a', 1, 1, { pods, ports: [http] }))
    put('endpointslices', slice('b', 0, 1, { pods, ports: [admin] }))
    expect(of('shop/web', { port: 80 })).toEqual({ state: 'ready', ready: 1, total: 1 })
    expect(of('shop/web', { port: 81 }).state).toBe('down')
  })
})

describe('a backend that is called by the ports of an apex', () => {
  const [http, admin] = [
    { name: 'http', port: 80 },
    { name: 'admin', port: 81 },
  ]
  const byApex = { apex: 'shop/apex' }

  function withApex(...ports: object[]) {
    const memory = shop()
    memory.put('services', service('apex', { ports }))
    memory.put('services', service('web', { ports: [http, admin] }))
    return memory
  }

  it('is ready if one of them is, and only down if all are', () => {
    const { put, of } = withApex(http, admin)
    put('endpointslices', slice('a', 2, 2, { ports: [admin] }))
    expect(of('shop/web', byApex)).toEqual({ state: 'ready', ready: 2, total: 2 })
    put('endpointslices', slice('a', 0, 2, { ports: [admin] }))
    expect(of('shop/web', byApex)).toEqual(down(undefined, 2))
  })

  it('is not ready by a port that the apex does not have', () => {
    const { put, of } = withApex(http)
    put('endpointslices', slice('a', 2, 2, { ports: [admin] }))
    expect(of('shop/web', byApex)).toEqual(down('no endpoint of shop/web has port http'))
  })

  it('is called by any port if there is no apex, or it has no ports', () => {
    const { put, drop, of } = withApex()
    put('endpointslices', slice('a', 2, 2, { ports: [admin] }))
    expect(of('shop/web', byApex).state).toBe('ready')
    drop('services', 'shop/apex')
    expect(of('shop/web', byApex).state).toBe('ready')
  })
})

describe('before every source is complete', () => {
  /** A local Service, one behind a gateway, and one of another cluster; all of them ready. */
  function readinessWithout(missing: KindName) {
    const { put, of } = createMemory(kinds.filter((kind) => kind !== missing))
    for (const kind of kinds.filter((other) => other !== missing)) {
      if (kind === 'services') {
        put(kind, service('local'))
        put(kind, mirrored('gateway'))
        put(kind, mirrored('remote', remote))
      }
      if (kind === 'endpoints') put(kind, endpoints('gateway', 1, 1))
      if (kind === 'endpointslices') put(kind, slice('a', 1, 1, { service: 'local' }))
    }
    return ['local', 'gateway', 'remote'].map((name) => of(`shop/${name}`).state)
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
    const { put, complete, of } = createMemory(['services', 'endpoints'])
    put('services', service('web'))
    put('endpointslices', slice('a', 1, 1))
    expect(of('shop/web')).toEqual({
      state: 'unknown',
      why: 'the EndpointSlices of the Service shop/web in this cluster are not known: the list of all EndpointSlices is not complete yet',
    })
    complete('endpointslices')
    expect(of('shop/web')).toEqual({ state: 'ready', ready: 1, total: 1 })
  })
})
