import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { kubeconfig } from '../control-plane/kubeconfig.ts'
import { freePort } from '../control-plane/process.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { type Operator, startOperator } from './operator.ts'

let controlPlane: ControlPlane
let cluster: Cluster
let operator: Operator | undefined

beforeAll(async () => {
  controlPlane = await startControlPlane()
  cluster = openCluster(controlPlane.api)
})

afterEach(async () => {
  await operator?.kill()
})

afterAll(async () => {
  await controlPlane?.stop()
})

/** The path of a kubeconfig for this server with another token or address; it goes with the control plane. */
function kubeconfigWith(file: string, { url = controlPlane.url, token = controlPlane.adminToken }): string {
  const path = `${controlPlane.kubeconfigPath}.${file}`
  writeFileSync(path, kubeconfig({ url, ca: controlPlane.ca }, token))
  return path
}

const says = (started: Operator, ...patterns: RegExp[]): Promise<void> =>
  eventually(() => {
    for (const pattern of patterns) expect(started.output()).toMatch(pattern)
  })

it('says that it waits for the TrafficSplit CRD', async () => {
  const started = startOperator(await controlPlane.operatorKubeconfig())
  operator = started
  await started.ready()
  await says(started, /TrafficSplit/i)
  await started.stop()
})

it('waits for the TrafficSplit CRD, and works once it is installed', async () => {
  const started = startOperator(await controlPlane.operatorKubeconfig())
  operator = started
  await started.live()
  await started.ready()
  await cluster.addService('late', 0)
  await cluster.addService('late-b', 1)
  expect(started.running()).toBe(true)

  await controlPlane.installCrd()
  await cluster.addSplit('late', { late: 1, 'late-b': 0 })
  await cluster.weightsBecome('late', { late: 0, 'late-b': 1 }, 90_000)
  await started.stop()
})

it('says clearly that its token is not accepted, and is not ready', async () => {
  const started = startOperator(kubeconfigWith('unauthorised', { token: 'not-a-token' }))
  operator = started
  await says(started, /unauthori[sz]ed|401/i)
  await expectNotReady(started)
})

it('says clearly that the server cannot be reached, and goes on trying', async () => {
  const url = `https://127.0.0.1:${await freePort()}`
  const started = startOperator(kubeconfigWith('unreachable', { url }))
  operator = started
  await says(started, /ECONNREFUSED|refused|unreachable/i, new RegExp(url.replace('https://', '')))
  await expectNotReady(started)
  await started.stop()
})

/** Bad credentials may end the operator, with a code; a live one must not call itself ready. */
async function expectNotReady(started: Operator): Promise<void> {
  if (started.running()) await expect(started.ready(500)).rejects.toThrow()
  else expect(await started.exit()).not.toBe(0)
}

it('refuses a kubeconfig that is not there, with a message on stderr and a code', async () => {
  const started = startOperator('/nowhere/kubeconfig')
  operator = started
  const code = await Promise.race([started.exit(), delay(20_000, 'still running', { ref: false })])
  expect(code).not.toBe('still running')
  expect(code).not.toBe(0)
  expect(started.stderr()).toContain('/nowhere/kubeconfig')
})

it('names all errors of its flags at once', async () => {
  const flags = ['--log-level', 'linkerd=loud', '--admin-addr', 'nowhere']
  const started = startOperator(controlPlane.kubeconfigPath, flags)
  operator = started
  const code = await Promise.race([started.exit(), delay(20_000, 'still running', { ref: false })])
  expect(code).not.toBe('still running')
  expect(code).not.toBe(0)
  expect(started.stderr()).toContain('linkerd=loud')
  expect(started.stderr()).toContain('nowhere')
})
