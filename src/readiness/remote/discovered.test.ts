import { describe, expect, it, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import { families, projectSlice, type Slice } from '../slice.ts'
import { createMemory } from '../testing/memory.ts'
import type { OtherClusters } from './discovered.ts'

/** Clusters whose slices are known, by name; of all others nothing is. */
const known = (clusters: Readonly<Record<string, readonly Slice[]>>): OtherClusters => ({
  isPending: () => false,
  slicesOf: (cluster, service) => {
    const slices = clusters[cluster]?.filter((slice) => slice.service === service)
    if (!slices) return err(`the Secret of ${cluster} is missing`)
    return ok(families.map((family) => slices.filter((slice) => slice.family === family)))
  },
})

const discovery = 'multicluster.linkerd.io/remote-discovery'
const local = 'multicluster.linkerd.io/local-discovery'

const service = (name: string, annotations: object = {}) => ({
  metadata: { namespace: 'shop', name, annotations },
  spec: { ports: [{ port: 80 }] },
})

const slice = (name: string, ready: boolean) => ({
  metadata: { namespace: 'shop', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ port: 8080 }],
  endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready } }],
})

const cluster = (ready: boolean) => [projectSlice(slice('web', ready))]

describe('a federated Service', () => {
  const federated = (annotations: object, clusters: Readonly<Record<string, readonly Slice[]>>) => {
    const memory = createMemory(undefined, { others: known(clusters) })
    memory.put('services', service('web-federated', annotations))
    return memory
  }
  const both = { [discovery]: 'web@east,web@west' }

  test.each([
    [
      'one member is ready, and one is unknown',
      { east: cluster(true) },
      { state: 'ready', ready: 1, total: 1 },
    ],
    [
      'all members are down',
      { east: cluster(false), west: cluster(false) },
      {
        state: 'down',
        ready: 0,
        total: 2,
        why: 'shop/web has 0 of 1 endpoints ready in cluster east; shop/web has 0 of 1 endpoints ready in cluster west',
      },
    ],
    [
      'no member is ready, and one is unknown',
      { east: cluster(false) },
      {
        state: 'unknown',
        why: 'shop/web has 0 of 1 endpoints ready in cluster east; the EndpointSlices of the Service shop/web in cluster west are not known: the Secret of west is missing',
      },
    ],
    ['no member is known', {}, { state: 'unknown' }],
  ])('of which %s', (_, clusters, expected) =>
    expect(federated(both, clusters).of('shop/web-federated')).toMatchObject(expected),
  )

  it('without a member is down', () => {
    const { of } = federated({ [discovery]: '' }, {})
    expect(of('shop/web-federated')).toMatchObject({
      state: 'down',
      why: 'shop/web-federated has no member in any cluster',
    })
  })

  it('is unknown while an entry cannot be understood, unless another member is ready', () => {
    const annotations = { [discovery]: 'web@east,web@' }
    expect(federated(annotations, { east: cluster(true) }).of('shop/web-federated').state).toBe('ready')
    expect(federated(annotations, { east: [] }).of('shop/web-federated')).toEqual({
      state: 'unknown',
      why: 'shop/web has no endpoints in cluster east; the Service shop/web-federated in this cluster names the member "web@", which is not SERVICE@CLUSTER',
    })
  })

  it('follows its local member, which may be missing', () => {
    const { put, drop, of } = federated({ [local]: 'web' }, {})
    expect(of('shop/web-federated')).toMatchObject({ state: 'down', why: 'there is no Service shop/web' })
    const turned = [
      { service: 'shop/web', turned: true },
      { service: 'shop/web-federated', turned: true },
    ]
    expect(put('services', service('web'))).toEqual(turned)
    expect(put('endpointslices', slice('web', true))).toEqual(turned)
    expect(of('shop/web-federated')).toMatchObject({ state: 'ready', ready: 1, total: 1 })
    put('services', service('web-federated'))
    expect(drop('endpointslices', 'shop/web-1')).toEqual([{ service: 'shop/web', turned: true }])
  })
})
