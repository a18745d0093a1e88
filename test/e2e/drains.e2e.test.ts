import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { name as operatorName } from '../../src/install/manifest.ts'
import { operatorUser } from '../chart/release.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { type Drains, drainDefinition, drainFlags, drainOf, drainsIn, soon } from './drains.ts'
import { eventually } from './eventually.ts'
import type { Weights } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'
import { expectOnlyAllowed, expectRoles } from './own-kinds.ts'

let controlPlane: ControlPlane
let cluster: Cluster
let drains: Drains
const kubectl: Drains['kubectl'] = (...args) => drains.kubectl(...args)
const drain: Drains['drain'] = (...args) => drains.drain(...args)
const undrain: Drains['undrain'] = (...args) => drains.undrain(...args)
let kubeconfig: string
let operators: Operator[] = []

const start = async (): Promise<Operator> => {
  const operator = startOperator(kubeconfig, drainFlags)
  operators.push(operator)
  await operator.ready()
  return operator
}

beforeAll(async () => {
  const controllers = ['clusterrole-aggregation-controller']
  controlPlane = await startControlPlane({ auditUser: operatorUser, controllers })
  await controlPlane.installCrd()
  drains = drainsIn(controlPlane)
  await drains.installKind()
  await drains.grant()
  kubeconfig = await controlPlane.operatorKubeconfig()
  cluster = openCluster(controlPlane.api)
  await start()
})
afterAll(async () => {
  await Promise.all(operators.map((operator) => operator.kill()))
  await controlPlane?.stop()
})

describe('the API server', () => {
  const from = [{ cluster: 'east' }]
  it.each([
    ['no from', { from: undefined }],
    ['an empty from', { from: [] }],
    ['17 targets', { from: Array.from({ length: 17 }, () => ({ cluster: 'east' })) }],
    ['a target that is nothing', { from: [{}] }],
    ['a target that is both', { from: [{ cluster: 'east', service: { name: 'web' } }] }],
    ['a cluster that is no name', { from: [{ cluster: 'East Side' }] }],
    ['a Service without a name', { from: [{ service: { namespace: 'shop' } }] }],
    ['no end', { from, until: undefined }],
    ['an end that is not a time', { from, until: 'tomorrow' }],
    ['an end without a time zone', { from, until: '2026-12-01T06:00:00' }],
    ['a day that does not exist', { from, until: '2026-02-31T06:00:00Z' }],
    ['no reason', { from, reason: '' }],
    ['another last resort', { from, lastResort: 'Maybe' }],
    ['a field that does not exist', { from, untl: '' }],
  ])('refuses %s', async (_, spec) => {
    const object = JSON.parse(JSON.stringify(drainOf('wrong', spec)))
    const answer = await controlPlane.kubectl(['create', '--dry-run=server', '-f', '-'], stringify(object))
    expect(answer.code, answer.stdout).not.toBe(0)
  })

  it.each([
    ['a cluster', { from }],
    [
      'this cluster, and Services',
      { from: [{ cluster: 'Local' }, { service: { name: 'a', namespace: 'b' } }] },
    ],
    ['another time zone', { from, until: '2026-12-01T06:00:00.5+02:00' }],
    ['the last resort', { from, lastResort: 'Never' }],
  ])('takes %s', async (_, spec) => {
    await kubectl(['create', '--dry-run=server', '-f', '-'], drainOf('right', spec))
  })
})

it('may be created by those who may edit a namespace, and seen by those who may view it', () =>
  expectRoles(controlPlane, 'drains'))

let count = 0
let web: string
beforeEach(() => {
  count += 1
  web = `web${count}`
})
const weights = (primary: number, east = 0): Weights => ({ [web]: primary, [`${web}-east`]: east })
async function addShop(annotations: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const service of Object.keys(weights(100))) await cluster.addService(service, 2)
  await cluster.addSplit(web, weights(100), { annotations })
}
const primary = () => ({ from: [{ service: { name: web, namespace: 'default' } }] })

describe('a Drain', () => {
  it('moves traffic away at once, says what has become of it, and lets it come back', async () => {
    await addShop()
    await drain(web, primary())
    await cluster.weightsBecome(web, weights(0, 100))
    await eventually(async () => {
      const row = await kubectl(['get', 'drains', '--namespace', operatorName, '--no-headers'])
      expect(row.split(/ {2,}/).filter((_, index) => index !== 1 && index < 7)).toEqual([
        web,
        'True',
        'Drained',
        '1',
        '0',
        'CHG-1: a test',
      ])
    })
    const gone = performance.now()
    await undrain(web)
    await cluster.weightsBecome(web, weights(100), 20_000)
    expect(performance.now() - gone).toBeGreaterThan(9_900)
    expect(await cluster.events({ split: web, reason: 'Failover' })).toMatchObject([
      { note: expect.stringContaining(`default/${web} is drained by ${operatorName}/${web}`) },
    ])
  })

  it('of a cluster leaves its mirrored Services, and ends at its time', async () => {
    await cluster.addService(web, 2)
    await cluster.addMirrored(`${web}-east`, 'east')
    await cluster.addSplit(web, weights(0, 100), {
      annotations: { 'failover.linkerd.io/primary-service': `${web}-east` },
    })
    await cluster.fence()
    expect(await cluster.weights(web)).toEqual(weights(0, 100))
    await drain(web, { from: [{ cluster: 'east' }], until: soon(6_000) }, 'default')
    await cluster.weightsBecome(web, weights(100, 0))
    await cluster.weightsBecome(web, weights(0, 100), 20_000)
    await eventually(async () =>
      expect(await kubectl(['get', 'drain', web, '--namespace', 'default'])).toContain('Expired'),
    )
    await undrain(web, 'default')
  })

  it('of everything leaves what is ready with its traffic, and names the routes that it could not move', async () => {
    await addShop()
    await drain(web, {
      from: Object.keys(weights(0)).map((name) => ({ service: { name, namespace: 'default' } })),
    })
    await cluster.setReady(web, 0, 2)
    await cluster.weightsBecome(web, weights(0, 100))
    await eventually(async () =>
      expect(
        await kubectl(['get', 'drain', web, '--namespace', operatorName, '-o', 'jsonpath={.status.left}']),
      ).toContain('nothing else is ready'),
    )
    await undrain(web)
  })

  it('lets a backend come back only after its wait', async () => {
    await addShop({ 'failover.linkerd.io/failback-after': '4s' })
    await drain(web, { ...primary(), until: soon(3_000) })
    await cluster.weightsBecome(web, weights(0, 100))
    await cluster.setReady(web, 0, 2)
    await eventually(async () =>
      expect(await kubectl(['get', 'drain', web, '--namespace', operatorName])).toContain('Expired'),
    )
    await cluster.setReady(web, 2, 2)
    const back = performance.now()
    await cluster.weightsBecome(web, weights(100), 20_000)
    expect(performance.now() - back).toBeGreaterThan(3_900)
    await undrain(web)
  })
})

describe('a Drain that was deleted', () => {
  beforeEach(async () => {
    await addShop()
    await drain(web, primary())
    await cluster.weightsBecome(web, weights(0, 100))
  })

  it('and created again within 10 s moves nothing', async () => {
    const before = await cluster.version(web)
    await undrain(web)
    await drain(web, primary())
    await new Promise((resolve) => setTimeout(resolve, 11_000))
    await cluster.fence()
    expect(await cluster.version(web)).toBe(before)
    await undrain(web)
    await cluster.weightsBecome(web, weights(100), 20_000)
  })

  it('keeps its 10 s with a standby that takes over', async () => {
    const [leader] = operators
    if (!leader) throw new Error('there is an operator')
    operators = [await start()]
    const gone = performance.now()
    await undrain(web)
    await cluster.fence()
    await leader.stop()
    await cluster.fence()
    expect(await cluster.weights(web)).toEqual(weights(0, 100))
    await cluster.weightsBecome(web, weights(100), 20_000)
    expect(performance.now() - gone).toBeGreaterThan(9_900)
  })

  it('is over for an operator that was away', async () => {
    const [leader] = operators
    if (!leader) throw new Error('there is an operator')
    await leader.stop()
    await undrain(web)
    operators = []
    await start()
    await cluster.weightsBecome(web, weights(100))
  })
})

it('an operator that was restarted while a Drain is in effect moves nothing', async () => {
  await addShop()
  await drain(web, primary())
  await cluster.weightsBecome(web, weights(0, 100))
  const [leader] = operators
  await leader?.stop()
  const before = await cluster.version(web)
  operators = []
  await start()
  await cluster.fence()
  expect(await cluster.version(web)).toBe(before)
  await undrain(web)
  await cluster.weightsBecome(web, weights(100), 20_000)
})

it('Drains stay in effect if their kind is removed, and the operator says so', async () => {
  await addShop()
  await drain(web, primary())
  await cluster.weightsBecome(web, weights(0, 100))
  await kubectl(['delete', 'crd', drainDefinition])
  await eventually(async () => {
    expect(operators.map((operator) => operator.output()).join()).toContain('was removed from the cluster')
  }, 30_000)
  await new Promise((resolve) => setTimeout(resolve, 11_000))
  await cluster.fence()
  expect(await cluster.weights(web)).toEqual(weights(0, 100))
  await drains.installKind()
  await cluster.weightsBecome(web, weights(100), 60_000)
})

it('the operator asks for nothing that it may not', () => expectOnlyAllowed(controlPlane, 'drains'))
