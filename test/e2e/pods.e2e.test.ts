import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { at, slices } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

let controlPlane: ControlPlane
let cluster: Cluster
let operator: Operator

beforeAll(async () => {
  const apiServerFlags = ['--service-cluster-ip-range=10.0.0.0/16,fd00:10::/112']
  controlPlane = await startControlPlane({ controllerManager: true, apiServerFlags })
  await controlPlane.installCrd()
  cluster = openCluster(controlPlane.api)
  await controlPlane.api.create('/api/v1/nodes', { metadata: { name: 'node-1' } })
  operator = startOperator(await controlPlane.operatorKubeconfig())
  await operator.ready()
})

afterAll(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

/** A Service that selects the Pods of its name, of IPv4 alone unless told otherwise. */
async function addSelecting(service: string, more: object = {}): Promise<void> {
  const spec = { selector: { app: service }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...more }
  await controlPlane.api.create(at('v1', 'services'), { metadata: { name: service }, spec })
}

/** What a kubelet writes when a Pod runs and its readiness probe passes, or fails. */
async function setPodReady(pod: string, ip: string, ready: boolean): Promise<void> {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }]
  const podIPs = [{ ip }, { ip: `fd00::${ip.replaceAll('.', ':')}` }]
  const status = { phase: 'Running', podIP: ip, podIPs, conditions }
  await controlPlane.api.patch(`${at('v1', 'pods', pod)}/status`, { status })
}

async function addPod(app: string, pod: string, ip: string, ready: boolean): Promise<void> {
  const spec = { nodeName: 'node-1', containers: [{ name: 'app', image: 'example.test/app:1' }] }
  await controlPlane.api.create(at('v1', 'pods'), { metadata: { name: pod, labels: { app } }, spec })
  await setPodReady(pod, ip, ready)
}

const sliceList = z.object({
  items: z.array(
    z.object({
      addressType: z.string(),
      endpoints: z.array(z.object({ conditions: z.object({ ready: z.boolean().optional() }) })).nullable(),
    }),
  ),
})

async function slicesOf(service: string): Promise<z.infer<typeof sliceList>['items']> {
  const path = `${at(slices, 'endpointslices')}?labelSelector=kubernetes.io/service-name=${service}`
  return (await controlPlane.api.get(path, sliceList)).items
}

/** Resolves when the endpoint slice controller has written as many ready endpoints for the Service. */
async function readyEndpointsBecome(service: string, ready: number): Promise<void> {
  await eventually(async () => {
    const all = (await slicesOf(service)).flatMap(({ endpoints }) => endpoints ?? [])
    expect(all.filter(({ conditions }) => conditions.ready !== false)).toHaveLength(ready)
  })
}

it("follows the readiness of the primary's Pods, the last one counting", async () => {
  await addSelecting('shop')
  await addSelecting('shop-b')
  await addPod('shop', 'shop-1', '10.1.0.1', true)
  await addPod('shop', 'shop-2', '10.1.0.2', true)
  await addPod('shop-b', 'shop-b-1', '10.1.0.3', true)
  await readyEndpointsBecome('shop', 2)
  await readyEndpointsBecome('shop-b', 1)
  await cluster.addSplit('shop', { shop: 1, 'shop-b': 0 })
  await cluster.fence()
  const untouched = await cluster.version('shop')

  await setPodReady('shop-1', '10.1.0.1', false)
  await readyEndpointsBecome('shop', 1)
  await cluster.fence()
  expect(await cluster.version('shop'), 'one Pod is ready still').toBe(untouched)

  await setPodReady('shop-2', '10.1.0.2', false)
  await cluster.weightsBecome('shop', { shop: 0, 'shop-b': 1 })

  await setPodReady('shop-1', '10.1.0.1', true)
  await cluster.weightsBecome('shop', { shop: 1, 'shop-b': 0 })

  for (const pod of ['shop-1', 'shop-2']) {
    await controlPlane.api.remove(`${at('v1', 'pods', pod)}?gracePeriodSeconds=0`)
  }
  await cluster.weightsBecome('shop', { shop: 0, 'shop-b': 1 })
})

it('takes a Service whose slice is gone with it for down', async () => {
  await addSelecting('gone')
  await addSelecting('gone-b')
  await addPod('gone', 'gone-1', '10.1.0.4', true)
  await addPod('gone-b', 'gone-b-1', '10.1.0.5', true)
  await readyEndpointsBecome('gone', 1)
  await readyEndpointsBecome('gone-b', 1)
  await cluster.addSplit('gone', { gone: 1, 'gone-b': 0 })
  // No garbage collector runs here, so the slice is removed as it would.
  await controlPlane.api.remove(at('v1', 'services', 'gone'))
  await controlPlane.api.remove(
    `${at(slices, 'endpointslices')}?labelSelector=kubernetes.io/service-name=gone`,
  )
  await cluster.weightsBecome('gone', { gone: 0, 'gone-b': 1 })
})

it('counts each Pod once of a Service with a slice of IPv4 and one of IPv6', async () => {
  await addSelecting('dual', { ipFamilyPolicy: 'RequireDualStack' })
  await addSelecting('dual-b')
  await addPod('dual', 'dual-1', '10.1.0.6', false)
  await addPod('dual', 'dual-2', '10.1.0.7', false)
  await addPod('dual-b', 'dual-b-1', '10.1.0.8', true)
  await readyEndpointsBecome('dual-b', 1)
  await eventually(async () => {
    const counts = (await slicesOf('dual')).map((slice) => [slice.addressType, slice.endpoints?.length])
    expect(counts.sort()).toEqual([
      ['IPv4', 2],
      ['IPv6', 2],
    ])
  })
  await cluster.addSplit('dual', { dual: 1, 'dual-b': 0 })
  await eventually(async () =>
    expect((await cluster.events({ split: 'dual' })).map(({ note }) => note)).toEqual([
      expect.stringContaining('default/dual has 0 of 2 endpoints ready'),
    ]),
  )

  await setPodReady('dual-1', '10.1.0.6', true)
  await cluster.weightsBecome('dual', { dual: 1, 'dual-b': 0 })
  await readyEndpointsBecome('dual', 2)
  await setPodReady('dual-1', '10.1.0.6', false)
  await cluster.weightsBecome('dual', { dual: 0, 'dual-b': 1 })
})
