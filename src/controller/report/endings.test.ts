import { Registry } from 'prom-client'
import { beforeEach, expect, it } from 'vitest'
import { accountOf } from '../../core/account.ts'
import { readinessOf } from '../../core/types.ts'
import { FakeTransport } from '../../kube/testing/fake-transport.ts'
import { createManualClock, type ManualClock } from '../../kube/testing/manual-clock.ts'
import { createMemoryLog } from '../../kube/testing/memory-log.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { View } from '../../view/view.ts'
import { Endings } from './endings.ts'
import { createMetrics } from './metrics.ts'

const object = (name: string, uid = name) => ({
  apiVersion: 'split.smi-spec.io/v1alpha2',
  metadata: { namespace: 'shop', name, uid },
  spec: { service: name, backends: [{ service: name, weight: 1 }] },
})
const key = (name: string) => `TrafficSplit/shop/${name}`

let clock: ManualClock
let view: View
let registry: Registry
let transport: FakeTransport
let endings: Endings
let leads = true
let reported: string[]
beforeEach(() => {
  clock = createManualClock()
  registry = new Registry()
  transport = new FakeTransport()
  leads = true
  reported = []
  view = new View({
    clock,
    epoch: 'e',
    readiness: () => readinessOf(1, 1),
    account: ({ service }) => accountOf(service, readinessOf(1, 1)),
    clusterOf: () => undefined,
  })
  endings = new Endings({
    clock,
    log: createMemoryLog(),
    transport,
    view,
    metrics: createMetrics(registry),
    codecOf: () => trafficSplit,
    leads: () => leads,
    onEntry: ({ what, route, sentence }) => reported.push(`${what} ${route.name} ${sentence}`),
  })
})

function put(name: string): void {
  const decisions = [{ kind: 'primary', rule: 'PrimaryReady', state: 'primary', active: [0] } as const]
  view.put(key(name), { route: trafficSplit.read(object(name)), decisions, refusal: undefined })
}

function go(name: string): void {
  endings.gone(key(name))
  view.remove(key(name))
}

const answer = async (index: number, ...items: object[]) => {
  transport.requests[index]?.answer({ ok: true, value: { metadata: { resourceVersion: '1' }, items } })
  await clock.advance(0)
}

it('says whether a route was deleted, or is not selected any more', async () => {
  for (const name of ['web', 'cart', 'pay']) put(name)
  for (const name of ['web', 'cart', 'pay']) go(name)
  await answer(0)
  await answer(1, object('cart'))
  await answer(2, object('pay', 'another'))
  expect(reported).toEqual([
    'end web was deleted',
    'end cart is no longer controlled: the selector does not match its labels',
    'end pay was deleted',
  ])
  expect(await registry.metrics()).toContain('linkerd_failover_routes_ended_total 3')
  expect([...view.timeline.newestFirst()].map(({ state, rule }) => [state, rule])).toEqual(
    Array.from({ length: 3 }, () => ['primary', undefined]),
  )
})

it('leaves open which of the two it was if the API server does not answer, and asks once', async () => {
  for (const name of ['web', 'cart']) put(name)
  for (const name of ['web', 'cart']) go(name)
  await clock.advance(5_000)
  expect(reported).toEqual([
    'end web was deleted, or is no longer controlled',
    'end cart was deleted, or is no longer controlled',
  ])
  expect(transport.requests).toHaveLength(1)
})

it('says nothing of a route that was replaced, and nothing for another leader', async () => {
  put('web')
  go('web')
  put('web')
  await answer(0)
  leads = false
  go('web')
  expect(reported).toEqual([])
  expect(transport.requests).toHaveLength(1)
})

it('asks nothing once it has ended, and waits for no answer', async () => {
  for (const name of ['web', 'cart']) put(name)
  go('web')
  expect(clock.pending).toBe(1)
  endings.stop()
  expect(transport.requests[0]?.signal?.aborted).toBe(true)
  await answer(0)
  go('cart')
  expect(clock.pending).toBe(0)
  expect(transport.requests).toHaveLength(1)
  expect(reported).toEqual([])
})
