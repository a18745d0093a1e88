import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { links } from '../control-plane/definitions.ts'
import { freePort } from '../control-plane/process.ts'
import { type Behaviour, FakeGateway } from '../gateways/fake-gateway.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { inParallel, upTo } from './in-parallel.ts'
import { at, linkTo } from './objects.ts'
import { type Operator, startOperator } from './operator.ts'

/**
 * Services that are mirrored from cluster east, on a real API server; the gateways are on the loopback interface. The
 * Endpoints stay ready whatever the gateways do, as they are after a restart of Linkerd's service mirror.
 */
let controlPlane: ControlPlane
let cluster: Cluster
let operator: Operator
let east: FakeGateway
let east2: FakeGateway
let west: FakeGateway

const names = upTo(20).map((index) => `web-${index}-east`)
const primary = (name: string) => ({ [name]: 1, local: 0 })
const secondary = (name: string) => ({ [name]: 0, local: 1 })
const linkPath = (name: string) => at('multicluster.linkerd.io/v1alpha3', 'links', name)

beforeAll(async () => {
  const [eastPort, westPort] = [await freePort(), await freePort()]
  east = new FakeGateway('127.0.0.1', eastPort)
  east2 = new FakeGateway('127.0.0.3', eastPort)
  west = new FakeGateway('127.0.0.2', westPort)
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  await controlPlane.install(links())
  cluster = openCluster(controlPlane.api)
  await cluster.addService('local', 2)
  await addLink('east', '127.0.0.1', eastPort)
  await addLink('west', '127.0.0.2', westPort)
  await cluster.addMirrored('other-west', 'west')
  await cluster.addSplit('other', { local: 1, 'other-west': 0 })
  await inParallel(names, async (name) => {
    await cluster.addMirrored(name, 'east')
    await cluster.addSplit(name, primary(name))
  })
})

afterAll(async () => {
  await controlPlane?.stop()
})

beforeEach(async () => {
  for (const gateway of [east, west]) await gateway.become('answers')
  await start()
  for (const name of ['east', 'west']) await stateBecomes(name, 'up')
  await allBecome(primary)
})

afterEach(async () => {
  await operator?.kill()
  for (const gateway of [east, east2, west]) await gateway.become('refuses')
})

const addLink = (name: string, gatewayAddress: string, port: number) =>
  controlPlane.api.create(at('multicluster.linkerd.io/v1alpha3', 'links'), linkTo(name, gatewayAddress, port))

async function start(): Promise<void> {
  operator = startOperator(await controlPlane.operatorKubeconfig(), ['--gateway-probe'])
  await operator.ready()
}

/** A log line may come a moment after what it is about can be seen. */
const says = (text: string) => eventually(() => expect(operator.output()).toContain(text))

const stateBecomes = (name: string, state: string) =>
  eventually(async () => {
    const metrics = await operator.metrics()
    const is = metrics.sum('linkerd_failover_gateway_state', { cluster: name, state })
    expect(is, `${name} is ${state}; ${operator.output().slice(-2000)}`).toBe(1)
  })

async function allBecome(weights: (name: string) => Record<string, number>): Promise<void> {
  const expected = Object.fromEntries(names.map((name) => [name, weights(name)]))
  await eventually(async () => {
    const all = await cluster.allWeights()
    expect(Object.fromEntries(names.map((name) => [name, all.get(name)]))).toEqual(expected)
  })
}

/** How many Events of the first route give this reason. */
async function reported(trouble: string): Promise<number> {
  const reason = `(127.0.0.1:${east.port}: ${trouble})`
  const events = await cluster.events({ split: names[0] ?? '' })
  return events.filter(({ note = '' }) => note.includes(reason)).length
}

/** Resolves after so many rounds of probes. */
async function rounds(count: number): Promise<void> {
  const seen = async () =>
    (await operator.metrics()).sum('linkerd_failover_gateway_probes_total', { cluster: 'west' })
  const before = await seen()
  await eventually(async () => expect(await seen()).toBeGreaterThanOrEqual(before + count), 60_000)
}

describe('a gateway that dies', () => {
  it.each<[Behaviour, string]>([
    ['refuses', 'connection refused'],
    ['stops reading', 'no answer within 400 ms'],
    ['hangs', 'no answer within 400 ms'],
    ['breaks off', 'no answer within 400 ms'],
    ['answers 503', 'it answers 503'],
  ])('and %s: all its routes fail over, and back when it lives', async (does, trouble) => {
    const before = await reported(trouble)
    await east.become(does)
    await allBecome(secondary)
    const line = `the gateway of cluster east does not answer, so nothing that is mirrored from there is used: 127.0.0.1:${east.port}: ${trouble}`
    await says(line)
    await eventually(async () => expect(await reported(trouble)).toBe(before + 1))
    await east.become('answers')
    await allBecome(primary)
  })

  it('is not failed back to after a start of the operator, although all Endpoints are ready', async () => {
    await east.become('hangs')
    await allBecome(secondary)
    await operator.kill()
    const before = await cluster.versions()
    await start()
    await stateBecomes('east', 'down')
    await rounds(4)
    expect(await cluster.versions()).toEqual(before)
    await east.become('answers')
    await allBecome(primary)
  })
})

describe('nothing moves', () => {
  let before: ReadonlyMap<string, string>
  beforeEach(async () => {
    before = await cluster.versions()
  })
  afterEach(async () => expect(await cluster.versions()).toEqual(before))

  it('if a gateway misses one probe and answers the next', async () => {
    for (const does of ['hangs', 'refuses', 'answers 503'] as const) {
      const { asked } = east
      await east.become(does)
      if (does === 'refuses') await rounds(1)
      else await eventually(() => expect(east.asked).toBeGreaterThan(asked))
      await east.become('answers')
      await rounds(3)
    }
  })

  it('if the operator is stopped for 10 s', async () => {
    operator.signal('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 10_000))
    operator.signal('SIGCONT')
    await rounds(4)
  })

  it('if one of two addresses of a gateway dies', async () => {
    await east2.become('answers')
    await controlPlane.api.patch(linkPath('east'), { spec: { gatewayAddress: '127.0.0.1,127.0.0.3' } })
    await eventually(() => expect(east2.asked).toBeGreaterThan(0))
    await east.become('hangs')
    await rounds(5)
    await east.become('answers')
    await rounds(1)
    await east2.become('refuses')
    await rounds(5)
    await controlPlane.api.patch(linkPath('east'), { spec: { gatewayAddress: '127.0.0.1' } })
  })

  it('if all gateways die at once: it may be the own network', async () => {
    await Promise.all([east.become('hangs'), west.become('hangs')])
    for (const name of ['east', 'west']) await stateBecomes(name, 'unsure')
    await says('nothing can be said of the gateway of cluster east, perhaps because')
  })

  it('if the Link is deleted: the mirrored Services are unknown, and their gateway is asked no more', async () => {
    await controlPlane.api.remove(linkPath('east'))
    await eventually(() => expect(east.connections).toBe(0))
    await says('there is no Link to cluster east')
    await addLink('east', '127.0.0.1', east.port)
    await eventually(() => expect(east.connections).toBe(1))
  })

  it('and one connection is kept for each address', async () => {
    await rounds(4)
    expect([east.connections, west.connections]).toEqual([1, 1])
  })
})
