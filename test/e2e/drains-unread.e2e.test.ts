import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { name as operatorName } from '../../src/install/manifest.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { type Drains, drainDefinition, drainFlags, drainsIn } from './drains.ts'
import { eventually } from './eventually.ts'
import type { Weights } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

let controlPlane: ControlPlane
let cluster: Cluster
let drains: Drains
let kubeconfig: string
let operator: Operator

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  drains = drainsIn(controlPlane)
  await drains.installKind()
  // The permissions of an installation without Drains.
  kubeconfig = await controlPlane.operatorKubeconfig()
  cluster = openCluster(controlPlane.api)
})
afterAll(async () => {
  await operator?.kill()
  await controlPlane?.stop()
})

let count = 0
let web: string
beforeEach(() => {
  count += 1
  web = `web${count}`
})
const weights = (primary: number, east = 0): Weights => ({ [web]: primary, [`${web}-east`]: east })
async function addShop(primary: number, east: number): Promise<void> {
  for (const service of Object.keys(weights(0))) await cluster.addService(service, 2)
  await cluster.addSplit(web, weights(primary, east))
}
const drainPrimary = () => drains.drain(web, { from: [{ service: { name: web, namespace: 'default' } }] })

const ruled = z.object({ items: z.array(z.object({ splits: z.array(z.object({ rule: z.string() })) })) })
const ruleOf = async (name: string) => {
  const answer = await fetch(`${operator.adminUrl()}/api/v1/routes?search=default/${name}`)
  return ruled.parse(await answer.json()).items[0]?.splits[0]?.rule
}
const readiness = async () => {
  const answer = await fetch(`${operator.adminUrl()}/ready`)
  return `${answer.status} ${await answer.text()}`
}
const unread = /^503 .*waiting for the first complete list of drains \(backingOff\)/

describe('an operator that may not list Drains', () => {
  it('makes only moves without which nothing would serve, and names them in /ready', async () => {
    await addShop(0, 100)
    operator = startOperator(kubeconfig, drainFlags)
    await eventually(async () => expect(await readiness()).toMatch(unread))
    await cluster.fence()
    expect(await cluster.weights(web)).toEqual(weights(0, 100))
    await eventually(async () => expect(await ruleOf(web)).toBe('DrainsUnknown'))
    await cluster.setReady(`${web}-east`, 0, 2)
    await cluster.weightsBecome(web, weights(100, 0))
    expect(await readiness()).toMatch(unread)
  })

  it('makes the others once it may, and keeps to the Drains that it then finds', async () => {
    const [free] = [web]
    await addShop(0, 100)
    web = `${web}-drained`
    await addShop(0, 100)
    await drainPrimary()
    await cluster.fence()
    await drains.grant()
    await operator.ready(90_000)
    await cluster.weightsBecome(free, { [free]: 100, [`${free}-east`]: 0 })
    await cluster.fence()
    expect(await cluster.weights(web)).toEqual(weights(0, 100))
  })

  it('and is restarted while one is in effect leaves the weights as they are', async () => {
    await addShop(100, 0)
    await drainPrimary()
    await cluster.weightsBecome(web, weights(0, 100))
    await operator.stop()
    const role = `clusterrole/${operatorName}`
    const rules = '{.rules[*].resources[0]}'
    const names = (await drains.kubectl(['get', role, '-o', `jsonpath=${rules}`])).split(' ')
    const remove = [{ op: 'remove', path: `/rules/${names.indexOf('drains')}` }]
    await drains.kubectl(['patch', role, '--type=json', '-p', JSON.stringify(remove)])
    const before = await cluster.version(web)
    operator = startOperator(kubeconfig, drainFlags)
    await eventually(async () => expect(await readiness()).toMatch(unread))
    await cluster.fence()
    await drains.undrain(web)
    await cluster.fence()
    expect(await cluster.version(web)).toBe(before)
    await drains.grant()
    await operator.ready(90_000)
    await cluster.weightsBecome(web, weights(100, 0))
  })
})

it('a kind that is removed keeps its Drains in effect, which serve as the last resort, until a restart', async () => {
  await addShop(100, 0)
  await drainPrimary()
  await cluster.weightsBecome(web, weights(0, 100))
  await drains.kubectl(['delete', 'crd', drainDefinition])
  await eventually(() => expect(operator.output()).toContain('was removed from the cluster'), 30_000)
  await cluster.setReady(`${web}-east`, 0, 2)
  await cluster.weightsBecome(web, weights(100, 0))
  await cluster.setReady(`${web}-east`, 2, 2)
  await cluster.weightsBecome(web, weights(0, 100))
  await operator.stop()
  operator = startOperator(kubeconfig, drainFlags)
  await operator.ready()
  await cluster.weightsBecome(web, weights(100, 0))
})
