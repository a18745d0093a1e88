import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildDashboard } from '../../sandbox/demo/page/build.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Operator, startOperator } from '../e2e/operator.ts'
import { type Kubelet, startKubelet } from './kubelet.ts'
import { type Stage, setStage } from './stage.ts'

/**
 * `dashboard` as a program of its own: through the real API server, and through the kubelet's own code for port
 * forwarding, to real operators. Only the container runtime between kubelet and Pod is not there.
 */
let stage: Stage
let kubelet: Kubelet
let operators: Operator[]
const namespace = 'linkerd-failover'
const show = `dashboard --show url --port 0 -n ${namespace}`
const address = /http:\/\/localhost:\d+/

beforeAll(async () => {
  await buildDashboard()
  stage = await setStage()
  await stage.controlPlane.installCrd()
  await stage.kubectl(`create namespace ${namespace}`)
  kubelet = await startKubelet(stage.controlPlane.api)
  const account = await stage.controlPlane.operatorKubeconfig()
  operators = [startOperator(account), startOperator(account)]
  for (const [index, operator] of operators.entries()) {
    await operator.ready()
    await kubelet.addPod(`operator-${index + 1}`, Number(new URL(operator.adminUrl()).port))
  }
  await stage.controlPlane.api.create(leases, { metadata: { name: namespace }, spec: heldBy('operator-1') })
})
afterAll(async () => {
  await Promise.all((operators ?? []).map((operator) => operator.kill()))
  await kubelet?.stop()
  await stage?.stop()
})

const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
const heldBy = (pod: string) => ({ holderIdentity: `${pod}_x7`, leaseDurationSeconds: 15 })

/** When the operator at this address was started: tells one from the other. */
async function startedAt(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1/status`)
  return Object(await answer.json()).startedAt
}

/** A kubeconfig of somebody who may do this in the operator's namespace, and nothing else. */
const userWith = (name: string, verbs: readonly string[]) =>
  stage.userWith(
    name,
    [
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: [namespace],
        verbs: ['get'],
      },
      { apiGroups: [''], resources: ['pods/portforward'], verbs },
    ],
    namespace,
  )

describe('the dashboard, through the API server', () => {
  it('needs get and create on pods/portforward', async () => {
    const refused = await stage.cli(show, await userWith('reader', ['get']))
    expect(refused.code).toBe(69)
    expect(refused.stderr).toMatch(
      /you may not forward a port .*; ask for the permission to get and create pods/,
    )
    const command = stage.watch(show, await userWith('forwarder', ['get', 'create']))
    expect(await (await fetch(await command.seen(address))).text()).toContain('<html')
    expect(await command.stop()).toBe(0)
  })

  it('is live, and goes over to the Pod that leads next', async () => {
    const command = stage.watch(show)
    const url = await command.seen(address)
    const direct = operators.map((operator) => startedAt(operator.adminUrl()))
    expect(await startedAt(url)).toBe(await direct[0])
    const stream = await fetch(`${url}/api/v1/stream`)
    const first = await stream.body?.getReader().read()
    expect(new TextDecoder().decode(first?.value)).toContain('event: status')
    await stage.controlPlane.api.patch(`${leases}/${namespace}`, { spec: heldBy('operator-2') })
    await command.seen(/the leader changed: now showing the dashboard of linkerd-failover\/operator-2/)
    await eventually(async () => expect(await startedAt(url)).toBe(await direct[1]))
    expect(await command.stop()).toBe(0)
  })
})
