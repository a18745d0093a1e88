import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dig, type Json } from '../../sandbox/json.ts'
import { version } from '../../src/base/version.ts'
import { drainCrd } from '../../src/install/objects/drain-crd.ts'
import { readValues } from '../../src/install/render.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import { Cluster, eventually } from './cluster.ts'

const values = readValues({ policies: { enabled: true } })
if (!values.ok) throw new Error(values.error.join())
const crd = drainCrd({ values: values.value, context: { namespace: 'mesh', release: 'r', version } })

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
  cluster.put(structuredClone(crd))
  for (const service of ['web', 'east', 'west']) cluster.slice(service, 1)
  cluster.split('web', { web: 1, east: 0, west: 0 })
})
afterEach(() => cluster.stop())

const start = (replica: object = {}) => cluster.readyOperator({ policies: 'mesh', ...replica })
const become = (weights: string, split = 'web') =>
  eventually(() => cluster.weights(split).join(' ') === weights)
const later = (ms: number) => new Date(Date.now() + ms).toISOString()

function drain(key: string, spec: Readonly<Record<string, unknown>>): void {
  const [namespace = '', name = ''] = key.split('/')
  cluster.put({
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'Drain',
    metadata: { namespace, name },
    spec: JSON.parse(JSON.stringify({ until: later(3_600_000), reason: 'a test', ...spec })),
  })
}
const undrain = (key: string) => {
  const [namespace = '', name = ''] = key.split('/')
  cluster.store.delete('drains', namespace, name)
}
const web = { from: [{ service: { name: 'web', namespace: 'shop' } }] }

it('without the option none is read', async () => {
  drain('mesh/web', web)
  await cluster.readyOperator()
  cluster.slice('east', 0)
  cluster.slice('web', 0)
  await become('0 0 1')
  expect(cluster.asked.filter((line) => line.includes('drains'))).toEqual([])
})

describe('a Drain', () => {
  it('moves traffic away at once, and back 10 s after it was deleted', async () => {
    await start()
    drain('mesh/web', web)
    await become('0 1 1')
    undrain('mesh/web')
    await become('1 0 0')
    expect(cluster.notes('web').join('\n')).toContain('shop/web is drained by mesh/web')
  })

  it('ends by itself', async () => {
    // Its wall clock is as fast as its other one.
    const began = Date.now()
    const clock = { ...fastClock(10), wallTime: () => new Date(began + 10 * (Date.now() - began)) }
    await start({ clock })
    drain('shop/web', { ...web, until: later(20_000) })
    await become('0 1 1')
    await become('1 0 0')
  })

  it('of another namespace is not for this route', async () => {
    await start()
    drain('pay/web', web)
    drain('shop/east', { from: [{ service: { name: 'east' } }] })
    cluster.slice('web', 0)
    await become('0 0 1')
  })

  it('of everything leaves what is ready with its traffic', async () => {
    await start()
    drain('mesh/all', { from: [{ cluster: 'Local' }] })
    drain('shop/west', { from: [{ service: { name: 'west' } }], lastResort: 'Never' })
    cluster.slice('web', 0)
    await become('0 1 0')
  })
})

it('before its operator starts is in effect at its first look', async () => {
  drain('mesh/web', web)
  await start()
  await become('0 1 1')
  expect(cluster.patches).toBe(1)
})

it('that was deleted while no operator ran is over', async () => {
  cluster.split('web', { web: 0, east: 1, west: 1 })
  await start()
  await become('1 0 0')
})

it('stays in effect if its kind is removed, until the kind is back', async () => {
  await start()
  drain('mesh/web', web)
  await become('0 1 1')
  cluster.store.delete('customresourcedefinitions', '', crd.metadata.name)
  await eventually(() =>
    cluster.log.lines.some((line) => line.includes('error the kind drains.failover.linkerd.io was removed')),
  )
  cluster.slice('west', 0)
  await become('0 1 0')
  cluster.slice('west', 1)
  await become('0 1 1')
  cluster.put(structuredClone(crd))
  await become('1 0 0')
})

it('follows Drains once their kind is installed', async () => {
  cluster.store.delete('customresourcedefinitions', '', crd.metadata.name)
  await start()
  cluster.put(structuredClone(crd))
  drain('mesh/web', web)
  await become('0 1 1')
})

it('only ends outages while Drains may not be listed, and says what is missing', async () => {
  cluster.split('back', { web: 0, east: 1, west: 0 })
  cluster.faults.fail(403, { resource: 'drains' })
  const operator = await cluster.operator({ policies: 'mesh' })
  cluster.slice('east', 0)
  cluster.split('lost', { east: 1, west: 0 })
  await become('0 1', 'lost')
  await become('1 0 0', 'back')
  cluster.split('back', { web: 0, east: 0, west: 1 })
  cluster.split('lost', { east: 1, west: 0 })
  await become('0 1', 'lost')
  expect(cluster.weights('back')).toEqual([0, 0, 1])
  expect(operator.ready().join()).toContain('first complete list of drains')
  cluster.faults.clear()
  await become('1 0 0', 'back')
  expect(operator.ready()).toEqual([])
})

it('a standby whose watch of Drains is late gives nothing back to a backend that must not serve', async () => {
  const hung = Promise.withResolvers<void>()
  let heard = Promise.resolve()
  const hedging = { hedgeAfterMs: 500, clock: fastClock(3) }
  cluster.slice('east', 0)
  cluster.slice('west', 0)
  await start({ ...hedging, identity: 'a' })
  await eventually(() => cluster.leader === 'a')
  const { metrics } = await start({ ...hedging, identity: 'b', hearsOfDrains: () => heard })
  try {
    heard = hung.promise
    drain('mesh/web', { ...web, lastResort: 'Never' })
    const unconfirmed = 'linkerd_failover_hedges_total{kind="TrafficSplit",outcome="unconfirmed"}'
    await eventually(async () => (await metrics()).text.includes(unconfirmed))
    expect(cluster.weights('web')[0]).toBe(0)
    expect(cluster.patches).toBe(1)
  } finally {
    hung.resolve()
  }
})

describe('the status of a Drain', () => {
  const object = (key: string) => {
    const [namespace = '', name = ''] = key.split('/')
    return cluster.store.get('drains', namespace, name)
  }
  const writes = () => cluster.store.requests({ verb: 'patch', resource: 'drains' })
  const becomes = (key: string, text: string) => eventually(() => statusText(object(key)) === text)

  it('says what has become of it, and is written once for each change', async () => {
    await start()
    drain('mesh/web', web)
    await becomes('mesh/web', 'Accepted Drained 1/0')
    expect(writes()).toBe(1)
    cluster.slice('east', 0)
    cluster.slice('west', 0)
    await becomes('mesh/web', 'Accepted Draining 0/1')
    expect(dig(object('mesh/web'), 'status', 'left')).toEqual([
      {
        kind: 'TrafficSplit',
        namespace: 'shop',
        name: 'web',
        why: 'on its primary: nothing else is ready; shop/web is drained by mesh/web',
      },
    ])
    cluster.slice('west', 1)
    await becomes('mesh/web', 'Accepted Drained 1/0')
    expect(writes()).toBe(3)
  })

  it('has an Event when its traffic has left, and one when it is over, each once', async () => {
    const operator = await start()
    drain('mesh/web', web)
    await becomes('mesh/web', 'Accepted Drained 1/0')
    cluster.slice('east', 0)
    cluster.slice('west', 0)
    await becomes('mesh/web', 'Accepted Draining 0/1')
    cluster.slice('west', 1)
    await becomes('mesh/web', 'Accepted Drained 1/0')
    expect([...operator.drains()]).toMatchObject([
      { name: 'web', scope: 'all', routes: { moved: 1, left: 0 } },
    ])
    const { text } = await operator.metrics()
    expect(text).toContain('linkerd_failover_drains{scope="all"} 1')
    expect(text).toMatch(/linkerd_failover_drain_expires_seconds\{drain="mesh\/web",state="ready"\} 3\d{3}/)
    expect(text).toContain('linkerd_failover_routes{kind="TrafficSplit",state="drained"} 1')
    undrain('mesh/web')
    const reasons = () =>
      cluster.store
        .list('events', 'mesh')
        .map(({ reason, involvedObject }) => `${dig(involvedObject, 'kind')} ${reason}`)
    await eventually(() => reasons().includes('Drain DrainEnded'))
    await become('1 0 0')
    expect(reasons()).toEqual(['Drain Drained', 'Drain DrainEnded'])
    expect([...operator.drains()].map(({ endedAt }) => endedAt instanceof Date)).toEqual([true])
  })

  it('names a route that is paused', async () => {
    cluster.split('web', { web: 1, east: 0 }, { annotations: { 'failover.linkerd.io/paused': 'true' } })
    await start()
    drain('mesh/web', web)
    await becomes('mesh/web', 'Accepted Draining 0/1')
    expect(JSON.stringify(object('mesh/web')?.status)).toContain('paused by its annotation')
  })

  it('says that it is over, that it takes nothing out, and that it makes no sense', async () => {
    await start()
    drain('mesh/past', { ...web, until: later(-1000) })
    drain('mesh/typo', { from: [{ cluster: 'esat' }] })
    drain('mesh/wrong', { ...web, from: [{ cluster: 'no cluster' }] })
    await becomes('mesh/past', 'Accepted Expired')
    await becomes('mesh/typo', 'Accepted NothingMatches 0/0')
    await becomes('mesh/wrong', 'Invalid Invalid')
    expect(writes()).toBe(3)
  })

  it('is written by the leader alone, and not again by the next one', async () => {
    const first = await start({ identity: 'a' })
    await eventually(() => cluster.leader === 'a')
    await start({ identity: 'b' })
    drain('mesh/web', web)
    await becomes('mesh/web', 'Accepted Drained 1/0')
    await first.stop()
    await eventually(() => cluster.leader === 'b')
    undrain('mesh/web')
    await become('1 0 0')
    expect(writes()).toBe(1)
  })
})

/** `Accepted Draining 3/1`: the reasons of the conditions, then the routes that were moved and that are left. */
function statusText(object: Json | undefined): string {
  const conditions = dig(object, 'status', 'conditions')
  const reasons = Array.isArray(conditions) ? conditions.map((one) => dig(one, 'reason')) : []
  const routes = ['moved', 'left'].map((name) => dig(object, 'status', 'routes', name))
  return [...reasons, ...(routes[0] === undefined ? [] : [routes.join('/')])].join(' ')
}
