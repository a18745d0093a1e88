import { expect, test } from 'vitest'
import { projectService } from '../../readiness/service-facts.ts'
import type { Called } from './called.ts'
import type { Found } from './differences.ts'
import { type Around, messageOf, remedyOf } from './sentences.ts'

const called: Called = {
  service: 'shop/web',
  port: 80,
  members: [{ cluster: 'local', service: 'shop/web' }],
  facts: projectService({ metadata: {}, spec: { ports: [{ port: 80 }] } }),
}
const around: Around = { called, ready: 3, namespace: 'linkerd', isEverywhere: false }
const found: Found = { kind: 'fewer', pod: 'd-1', clusters: ['local'], endpoints: 1, nodes: [] }

test.each<[Partial<Found>, Partial<Around>, string]>([
  [{}, {}, 'd-1 gives proxies 1 endpoint of shop/web:80, and 3 are ready'],
  [{ nodes: ['n1'] }, { ready: 1 }, 'd-1 gives proxies on node n1 1 endpoint of shop/web:80, and 1 is ready'],
  [
    { nodes: ['n1', 'n2'] },
    {},
    'd-1 gives proxies on the nodes n1, n2 1 endpoint of shop/web:80, and 3 are ready',
  ],
  [
    { nodes: ['n1', 'n2', 'n3', 'n4'] },
    {},
    'd-1 gives proxies on 4 nodes (n1, n2, n3, ...) 1 endpoint of shop/web:80, and 3 are ready',
  ],
  [
    { kind: 'none', endpoints: 0 },
    {},
    'd-1 gives proxies no endpoint of shop/web:80, and 3 are ready: their requests to it fail',
  ],
  [
    { kind: 'stale', endpoints: 2 },
    { ready: 0 },
    'd-1 gives proxies 2 endpoints of shop/web:80, and none is ready: they go on sending requests to it',
  ],
  [
    { kind: 'more', endpoints: 4 },
    {},
    'd-1 gives proxies 4 endpoints of shop/web:80, and 3 are ready: some of their requests may go to an endpoint that no longer exists',
  ],
  [
    { kind: 'replicas' },
    { ready: undefined },
    'd-1 gives proxies 1 endpoint of shop/web:80, and another destination Pod gives another number',
  ],
  [
    { kind: 'unread', clusters: ['east', 'west'], endpoints: undefined },
    {},
    'd-1 does not read the clusters east, west, so proxies that ask it get none of the endpoints of shop/web:80 there',
  ],
])('what is wrong: %j', (more, beside, message) => {
  expect(messageOf({ ...found, ...more }, { ...around, ...beside })).toBe(message)
})

test('the advice for a Pod alone, and for a cluster that it does not read', () => {
  const restart = 'restart it with kubectl -n linkerd delete pod d-1'
  expect(remedyOf(found, around)).toBe(restart)
  expect(remedyOf({ ...found, kind: 'unread', clusters: ['east'] }, around)).toBe(
    `when the API server of cluster east answers, ${restart}`,
  )
})
