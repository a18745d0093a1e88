import { describe, expect, it, test } from 'vitest'
import { err, ok } from '../base/result.ts'
import type { OtherClusters } from './remote/discovered.ts'
import { projectSlice } from './slice.ts'
import { createMemory } from './testing/memory.ts'
import { endpoints, mirrored, service, slice } from './testing/objects.ts'

describe('why a backend is ready or down', () => {
  test.each([
    [1, 'ready', 'shop/web has 1 of 2 endpoints ready, according to its EndpointSlices'],
    [0, 'down', 'shop/web has 0 of 2 endpoints ready, according to its EndpointSlices'],
  ])('%d endpoints: %s', (ready, state, why) => {
    const { put, account } = createMemory()
    put('services', service('web'))
    put('endpointslices', slice('a', ready, 2))
    expect(account('shop/web')).toMatchObject({ readiness: { state, ready, total: 2 }, why, members: [] })
  })

  it('names the Endpoints of a mirrored Service, which count for it', () => {
    const { put, account } = createMemory()
    put('services', mirrored('web'))
    put('endpoints', endpoints('web', 0, 1))
    expect(account('shop/web').why).toBe(
      'shop/web has 0 of 1 endpoints ready, according to its Endpoints, which the service mirror writes',
    )
  })

  it('is the reason alone if no count says it', () => {
    const { put, account } = createMemory()
    put('services', service('web'))
    put('endpointslices', slice('a', 1, 1))
    expect(account('shop/nobody').why).toBe('there is no Service shop/nobody')
    expect(account('shop/web', { port: 81 }).why).toBe('shop/web has no port 81')
  })
})

const annotations = {
  'multicluster.linkerd.io/remote-discovery': 'web@east,web@west',
  'multicluster.linkerd.io/local-discovery': 'web',
}
const ports = [
  { name: 'http', port: 80 },
  { name: 'admin', port: 81 },
]
const secret = 'the Secret linkerd-multicluster/cluster-credentials-west is missing'

/** Of the cluster east there are these slices; west cannot be read. */
const others = (...slices: object[]): OtherClusters => ({
  isPending: () => false,
  slicesOf: (cluster) => (cluster === 'east' ? ok([slices.map(projectSlice)]) : err(secret)),
})

describe('the members of a federated Service', () => {
  const remote = slice('r', 2, 2, { ports: [{ name: 'admin', port: 8081 }] })
  const memory = createMemory(undefined, { others: others(remote) })
  memory.put('services', service('federated', { annotations, ports }))
  memory.put('services', service('web', { ports }))
  memory.put('endpointslices', slice('a', 0, 1, { ports: [{ name: 'http', port: 8080 }] }))

  it('are told one by one, that of this cluster first', () => {
    expect(memory.account('shop/federated', { port: 81 })).toEqual({
      readiness: { state: 'ready', ready: 2, total: 2 },
      why: 'shop/federated has 2 of 2 endpoints ready, according to its members',
      members: [
        {
          service: 'shop/web',
          cluster: undefined,
          readiness: { state: 'down', ready: 0, total: 0, why: 'no endpoint of shop/web has port admin' },
          why: 'no endpoint of shop/web has port admin',
        },
        {
          service: 'shop/web',
          cluster: 'east',
          readiness: { state: 'ready', ready: 2, total: 2 },
          why: 'shop/web has 2 of 2 endpoints ready in cluster east',
        },
        {
          service: 'shop/web',
          cluster: 'west',
          readiness: { state: 'unknown', why: expect.stringContaining(secret) },
          why: `the EndpointSlices of the Service shop/web in cluster west are not known: ${secret}`,
        },
      ],
    })
  })

  it('are as good as their best port if several are called', () => {
    memory.put('services', service('apex', { ports }))
    const { members } = memory.account('shop/federated', { apex: 'shop/apex' })
    expect(members.map(({ cluster, readiness }) => [cluster, readiness.state])).toEqual([
      [undefined, 'down'],
      ['east', 'ready'],
      ['west', 'unknown'],
    ])
  })
})
