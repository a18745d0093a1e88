import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dig, type Json } from '../../sandbox/json.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import { gatewayCodecs } from '../../src/routes/gateway.ts'
import { type Ref, ref, routeObject } from '../../src/routes/testing/gateway-objects.ts'
import { Cluster, eventually } from './cluster.ts'

/** Clusters in which slices have ready endpoints that no proxy reaches. */

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
})
afterEach(() => cluster.stop())

const become = (name: string, ...weights: number[]) =>
  eventually(() => cluster.weights(name).join() === weights.join())

const object = (
  value: object,
): { kind: string; apiVersion: string; metadata: { name: string } } & Record<string, Json> =>
  JSON.parse(JSON.stringify(value))

/** Replaces a Service. */
const service = (name: string, spec: object, metadata: object = {}) =>
  cluster.put(
    object({ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name, ...metadata }, spec }),
  )

const http = { name: 'http', port: 80 }
const admin = { name: 'admin', port: 81 }

/** A primary that serves, and a secondary that could. */
async function start(): Promise<void> {
  for (const name of ['web', 'east']) {
    service(name, { ports: [http, admin] })
    cluster.slice(name, 1, 1, { ports: [http, admin] })
  }
  cluster.split('web', { web: 1, east: 0 })
  await cluster.readyOperator()
}

describe('a primary fails over', () => {
  it('when a rollout renames its only port, and comes back when the Service follows', async () => {
    for (const name of ['web', 'east']) {
      service(name, { ports: [http] })
      cluster.slice(name, 1, 1, { ports: [http] })
    }
    cluster.split('web', { web: 1, east: 0 })
    await cluster.readyOperator()
    cluster.slice('web', 1, 1, { ports: [{ name: 'web', port: 80 }] })
    await become('web', 0, 1)
    await eventually(() =>
      cluster.notes('web').some((note) => note.includes('no endpoint of shop/web has port http')),
    )
    service('web', { ports: [{ name: 'web', port: 80 }] })
    await become('web', 1, 0)
  })

  it('when its Service is deleted, although its slices stay', async () => {
    await start()
    cluster.store.delete('services', 'shop', 'web')
    await become('web', 0, 1)
    cluster.service('web')
    cluster.slice('web', 1)
    await become('web', 1, 0)
  })

  it('when its Pods are not ready, although its Service publishes them', async () => {
    await start()
    const conditions = { ready: true, serving: false, terminating: false }
    const endpoints = [{ addresses: ['10.0.0.1'], conditions }]
    cluster.slice('web', 1, 1, { ports: [http, admin], endpoints })
    await become('web', 0, 1)
  })
})

it('reports a primary that lacks a port which another backend serves, as soon as it does', async () => {
  for (const name of ['web', 'east']) {
    service(name, { ports: [http, admin] })
    cluster.slice(name, 1, 1, { ports: [http, admin] })
  }
  cluster.split('web', { web: 1, east: 0 })
  const operator = await cluster.readyOperator({ clock: fastClock(20) })
  const counted = async () => {
    const { text } = await operator.metrics()
    return text.includes('linkerd_failover_findings{kind="TrafficSplit",reason="PortsDiffer"} 1')
  }
  cluster.slice('web', 1, 1, { ports: [admin] })
  await eventually(counted)
  cluster.slice('web', 1, 1, { ports: [http, admin] })
  await eventually(async () => !(await counted()))
  expect(cluster.weights('web')).toEqual([1, 0])
})

it('does not fail over to a Service that is only a name for another host', async () => {
  await start()
  service('east', { type: 'ExternalName', externalName: 'example.com' })
  cluster.slice('web', 0, 1, { ports: [http, admin] })
  const { view } = await cluster.readyOperator()
  await eventually(() => view.get('TrafficSplit/shop/web')?.state === 'dark')
  expect(cluster.weights('web')).toEqual([1, 0])
})

it('holds on a mirror that changes its mode while its Service tells both, and does not fail over', async () => {
  await start()
  const labels = { 'mirror.linkerd.io/mirrored-service': 'true' }
  const remote = { ...labels, 'multicluster.linkerd.io/remote-discovery': 'east' }
  service('web', { ports: [http] }, { labels: remote })
  const { view } = await cluster.readyOperator()
  await eventually(() => view.get('TrafficSplit/shop/web')?.state === 'hold')
  expect(cluster.weights('web')).toEqual([1, 0])
})

describe('a Gateway API route', () => {
  const [codec] = gatewayCodecs
  if (!codec) throw new Error('there is no kind of Gateway API route')
  const labels = { 'failover.linkerd.io/controlled-by': 'linkerd-failover' }
  const put = (rules: Ref[][]) =>
    cluster.put(object(routeObject(codec, rules, { name: 'web', uid: undefined, labels })))
  const weights = () => {
    const rules = dig(cluster.store.get(`${codec.plural}.${codec.group}`, 'shop', 'web'), 'spec', 'rules')
    return JSON.stringify(rules)
      .match(/"weight":\d+/g)
      ?.map((text) => text.slice(9))
      .join(' ')
  }

  it('fails over the rule whose port no Pod serves, and no other', async () => {
    await start()
    const at = (port: number) => [
      { ...ref('web', 1), port },
      { ...ref('east', 0), port },
    ]
    put([at(80), at(81)])
    cluster.slice('web', 1, 1, { ports: [admin] })
    await eventually(() => weights() === '0 1 1 0')
    // A TrafficSplit names no port: it serves as long as one of them does.
    expect(cluster.weights('web')).toEqual([1, 0])
    cluster.slice('web', 1, 1, { ports: [http] })
    await eventually(() => weights() === '1 0 0 1')
  })
})
