import { describe, expect, it, test } from 'vitest'
import type { ServiceFacts } from '../../readiness/service-facts.ts'
import { projectService } from '../../readiness/service-facts.ts'
import { type Called, calledBy } from './called.ts'
import { differencesOf } from './differences.ts'
import { givenBy } from './given.ts'
import type { DestinationView, EndpointSet } from './view.ts'

const service = (spec: object = {}, metadata: object = {}): ServiceFacts =>
  projectService({ metadata, spec: { ports: [{ port: 80 }], ...spec } })

const called = (facts = service(), members = [{ cluster: 'local', service: 'shop/web' }]): Called => ({
  service: 'shop/web',
  port: 80,
  members,
  facts,
})

/** A Pod that gives so many endpoints of shop/web, by node; `*`: for all nodes. */
const view = (
  counts: Record<string, number | undefined>,
  more: Partial<DestinationView> = {},
): DestinationView => ({
  sets: Object.entries(counts).map(([node, endpoints]) =>
    setOf({ node: node === '*' ? undefined : node, endpoints }),
  ),
  clusters: ['local'],
  startedAt: undefined,
  ...more,
})
const setOf = (more: Partial<EndpointSet>): EndpointSet => ({
  cluster: 'local',
  service: 'shop/web',
  port: 80,
  node: undefined,
  endpoints: 0,
  ...more,
})

/** Differences as words, of Pods a, b, … */
function between(ready: number | undefined, of: Called, ...views: readonly DestinationView[]): string[] {
  const given = views.map((one, index) => ({ pod: 'abc'[index] ?? '?', given: givenBy(one)(of) }))
  return differencesOf(of, given, ready).map(({ kind, pod, endpoints, nodes }) =>
    [pod, kind, endpoints ?? '-', ...(nodes.length > 0 ? ['on', nodes.join()] : [])].join(' '),
  )
}

describe('what one Pod gives, and what is ready', () => {
  test.each<[string, number, Record<string, number | undefined>, string[]]>([
    ['the same', 2, { n1: 2, n2: 2 }, []],
    ['nothing ready and nothing given', 0, { n1: 0 }, []],
    ['nobody asks', 2, {}, []],
    ['nothing reported yet', 2, { n1: undefined }, []],
    ['no endpoint on one node', 2, { n1: 2, n2: 0 }, ['a none 0 on n2']],
    ['no endpoint', 2, { '*': 0 }, ['a none 0']],
    ['endpoints that are not ready', 0, { n1: 3 }, ['a stale 3']],
    ['fewer', 3, { n1: 3, n2: 1 }, ['a fewer 1 on n2']],
    ['more', 1, { n1: 1, n2: 4 }, ['a more 4 on n2']],
    ['one node reported, the other not', 2, { n1: undefined, n2: 0 }, ['a none 0']],
  ])('%s', (_, ready, counts, found) => expect(between(ready, called(), view(counts))).toEqual(found))

  it('each Pod has a view of its own', () => {
    expect(between(2, called(), view({ n1: 2 }), view({ n1: 0 }), view({}))).toEqual(['b none 0'])
  })
})

describe('what Linkerd itself leaves out is no difference', () => {
  const local = service({ internalTrafficPolicy: 'Local' })
  const zones = service({ trafficDistribution: 'PreferClose' })
  const unready = service({ publishNotReadyAddresses: true })
  const headlessMirror = service(
    { clusterIP: 'None' },
    { labels: { 'mirror.linkerd.io/mirrored-service': 'true' } },
  )
  test.each<[string, ServiceFacts, number, Record<string, number>, string[]]>([
    ['endpoints of other nodes', local, 2, { n1: 0, n2: 2 }, []],
    ['... but an older version counts all', local, 2, { '*': 0 }, ['a none 0']],
    ['endpoints of other zones', zones, 3, { n1: 1 }, []],
    ['... but never all', zones, 3, { n1: 0 }, ['a none 0']],
    ['... and none are added', zones, 0, { n1: 1 }, ['a stale 1']],
    ['unready Pods that are published', unready, 0, { n1: 2 }, []],
    ['... but ready ones are given', unready, 1, { n1: 0 }, ['a none 0']],
    ['hosts behind a headless mirror', headlessMirror, 0, { n1: 2 }, []],
  ])('%s', (_, facts, ready, counts, found) =>
    expect(between(ready, called(facts), view(counts))).toEqual(found),
  )
})

describe('Services in other clusters', () => {
  const members = [
    { cluster: 'local', service: 'shop/cart' },
    { cluster: 'east', service: 'shop/cart' },
  ]
  const federated = called(service(), members)
  const both = (
    local: number | undefined,
    east: number | undefined,
    clusters = ['east', 'local'],
  ): DestinationView => ({
    sets: [
      setOf({ service: 'shop/cart', node: 'n1', endpoints: local }),
      setOf({ service: 'shop/cart', node: 'n1', endpoints: east, cluster: 'east' }),
    ],
    clusters,
    startedAt: undefined,
  })

  it('the endpoints of all members count together', () => {
    expect(between(3, federated, both(1, 2), both(1, 0))).toEqual(['b fewer 1'])
  })
  it('a member that is not reported leaves the sum open', () => {
    expect(between(3, federated, both(1, undefined))).toEqual([])
  })
  it('a cluster that a Pod does not read', () => {
    expect(between(3, federated, both(1, 2), both(1, undefined, ['local']))).toEqual(['b unread -'])
  })
  it('a version that does not report its clusters', () => {
    expect(between(3, federated, both(1, undefined, []))).toEqual([])
  })
  it('Pods that differ, where it is not known how many are ready', () => {
    expect(between(undefined, federated, both(1, 2), both(1, 0), both(1, undefined))).toEqual([
      'a replicas 3',
      'b replicas 1',
    ])
    expect(between(undefined, federated, both(1, 2), both(1, 2))).toEqual([])
  })
})

describe('what routes send to', () => {
  const services: Record<string, ServiceFacts> = {
    'shop/web': service({ ports: [{ port: 80 }, { port: 8080 }, { port: 9000 }] }),
    'shop/apex': service({ ports: [{ port: 8080 }, { port: 80 }, { port: 443 }] }),
    'shop/out': service({ type: 'ExternalName' }),
    'shop/api': service(
      {},
      {
        labels: {
          'multicluster.linkerd.io/remote-discovery': 'east',
          'multicluster.linkerd.io/remote-service': 'real',
        },
      },
    ),
    'shop/all': service(
      {},
      {
        annotations: {
          'multicluster.linkerd.io/remote-discovery': 'cart@east,cart@west',
          'multicluster.linkerd.io/local-discovery': 'cart',
        },
      },
    ),
  }
  type Backend = { service: string; port?: number; apex?: string; foreign?: true }
  const calls = (...backends: Backend[]) => {
    const route = { splits: [{ backends: backends.map((backend) => ({ ...backend, weight: 1 })) }] }
    return calledBy([Object.assign(Object.create(null), route)], (name) => services[name]).map(
      (one) => `${one.service}:${one.port} ${one.members.map((m) => `${m.service}@${m.cluster}`).join(' ')}`,
    )
  }

  it('by its port, by those of its apex, else by all', () => {
    const web = 'shop/web@local'
    expect(calls({ service: 'shop/web', port: 80 })).toEqual([`shop/web:80 ${web}`])
    expect(calls({ service: 'shop/web', apex: 'shop/apex' })).toEqual([
      `shop/web:80 ${web}`,
      `shop/web:8080 ${web}`,
    ])
    expect(calls({ service: 'shop/web', apex: 'shop/gone' })).toHaveLength(3)
  })
  it('each once, and only what has endpoints', () => {
    const web = { service: 'shop/web', port: 80 }
    expect(
      calls(web, web, { service: 'shop/out', port: 80 }, { service: 'shop/gone', port: 80 }),
    ).toHaveLength(1)
    expect(calls({ ...web, foreign: true })).toEqual([])
  })
  it('where Linkerd discovers the endpoints', () => {
    expect(calls({ service: 'shop/api', port: 80 }, { service: 'shop/all', port: 80 })).toEqual([
      'shop/all:80 shop/cart@local shop/cart@east shop/cart@west',
      'shop/api:80 shop/real@east',
    ])
  })
})
