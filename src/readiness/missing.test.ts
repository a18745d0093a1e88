import { expect, test } from 'vitest'
import { err } from '../base/result.ts'
import type { Readiness } from '../core/types.ts'
import { createManualClock } from '../kube/testing/manual-clock.ts'
import { doubtOfLinks } from './gateways/link.ts'
import * as reasons from './missing.ts'
import { createMemory, kinds, type Memory } from './testing/memory.ts'
import { endpoints, mirrored, service } from './testing/objects.ts'

const discovery = 'multicluster.linkerd.io/remote-discovery'
const federated = (entries: string) => service('cart', { annotations: { [discovery]: entries } })

/** A cluster in which all is known but objects of one kind. */
const without = (missing: string, object: object): Memory => {
  const memory = createMemory(kinds.filter((kind) => kind !== missing))
  memory.put('services', object)
  return memory
}

/** A cluster with one Service, of whose linked clusters nothing is known for this reason. */
const linked = (why: string, entries = 'cart@east'): Memory => {
  const memory = createMemory(undefined, { others: { slicesOf: () => err(why), isPending: () => false } })
  memory.put('services', federated(entries))
  return memory
}

const waiting = (): Memory => {
  const memory = createMemory(undefined, { clock: createManualClock() })
  memory.put('services', mirrored('cart'))
  return memory
}

/** A mirrored Service that is ready by its Endpoints, and a doubt about the way to it. */
const doubted = (doubt: Readiness | undefined): Memory => {
  const memory = createMemory(undefined, { ways: { doubt: () => doubt } })
  memory.put('services', mirrored('cart', { 'mirror.linkerd.io/cluster-name': 'east' }))
  memory.put('endpoints', endpoints('cart', 1, 1))
  return memory
}

const secret = 'the Secret linkerd-multicluster/cluster-credentials-east is missing'

const cases: readonly (readonly [keyof typeof reasons, () => Memory, string])[] = [
  [
    'unlistedService',
    () => createMemory([]),
    'the Service shop/cart in this cluster is not known: the list of all Services is not complete yet',
  ],
  [
    'unlistedSlices',
    () => without('endpointslices', service('cart')),
    'the EndpointSlices of the Service shop/cart in this cluster are not known: the list of all EndpointSlices is not complete yet',
  ],
  [
    'unlistedEndpoints',
    () => without('endpoints', mirrored('cart')),
    'the Endpoints shop/cart in this cluster are not known: the list of all Endpoints of mirrored Services is not complete yet',
  ],
  [
    'unwrittenEndpoints',
    waiting,
    'the Endpoints shop/cart in this cluster are missing: the service mirror has not written them yet',
  ],
  [
    'unreadSlices',
    () => linked(secret),
    `the EndpointSlices of the Service shop/cart in cluster east are not known: ${secret}`,
  ],
  [
    'unlistedLinks',
    () => doubted(reasons.unlistedLinks('east')),
    'the Link to cluster east in this cluster is not known: the list of all Links is not complete yet',
  ],
  [
    'missingLink',
    () => doubted(doubtOfLinks('shop/cart', 'east', [])),
    'there is no Link to cluster east in this cluster, so nothing updates the Endpoints shop/cart',
  ],
  [
    'waitingGateway',
    () => doubted(reasons.waitingGateway('east')),
    'the gateway of cluster east has not answered a probe from this cluster yet',
  ],
  [
    'malformedMember',
    () => linked('', 'cart@'),
    'the Service shop/cart in this cluster names the member "cart@", which is not SERVICE@CLUSTER',
  ],
]

test.each(cases)('%s names the object that is missing, and its cluster', (_, create, why) => {
  const { of, account } = create()
  expect(of('shop/cart')).toEqual({ state: 'unknown', why })
  expect(account('shop/cart')).toMatchObject({ readiness: { state: 'unknown' }, why })
})

test('every reason is in the table', () =>
  expect(cases.map(([name]) => name).sort()).toEqual(Object.keys(reasons).sort()))

test('each member that is unknown is named, with its own cluster', () => {
  const why = linked(secret, 'cart@east,cart@west').account('shop/cart').why
  expect(why).toMatch(/in cluster east are not known: .*; .* in cluster west are not known: /)
})
