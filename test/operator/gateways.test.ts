import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { linkCrd } from '../../sandbox/gateway-crds.ts'
import { systemClock } from '../../src/base/clock.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import type { Operator } from '../../src/operator/operator.ts'
import type { GatewayState } from '../../src/readiness/gateways/gateway.ts'
import { FakeNetwork } from '../../src/readiness/gateways/testing/fake-network.ts'
import { Cluster, eventually, type Replica } from './cluster.ts'

/** The Service web-east is mirrored from cluster east, as Linkerd's service mirror does it. */
let cluster: Cluster

const labels = { 'mirror.linkerd.io/mirrored-service': 'true', 'mirror.linkerd.io/cluster-name': 'east' }
const metadata = { namespace: 'shop', name: 'web-east', labels }
const ports = [{ name: 'http', port: 4143 }]

beforeEach(async () => {
  cluster = await Cluster.start()
  cluster.slice('local', 1)
  mirror('east')
})
afterEach(() => cluster.stop())

function endpoints(isReady: boolean): void {
  const addresses = [{ ip: '192.0.2.10' }]
  const subset = isReady ? { addresses, ports } : { notReadyAddresses: addresses, ports }
  cluster.put({ apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [subset] })
}

/** A Service that is mirrored from another cluster, and ready. */
function mirror(from: string): void {
  const there = {
    namespace: 'shop',
    name: `web-${from}`,
    labels: { ...labels, 'mirror.linkerd.io/cluster-name': from },
  }
  const spec = { ports: [{ name: 'http', port: 80 }] }
  cluster.put({ apiVersion: 'v1', kind: 'Service', metadata: there, spec })
  const subsets = [{ addresses: [{ ip: '192.0.2.10' }], ports }]
  cluster.put({ apiVersion: 'v1', kind: 'Endpoints', metadata: there, subsets })
}

const gateways = { east: '192.0.2.10', west: '198.51.100.10' }

function link(name: keyof typeof gateways = 'east'): void {
  const spec = {
    targetClusterName: name,
    gatewayAddress: gateways[name],
    probeSpec: { path: '/ready', port: '4191' },
  }
  const apiVersion = 'multicluster.linkerd.io/v1alpha3'
  cluster.put({ apiVersion, kind: 'Link', metadata: { namespace: 'linkerd-multicluster', name }, spec })
}

const orphaned = () =>
  eventually(() => cluster.log.lines.some((line) => line.includes('there is no Link to cluster east')))

it('does not fail back to a mirror whose Link is deleted, and says which cluster it is', async () => {
  cluster.put(linkCrd())
  link()
  endpoints(false)
  cluster.split('web-east', { 'web-east': 1, local: 0 })
  await cluster.readyOperator()
  await eventually(() => cluster.weights('web-east').join() === '0,1')
  cluster.store.delete('links.multicluster.linkerd.io', 'linkerd-multicluster', 'east')
  endpoints(true)
  await orphaned()
  expect(cluster.weights('web-east')).toEqual([0, 1])
  link()
  await eventually(() => cluster.weights('web-east').join() === '1,0')
})

it('decides nothing by a mirror before it knows whether there is a Link', async () => {
  cluster.put(linkCrd())
  cluster.split('web-east', { 'web-east': 0, local: 1 })
  await cluster.readyOperator()
  await orphaned()
  expect(cluster.patches).toBe(0)
})

it('asks for no Links in a cluster without mirrored Services', async () => {
  cluster.put(linkCrd())
  cluster.store.delete('services', 'shop', 'web-east')
  cluster.split('web', { local: 1, 'web-east': 0 })
  await cluster.readyOperator()
  expect(cluster.asked.filter((request) => request.includes('/links'))).toEqual([])
})

it('takes a mirror for what its Endpoints say if the cluster serves no Links', async () => {
  cluster.split('web-east', { 'web-east': 0, local: 1 })
  await cluster.readyOperator()
  await eventually(() => cluster.weights('web-east').join() === '1,0')
})

describe('with probes of gateways', () => {
  const clock = fastClock(5)
  let network: FakeNetwork

  /** A gateway that answers in cluster west, too, which a route uses. */
  beforeEach(() => {
    network = new FakeNetwork(clock)
    cluster.put(linkCrd())
    link('east')
    link('west')
    mirror('west')
    cluster.split('other', { local: 1, 'web-west': 0 })
    cluster.split('web-east', { 'web-east': 1, local: 0 })
  })

  const operator = () => {
    const settings = { periodMs: 500, timeoutMs: 300, failures: 2, successes: 3 }
    return cluster.readyOperator({ probing: { network, settings }, clock })
  }
  const weights = (expected: string) => eventually(() => cluster.weights('web-east').join() === expected)

  it('fails over when the gateway is dead, before its Endpoints say so, and back when it is not', async () => {
    const { metrics } = await operator()
    await eventually(async () =>
      (await metrics()).text.includes('gateway_state{cluster="east",state="up"} 1'),
    )
    network.does.set(gateways.east, 'hangs')
    await weights('0,1')
    const why = 'the gateway of cluster east has not answered since'
    await eventually(() => cluster.notes('web-east').join().includes(why))
    network.does.set(gateways.east, 'answers')
    await weights('1,0')
  })

  it('finds a dead gateway behind a secondary without traffic, until it answers again', async () => {
    cluster.split('local', { local: 1, 'web-east': 0 })
    const { view, metrics } = await operator()
    await eventually(async () =>
      (await metrics()).text.includes('gateway_state{cluster="east",state="up"} 1'),
    )
    const reasons = () => view.get('TrafficSplit/shop/local')?.findings.map(({ reason }) => reason) ?? []
    network.does.set(gateways.east, 'hangs')
    await eventually(() => reasons().includes('GatewayDown'))
    network.does.set(gateways.east, 'answers')
    await eventually(() => !reasons().includes('GatewayDown'))
  }, 30_000)

  it('does not fail back to a dead gateway when the service mirror sets everything to ready', async () => {
    network.does.set(gateways.east, 'refuses')
    endpoints(false)
    const { metrics } = await operator()
    await weights('0,1')
    await eventually(async () =>
      (await metrics()).text.includes('gateway_state{cluster="east",state="down"} 1'),
    )
    endpoints(true)
    cluster.split('later', { 'web-east': 1, local: 0 })
    await eventually(() => cluster.weights('later').join() === '0,1')
    expect(cluster.weights('web-east')).toEqual([0, 1])
  })

  it('does not fail back to a dead gateway after a start of its own', async () => {
    network.does.set(gateways.east, 'hangs')
    cluster.split('web-east', { 'web-east': 0, local: 1 })
    const { metrics } = await operator()
    await eventually(async () =>
      (await metrics()).text.includes('gateway_state{cluster="east",state="down"} 1'),
    )
    expect(cluster.weights('web-east')).toEqual([0, 1])
    expect(cluster.patches).toBe(0)
  })

  it('believes no probe if all gateways fail at once', async () => {
    const { metrics } = await operator()
    await eventually(async () =>
      (await metrics()).text.includes('gateway_state{cluster="east",state="up"} 1'),
    )
    for (const gateway of Object.values(gateways)) network.does.set(gateway, 'hangs')
    await eventually(async () =>
      (await metrics()).text.includes('gateway_state{cluster="east",state="unsure"} 1'),
    )
    expect(cluster.patches).toBe(0)
  })

  it('never takes a mirror for ready that is down by its Endpoints', async () => {
    endpoints(false)
    await operator()
    await weights('0,1')
  })
})

describe('with a standby that knows of the only gateway what its leader does not', () => {
  const settings = { periodMs: 300, timeoutMs: 200, failures: 2, successes: 3 }
  const replica = (identity: string, network: FakeNetwork, options: Replica = {}) =>
    cluster.readyOperator({
      identity,
      hedgeAfterMs: 500,
      clock: fastClock(3),
      probing: { network, settings },
      ...options,
    })
  const isIn = async ({ metrics }: Operator, state: GatewayState) =>
    (await metrics()).text.includes(`gateway_state{cluster="east",state="${state}"} 1`)

  it('leaves its route to the leader, until the API server says the same', async () => {
    cluster.put(linkCrd())
    link('east')
    cluster.split('web-east', { 'web-east': 1, local: 0 })
    let isGone = false
    const [ofLeader, ofStandby] = [new FakeNetwork(systemClock), new FakeNetwork(systemClock)]
    ofLeader.does.set(gateways.east, 'refuses')
    const leader = await replica('leader', ofLeader, { isCutOff: () => isGone })
    await eventually(() => isIn(leader, 'unsure'))
    const standby = await replica('standby', ofStandby)
    await eventually(() => isIn(standby, 'up'))
    ofStandby.does.set(gateways.east, 'refuses')
    await eventually(() => standby.view.get('TrafficSplit/shop/web-east')?.state === 'failover')
    const renewals = cluster.renewals
    await eventually(() => cluster.renewals >= renewals + 2)
    expect([cluster.weights('web-east'), cluster.patches]).toEqual([[1, 0], 0])
    isGone = true
    endpoints(false)
    await eventually(() => cluster.weights('web-east').join() === '0,1')
    expect(cluster.leader).toBe('leader')
  })
})
