import { afterAll, beforeAll, expect, it } from 'vitest'
import { at, endpoints, slices } from '../e2e/objects.ts'
import { type Destination, startDestination } from './destination.ts'
import { destination, type Kubelet, startKubelet } from './kubelet.ts'
import { type Stage, setStage } from './stage.ts'

/** `explain --proxies` and Linkerd's own destination controller, two replicas of it. */
let stage: Stage
let kubelet: Kubelet
const replicas: Destination[] = []

/** Starts one more replica, as a Pod of this name. */
async function startReplica(name: string): Promise<Destination> {
  const replica = await startDestination(stage.controlPlane)
  replicas.push(replica)
  await kubelet.addPod(name, replica.adminPort, destination)
  return replica
}

const host = 'web.default.svc.cluster.local:80'
const web = { metadata: { name: 'web' }, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } }
const addSlice = (name: string) =>
  stage.controlPlane.api.create(at(slices, 'endpointslices'), {
    metadata: { name, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: endpoints(2, 2),
  })

beforeAll(async () => {
  stage = await setStage()
  await stage.controlPlane.installCrd()
  await stage.kubectl(`create namespace ${destination.namespace}`)
  kubelet = await startKubelet(stage.controlPlane.api)
  await stage.controlPlane.api.create(at('v1', 'services'), web)
  await addSlice('web-1')
  await stage.cluster.addSplit('web', { web: 1 })
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()))
  await kubelet?.stop()
  await stage?.stop()
})

const explain = async () => {
  const { code, stdout, stderr } = await stage.cli('explain ts/web --proxies')
  expect(code, stderr).toBe(0)
  return stdout
}

it('shows the replica that lost the addresses of a Service that was created again, until it is restarted', async () => {
  const first = await startReplica('destination-1')
  const second = await startReplica('destination-2')
  await first.ask(host)
  const before = await explain()
  expect(before).toMatch(/^default\/web:80 +2 +2 +not asked$/m)
  expect(before).toContain('No difference was found.')

  const { api } = stage.controlPlane
  await api.remove(at('v1', 'services', 'web'))
  await api.create(at('v1', 'services'), web)
  // As the endpoint slice controller does: the slice of the new Service, then without that of the old one.
  await addSlice('web-2')
  await api.remove(at(slices, 'endpointslices', 'web-1'))
  await second.ask(host)
  const lost = await explain()
  expect(lost).toMatch(/^default\/web:80 +2 +0 +2$/m)
  expect(lost).toContain('destination-1 gives proxies no endpoint of default/web:80, and 2 are ready')
  expect(lost).toMatch(/It began \d+s ago at the earliest, when the Service was created\./)
  expect(lost).toContain('What to do: restart it with kubectl -n linkerd delete pod destination-1')

  await first.stop()
  await stage.kubectl('-n linkerd delete pod destination-1 --grace-period=0 --force')
  const third = await startReplica('destination-3')
  await third.ask(host)
  const after = await explain()
  expect(after).toMatch(/^SERVICE +READY +destination-2 +destination-3$/m)
  expect(after).toMatch(/^default\/web:80 +2 +2 +2$/m)
  expect(after).toContain('No difference was found.')
})
