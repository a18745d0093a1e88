import { afterEach, beforeEach, expect, it } from 'vitest'
import { linkCrd } from '../../sandbox/gateway-crds.ts'
import { Cluster, eventually } from './cluster.ts'

/** The Service web-east is mirrored from cluster east, as Linkerd's service mirror does it. */
let cluster: Cluster

const labels = { 'mirror.linkerd.io/mirrored-service': 'true', 'mirror.linkerd.io/cluster-name': 'east' }
const metadata = { namespace: 'shop', name: 'web-east', labels }

beforeEach(async () => {
  cluster = await Cluster.start()
  cluster.slice('local', 1)
  cluster.put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'http', port: 80 }] } })
  endpoints(true)
})
afterEach(() => cluster.stop())

function endpoints(isReady: boolean): void {
  const addresses = [{ ip: '192.0.2.10' }]
  const ports = [{ name: 'http', port: 4143 }]
  const subset = isReady ? { addresses, ports } : { notReadyAddresses: addresses, ports }
  cluster.put({ apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [subset] })
}

const link = () =>
  cluster.put({
    apiVersion: 'multicluster.linkerd.io/v1alpha3',
    kind: 'Link',
    metadata: { namespace: 'linkerd-multicluster', name: 'east' },
    spec: { targetClusterName: 'east' },
  })

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
