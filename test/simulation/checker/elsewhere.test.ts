import { describe, expect, test } from 'vitest'
import { readElsewhere } from './elsewhere.ts'

const remote = 'multicluster.linkerd.io/remote-discovery'
const remoteService = 'multicluster.linkerd.io/remote-service'
const localDiscovery = 'multicluster.linkerd.io/local-discovery'

const read = (labels: Record<string, string>, annotations: Record<string, string>) =>
  readElsewhere('shop/web', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', labels, annotations },
  })

describe('where the endpoints of a Service are', () => {
  test.each([
    ['its own', {}, {}, undefined],
    [
      'remote discovery',
      { [remote]: 'east', [remoteService]: 'api' },
      {},
      { local: undefined, members: ['shop/api'], isOdd: false },
    ],
    [
      'federated, before the label',
      { [remote]: 'east', [remoteService]: 'api' },
      { [localDiscovery]: 'cart', [remote]: 'cart@east,' },
      { local: 'shop/cart', members: ['shop/cart'], isOdd: false },
    ],
    [
      'federated, and the last has left',
      {},
      { [remote]: '' },
      { local: undefined, members: [], isOdd: false },
    ],
    [
      'another cluster',
      {},
      { [remote]: 'a@west,b@east' },
      { local: undefined, members: ['shop/b'], isOdd: true },
    ],
    ['no name', { [remote]: 'east' }, {}, { local: undefined, members: [], isOdd: true }],
  ])('%s', (_, labels, annotations, expected) => {
    expect(read(labels, annotations)).toEqual(expected)
  })
})
