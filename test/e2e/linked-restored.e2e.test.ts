import { afterEach, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { inParallel, upTo } from './in-parallel.ts'
import { createLinkAccount, linkSecret, secrets } from './link.ts'
import { at, discovered, endpoints, slice, slices } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

let here: ControlPlane
let east: ControlPlane
let cluster: Cluster
let operator: Operator

afterEach(async () => {
  await operator?.kill()
  await Promise.all([here?.stop(), east?.stop()])
})

const setReadyThere = (ready: number, total = 1) =>
  east.api.patch(at(slices, 'endpointslices', 'web-1'), { endpoints: endpoints(ready, total) })

async function install(): Promise<void> {
  ;[here, east] = await Promise.all([startControlPlane(), startControlPlane()])
  await here.installCrd()
  await createLinkAccount(east)
  await here.api.create('/api/v1/namespaces', { metadata: { name: 'linkerd' } })
  await here.api.create(secrets, await linkSecret('east', east))
  cluster = openCluster(here.api)
  await east.api.create(at(slices, 'endpointslices'), slice('web', 1, 1))
  await here.api.create(at('v1', 'services'), discovered('web', 'east'))
  await cluster.addService('web', 1)
  await cluster.addSplit('web', { 'web-east': 1, web: 0 })
  operator = startOperator(await here.operatorKubeconfig(['east']), ['--linked-clusters', 'east'])
  await operator.ready()
  await cluster.fence()
}

it('takes what a linked cluster has after its etcd was restored from a backup, and holds until then', async () => {
  await install()
  const restore = await east.backUp()
  await setReadyThere(0)
  await cluster.weightsBecome('web', { 'web-east': 0, web: 1 }, 60_000)
  // A server that starts writes by itself. The backup is older than what the operator has seen, even so.
  await inParallel(upTo(1_000), (i) =>
    east.api.create(at('v1', 'configmaps'), { metadata: { name: `other-${i}` } }),
  )
  await setReadyThere(0, 2)
  await eventually(async () => {
    const routes = await fetch(`${operator.adminUrl()}/api/v1/routes?search=default/web`)
    expect(await routes.text()).toContain('"total":2')
  })
  await restore()
  await eventually(
    () => expect(operator.output()).toMatch(/endpointslices@east.*is older than what was seen before/),
    60_000,
  )
  // Its backend there is ready in the backup, and unknown until that is believed: no way back yet, and none away.
  expect(await cluster.weights('web')).toEqual({ 'web-east': 0, web: 1 })
  await cluster.setReady('web', 0)
  await cluster.fence()
  expect(await cluster.weights('web')).toEqual({ 'web-east': 0, web: 1 })
  await cluster.weightsBecome('web', { 'web-east': 1, web: 0 }, 120_000)
  await eventually(() => expect(operator.output()).toContain('was etcd restored?'))
  await operator.stop()
})
