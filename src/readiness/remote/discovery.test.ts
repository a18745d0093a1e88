import { describe, expect, it, test } from 'vitest'
import { readDiscovery, readOrigin } from './discovery.ts'

const remote = 'multicluster.linkerd.io/remote-discovery'
const local = 'multicluster.linkerd.io/local-discovery'
const service = 'multicluster.linkerd.io/remote-service'

const web = (...clusters: string[]) => clusters.map((cluster) => ({ cluster, name: 'web' }))
const nothing = { local: undefined, members: [], malformed: [] }

test.each([
  ['nothing of both', {}, {}, undefined],
  ['the label', { [remote]: 'east', [service]: 'web' }, {}, { ...nothing, members: web('east') }],
  ['the label without its Service', { [remote]: 'east' }, {}, { ...nothing, malformed: ['@east'] }],
  [
    'an annotation and the label',
    { [remote]: 'east', [service]: 'web' },
    { [remote]: 'web@west' },
    { ...nothing, members: web('west') },
  ],
  ['members only here', {}, { [local]: 'web' }, { ...nothing, local: 'web' }],
  [
    'members here and there',
    {},
    { [local]: 'web', [remote]: 'web@east,web@west' },
    { ...nothing, local: 'web', members: web('east', 'west') },
  ],
  ['both annotations empty', {}, { [local]: '', [remote]: '' }, nothing],
])('a Service with %s', (_, labels, annotations, expected) =>
  expect(readDiscovery(labels, annotations)).toEqual(expected),
)

describe('the list of members', () => {
  const read = (text: unknown) => readDiscovery({}, { [remote]: text })

  test.each([
    ['', [], []],
    [',,web@east,', web('east'), []],
    ['web@east,web@east', web('east'), []],
    ['web@', [], ['web@']],
    ['@east', [], ['@east']],
    ['web', [], ['web']],
    ['web@east@west', [], ['web@east@west']],
    ['web@east, web@west', web('east'), [' web@west']],
    ['Web@east', [], ['Web@east']],
    ['web)@east', [], ['web)@east']],
    ['web@../east', [], ['web@../east']],
    ['web@east.example.com', web('east.example.com'), []],
  ])('%j', (text, members, malformed) => expect(read(text)).toEqual({ local: undefined, members, malformed }))

  it('is empty if it is no text', () => {
    for (const value of [7, null, ['web@east'], {}]) expect(read(value)).toEqual(nothing)
  })
})

test('a local member that is no name of a Service is malformed', () =>
  expect(readDiscovery({}, { [local]: 'web shop' })).toEqual({ ...nothing, malformed: ['web shop'] }))

const fqName = 'mirror.linkerd.io/remote-svc-fq-name'
const clusterName = 'mirror.linkerd.io/cluster-name'

test.each([
  ['web.shop.svc.cluster.local', 'east', { cluster: 'east', name: 'web' }],
  // One host of a headless Service.
  ['db-0.db.shop.svc.cluster.local', 'east', undefined],
  ['web', 'east', undefined],
  ['', 'east', undefined],
  [7, 'east', undefined],
  ['web.shop.svc.cluster.local', '', undefined],
  ['web.shop.svc.cluster.local', '../east', undefined],
])('a mirror with the annotation %j of cluster %j stands for %j', (name, cluster, origin) =>
  expect(readOrigin({ [clusterName]: cluster }, { [fqName]: name })).toEqual(origin),
)
