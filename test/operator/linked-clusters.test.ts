import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { routeItem } from '../../src/api/items.ts'
import { err } from '../../src/base/result.ts'
import { createTransport, type Transport } from '../../src/kube/http/transport.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import { Cluster, eventually } from './cluster.ts'

let here: Cluster
let east: Sandbox
beforeEach(async () => {
  here = await Cluster.start()
  east = await startSandbox({ controllers: false })
})
afterEach(async () => {
  await here.stop()
  await east.stop()
})

const clock = fastClock(10)
const links = {
  clusters: ['east'],
  namespace: 'linkerd',
  connect: (config: Parameters<typeof createTransport>[0]) => createTransport(config, clock),
}

/** A way to another cluster on which nothing arrives. */
const cutOff = (): Transport => {
  const refused = async () => err({ kind: 'unreachable', message: 'it is cut off' } as const)
  return { request: refused, stream: refused, close: async () => {} }
}

const weightsBecome = (name: string, ...weights: number[]) =>
  eventually(() => here.weights(name).join() === weights.join())

/** Links this cluster with the API server at `server`. */
function link(server: string, token = 'a-token'): void {
  const kubeconfig = JSON.stringify({
    'current-context': 'east',
    contexts: [{ name: 'east', context: { cluster: 'east', user: 'remote' } }],
    clusters: [{ name: 'east', cluster: { server } }],
    users: [{ name: 'remote', user: { token } }],
  })
  here.put({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'mirror.linkerd.io/remote-kubeconfig',
    metadata: { namespace: 'linkerd', name: 'cluster-credentials-east' },
    data: { kubeconfig: Buffer.from(kubeconfig).toString('base64') },
  })
}

/** The only slice of a Service in the other cluster; `changedAt`: when its Pods changed, by the clock there. */
function sliceThere(sandbox: Sandbox, service: string, ready: boolean, changedAt?: Date): void {
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: 'shop',
      name: `${service}-1`,
      labels: { 'kubernetes.io/service-name': service },
      annotations: changedAt
        ? { 'endpoints.kubernetes.io/last-change-trigger-time': changedAt.toISOString() }
        : {},
    },
    addressType: 'IPv4',
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ['10.1.0.1'], conditions: { ready } }],
  }
  if (sandbox.store.get('endpointslices', 'shop', slice.metadata.name)) sandbox.store.update(slice)
  else sandbox.store.create(slice)
}

/** A Service of this cluster whose endpoints are in the other. */
const mirror = (name: string, metadata: object) =>
  here.put({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name, ...metadata },
    spec: { ports: [{ port: 80 }] },
  })

const discovered = (name: string, service: string) =>
  mirror(name, {
    labels: {
      'mirror.linkerd.io/mirrored-service': 'true',
      'multicluster.linkerd.io/remote-discovery': 'east',
      'multicluster.linkerd.io/remote-service': service,
    },
  })

/** A Service that is mirrored through a gateway, and ready by its Endpoints or not. */
function throughGateway(name: string, service: string, cluster: string, ready = true): void {
  const labels = { 'mirror.linkerd.io/mirrored-service': 'true', 'mirror.linkerd.io/cluster-name': cluster }
  const annotations = { 'mirror.linkerd.io/remote-svc-fq-name': `${service}.shop.svc.cluster.local` }
  mirror(name, { labels, annotations })
  here.put({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { namespace: 'shop', name, labels },
    subsets: [
      { [ready ? 'addresses' : 'notReadyAddresses']: [{ ip: '192.0.2.10' }], ports: [{ port: 4143 }] },
    ],
  })
}

const federated = (name: string, members: string) =>
  mirror(name, { annotations: { 'multicluster.linkerd.io/remote-discovery': members } })

const asksEast = () => east.store.requests({ verb: 'watch', resource: 'endpointslices' })

test.each([
  ['a Service that is discovered in another cluster', () => discovered('web-east', 'web')],
  ['a federated Service', () => federated('web-east', 'web@east')],
])('traffic fails over to %s, and back', async (_, create) => {
  link(east.url)
  create()
  sliceThere(east, 'web', true)
  here.slice('web', 1)
  here.split('web', { web: 1, 'web-east': 0 })
  await here.readyOperator({ links, clock })
  here.slice('web', 0)
  await weightsBecome('web', 0, 1)
  here.slice('web', 1)
  await weightsBecome('web', 1, 0)
})

test('a standby fails over to another cluster for a leader that is gone, by what that has now', async () => {
  link(east.url)
  for (const name of ['web', 'api']) {
    federated(`${name}-all`, `${name}@east`)
    sliceThere(east, name, true)
    here.slice(name, 1)
    here.split(name, { [name]: 1, [`${name}-all`]: 0 })
  }
  let isGone = false
  // What was read is good for a second: a faster clock would not leave enough of it.
  const replica = { links, clock: fastClock(3), hedgeAfterMs: 500 }
  await here.readyOperator({ ...replica, identity: 'a', isCutOff: () => isGone })
  await eventually(() => here.leader === 'a')
  await here.readyOperator({ ...replica, identity: 'b' })
  isGone = true
  here.slice('web', 0)
  await weightsBecome('web', 0, 1)
  expect(here.leader).toBe('a')
  await eventually(() => here.log.lines.some((line) => line.includes('written by this standby')))
})

test('a standby leaves a mirror to a leader that cannot read its cluster, until its Endpoints are down', async () => {
  link(east.url)
  const primary = (service: string) => ({
    annotations: { 'failover.linkerd.io/primary-service': service },
  })
  throughGateway('web-east', 'web', 'east')
  here.slice('web', 1)
  here.split('web', { 'web-east': 1, web: 0 }, primary('web-east'))
  // Of these the leader knows nothing, so that only the standby can move them.
  for (const name of ['api', 'pay']) {
    discovered(`${name}-east`, name)
    here.slice(name, 1)
    here.split(name, { [`${name}-east`]: 1, [name]: 0 }, primary(`${name}-east`))
  }
  for (const name of ['web', 'api', 'pay']) sliceThere(east, name, true)
  const replica = { clock: fastClock(3), hedgeAfterMs: 500 }
  await here.readyOperator({ ...replica, links: { ...links, connect: cutOff }, identity: 'a' })
  await eventually(() => here.leader === 'a')
  const standby = await here.readyOperator({ ...replica, links, identity: 'b' })
  const isDownToStandby = (name: string) =>
    eventually(() => standby.view.get(`TrafficSplit/shop/${name}`)?.state === 'failover')
  sliceThere(east, 'web', false)
  await isDownToStandby('web')
  // One after the other: by then its move of web would be late.
  for (const name of ['api', 'pay']) {
    sliceThere(east, name, false)
    await weightsBecome(name, 0, 1)
  }
  expect([here.weights('web'), here.patches]).toEqual([[1, 0], 2])
  throughGateway('web-east', 'web', 'east', false)
  await weightsBecome('web', 0, 1)
  expect(here.leader).toBe('a')
})

test('people see each member of a federated Service with its cluster, and which object is missing', async () => {
  link(east.url)
  federated('web-all', 'web@east,api@west')
  sliceThere(east, 'web', true)
  here.slice('web', 1)
  here.split('web', { web: 1, 'web-all': 0 })
  const { view } = await here.readyOperator({ links: { ...links, clusters: ['east', 'west'] }, clock })
  const backend = () => {
    const record = view.get('TrafficSplit/shop/web')
    return record && routeItem(record, view).splits[0]?.backends[1]
  }
  await eventually(() => backend()?.readiness.state === 'ready')
  const missing =
    'the EndpointSlices of the Service shop/api in cluster west are not known: the Secret linkerd/cluster-credentials-west is missing'
  expect(backend()).toMatchObject({
    service: 'shop/web-all',
    readiness: { ready: 1, why: 'shop/web-all has 1 of 1 endpoints ready, according to its members' },
    members: [
      {
        service: 'shop/web',
        cluster: 'east',
        readiness: { state: 'ready', why: 'shop/web has 1 of 1 endpoints ready in cluster east' },
      },
      { service: 'shop/api', cluster: 'west', readiness: { state: 'unknown', ready: null, why: missing } },
    ],
  })
})

test('what happens in the other cluster moves traffic', async () => {
  link(east.url)
  discovered('web-east', 'web')
  sliceThere(east, 'web', true)
  here.slice('web', 1)
  here.split(
    'web',
    { 'web-east': 1, web: 0 },
    { annotations: { 'failover.linkerd.io/primary-service': 'web-east' } },
  )
  await here.readyOperator({ links, clock })
  await eventually(() => asksEast() > 0)
  sliceThere(east, 'web', false)
  await weightsBecome('web', 0, 1)
  sliceThere(east, 'web', true)
  await weightsBecome('web', 1, 0)
})

test.each([-3_600_000, 3_600_000])(
  'the clock of the other cluster, %i ms away from the one here, changes nothing and is measured nowhere',
  async (skew) => {
    link(east.url)
    discovered('web-east', 'web')
    const then = () => new Date(Date.now() + skew)
    sliceThere(east, 'web', true, then())
    here.slice('web', 1)
    here.split(
      'web',
      { 'web-east': 1, web: 0 },
      { annotations: { 'failover.linkerd.io/primary-service': 'web-east' } },
    )
    const operator = await here.readyOperator({ links, clock })
    await eventually(() => asksEast() > 0)
    sliceThere(east, 'web', false, then())
    await weightsBecome('web', 0, 1)
    await eventually(async () =>
      (await operator.metrics()).text.includes('linkerd_failover_reaction_seconds_count 1'),
    )
    const { text } = await operator.metrics()
    expect(text).toContain('linkerd_failover_reaction_from_trigger_seconds_count 0')
  },
)

test('a gateway mirror that says ready is left when its Pods are not, if its cluster is read', async () => {
  link(east.url)
  for (const [name, cluster] of [
    ['web', 'east'],
    ['api', 'west'],
  ] as const) {
    throughGateway(`${name}-${cluster}`, name, cluster)
    here.slice(name, 1)
    const annotations = { 'failover.linkerd.io/primary-service': `${name}-${cluster}` }
    here.split(name, { [`${name}-${cluster}`]: 1, [name]: 0 }, { annotations })
  }
  sliceThere(east, 'web', true)
  await here.readyOperator({ links, clock })
  await eventually(() => asksEast() > 0)
  sliceThere(east, 'web', false)
  await weightsBecome('web', 0, 1)
  sliceThere(east, 'web', true)
  await weightsBecome('web', 1, 0)
  // Of a cluster that is not read nothing is missing.
  expect(here.weights('api')).toEqual([1, 0])
  expect(here.log.lines.join('\n')).not.toContain('cluster west')
})

test('nothing is begun on what was last known of a cluster that is gone', async () => {
  link(east.url)
  for (const name of ['web', 'api', 'cart']) {
    discovered(`${name}-east`, name)
    here.slice(name, 1)
    here.split(name, { [name]: 1, [`${name}-east`]: 0 })
  }
  // The primary of this one is in the other cluster.
  here.split(
    'pay',
    { 'cart-east': 1, cart: 0 },
    { annotations: { 'failover.linkerd.io/primary-service': 'cart-east' } },
  )
  for (const name of ['web', 'api']) sliceThere(east, name, true)
  sliceThere(east, 'cart', false)
  await here.readyOperator({ links, clock })
  here.slice('api', 0)
  await weightsBecome('api', 0, 1)
  await weightsBecome('pay', 0, 1)
  const { url } = east
  await east.stop()
  await eventually(() =>
    here.log.lines.some((line) => line.includes(`cannot reach the API server at ${url}`)),
  )
  here.slice('web', 0)
  here.slice('marker', 0)
  here.slice('marker-two', 1)
  here.split('marker', { marker: 1, 'marker-two': 0 })
  await weightsBecome('marker', 0, 1)
  // Not over to it, not back to it, and what is active there stays.
  expect(here.weights('web')).toEqual([1, 0])
  expect(here.weights('pay')).toEqual([0, 1])
  expect(here.weights('api')).toEqual([0, 1])
  // Another API server takes its place, where all three are ready.
  east = await startSandbox({ controllers: false })
  for (const name of ['web', 'api', 'cart']) sliceThere(east, name, true)
  link(east.url, 'another-token')
  await weightsBecome('web', 0, 1)
  await weightsBecome('pay', 1, 0)
})

test('only what routes use is read, and only while they do', async () => {
  link(east.url)
  discovered('web-east', 'web')
  discovered('api-east', 'api')
  const operator = await here.readyOperator({ links, clock })
  const becomes = (state: string, size: number) =>
    eventually(() => {
      const reading = [...operator.watches()].find(({ name }) => name === 'endpointslices@east')
      return reading?.state === state && reading.size === size
    })
  await becomes('idle', 0)
  expect(asksEast()).toBe(0)
  for (const name of ['web', 'api']) sliceThere(east, name, true)
  here.slice('web', 1)
  here.split('web', { web: 1, 'web-east': 0 })
  await becomes('watching', 1)
  here.store.delete('trafficsplits', 'shop', 'web')
  await becomes('idle', 0)
  expect(asksEast()).toBe(1)
})

test('without links no Secret is asked for', async () => {
  discovered('web-east', 'web')
  here.slice('web', 0)
  here.split('web', { web: 1, 'web-east': 0 })
  await here.readyOperator()
  expect(here.asked.filter((request) => request.includes('secrets'))).toEqual([])
  expect(here.weights('web')).toEqual([1, 0])
})
