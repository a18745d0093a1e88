import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { linkCrd } from '../../../sandbox/gateway-crds.ts'
import { systemClock } from '../../base/clock.ts'
import type { Transport } from '../../kube/http/transport.ts'
import { Shop } from '../testing/shop.ts'

const now = new Date('2026-11-25T12:00:00.000Z')
const clock = { ...systemClock, wallTime: () => now }
const options = { clock, namespace: 'shop' }

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

test('a failover: the rule, the readiness, and what would change it', async () => {
  shop.service('cart', 0, 2)
  shop.mirrored('cart-east', 'east', 1)
  shop.mirrored('cart-west', 'west', 0, 3)
  shop.split('cart', { cart: 0, 'cart-east': 100, 'cart-west': 0 })
  shop.profile('cart', { cart: '0', 'cart-east': '100', 'cart-west': '0' })
  shop.transition('cart', 'failing over to fallbacks: x', new Date(now.getTime() - 720_000))
  const { exitCode, stdout, stderr } = await shop.run('explain trafficsplit/cart', options)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatchInlineSnapshot(`
    "TrafficSplit shop/cart, since 12m ago

    State:     failover
    Rule:      SecondariesReady: the primary is down, and a secondary is ready
    Decision:  fails over: shop/cart has 0 of 2 endpoints ready; shop/cart-east takes over

    BACKEND     ROLE        READINESS   ENDPOINTS      WEIGHT   DECIDED   WHY
    cart        primary     down        0 of 2 ready   0        0         shop/cart has 0 of 2 endpoints ready, according to its EndpointSlices
    cart-east   secondary   ready       1 of 1 ready   100      100       shop/cart-east has 1 of 1 endpoints ready, according to its Endpoints, which the service mirror writes
    cart-west   secondary   down        0 of 3 ready   0        0         shop/cart-west has 0 of 3 endpoints ready, according to its Endpoints, which the service mirror writes

    What would change the decision:
    IF                                     WEIGHTS     DECISION
    shop/cart gets a ready endpoint        100 0 0     on its primary: shop/cart has 1 of 2 endpoints ready
    shop/cart-east has no ready endpoint   0 100 0     holds: shop/cart has 0 of 2 endpoints ready, and no secondary is ready
    shop/cart-west gets a ready endpoint   0 100 100   fails over: shop/cart has 0 of 2 endpoints ready; shop/cart-east and shop/cart-west share
    "
  `)
  expect(shop.writes).toBe(0)
})

test('weights that are due', async () => {
  shop.service('web', 0)
  shop.service('east', 1)
  shop.split('web', { web: 10, east: 0 })
  const { stdout } = await shop.run('explain ts/web', options)
  expect(stdout).toMatch(/State: +failover \(due\)/)
  expect(stdout).toMatch(
    /^web +primary +down +0 of 1 ready +10 +0 +shop\/web has 0 of 1 endpoints ready, according to its EndpointSlices$/m,
  )
  expect(stdout).toMatch(
    /^east +secondary +ready +1 of 1 ready +0 +10 +shop\/east has 1 of 1 endpoints ready/m,
  )
})

test('a pause: what it would do if it were resumed', async () => {
  shop.service('web', 0)
  shop.service('east', 1)
  const annotations = { 'failover.linkerd.io/paused': 'true' }
  shop.split('web', { web: 1, east: 0 }, { annotations })
  const { stdout } = await shop.run('explain ts/web', options)
  expect(stdout).toContain('Rule:      Paused: its annotation says that it is paused')
  expect(stdout).toMatch(/^it is resumed +0 1 +fails over: shop\/web has 0 of 1 endpoints ready/m)
})

test('a misconfiguration: what is to be mended', async () => {
  const annotations = { 'failover.linkerd.io/primary-service': 'wbe' }
  shop.split('web', { web: 1, east: 0 }, { annotations })
  const { stdout } = await shop.run('explain ts/web', options)
  expect(stdout).toContain('Decision:  holds: misconfigured: annotation')
  expect(stdout).toContain('No change of a single Service would change the decision.')
})

test('a Service in another cluster only: unknown, and what would follow from either', async () => {
  const labels = {
    'mirror.linkerd.io/mirrored-service': 'true',
    'multicluster.linkerd.io/remote-discovery': 'east',
    'multicluster.linkerd.io/remote-service': 'api',
  }
  const metadata = { namespace: 'shop', name: 'web', labels }
  shop.put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } })
  shop.service('east', 1)
  shop.split('web', { web: 1, east: 0 })
  const { stdout } = await shop.run('explain ts/web', options)
  const why =
    'the EndpointSlices of the Service shop/api in cluster east are not known: only the operator reads that cluster'
  expect(stdout).toMatch(new RegExp(`^web +primary +unknown +\\? +1 +1 +${why}`, 'm'))
  expect(stdout).toMatch(new RegExp(`^ {2}api \\(east\\) +member +unknown +\\? +${why}`, 'm'))
  expect(stdout).toMatch(/^shop\/web has no ready endpoint +0 1 +fails over/m)
})

describe('a mirrored Service whose Link is deleted', () => {
  beforeEach(() => {
    const labels = { 'mirror.linkerd.io/mirrored-service': 'true', 'mirror.linkerd.io/cluster-name': 'east' }
    const metadata = { namespace: 'shop', name: 'web', labels }
    const ports = [{ port: 80 }]
    const subsets = [{ addresses: [{ ip: '192.0.2.10' }], ports }]
    shop.put(linkCrd())
    shop.put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } })
    shop.put({ apiVersion: 'v1', kind: 'Endpoints', metadata, subsets })
    shop.service('east', 1)
    shop.split('web', { web: 1, east: 0 })
  })

  test('is unknown, and the cluster is named', async () => {
    const { stdout } = await shop.run('explain ts/web', options)
    expect(stdout).toMatch(/^web +primary +unknown/m)
    expect(stdout).toContain('there is no Link to cluster east in this cluster')
  })

  test('is what its Endpoints say for a user who may not list Links', async () => {
    shop.sandbox.faults.fail(403, { resource: 'links' })
    const { stdout } = await shop.run('explain ts/web', options)
    expect(stdout).toMatch(/^web +primary +ready +1 of 1 ready/m)
  })
})

test('a route that is not controlled is explained, with a warning', async () => {
  shop.service('web', 1)
  shop.split('web', { web: 1 })
  const { stdout } = await shop.run('explain ts/web -l team=a', options)
  expect(stdout).toContain('Not controlled: the selector does not match its labels')
  expect((await shop.run('explain ts/web', options)).stdout).not.toContain('Not controlled')
})

test('as JSON', async () => {
  shop.service('web', 1)
  shop.service('east', 1)
  shop.split('web', { web: 1, east: 0 })
  const { stdout } = await shop.run('explain ts/web -o json', options)
  const sentence = 'on its primary: shop/web has 1 of 1 endpoints ready'
  expect(JSON.parse(stdout)).toMatchObject({
    controlled: true,
    route: {
      kind: 'TrafficSplit',
      namespace: 'shop',
      name: 'web',
      state: 'primary',
      since: null,
      splits: [{ sentence }],
    },
    splits: [
      {
        decided: [1, 0],
        changes: [{ when: 'shop/web has no ready endpoint', weights: [0, 1] }],
      },
    ],
  })
})

test('asks the API server for everything once', async () => {
  shop.service('web', 1)
  shop.split('web', { web: 1 })
  const asked: string[] = []
  const wrap = (transport: Transport): Transport => ({
    ...transport,
    request: (req) => {
      asked.push(`${req.method} ${req.path}?${new URLSearchParams(req.query)}`)
      return transport.request(req)
    },
  })
  expect(await shop.run('explain ts/web', { ...options, wrap })).toMatchObject({ exitCode: 0 })
  expect(asked).toEqual([...new Set(asked)])
  expect(asked.filter((line) => /\/(services|events|trafficsplits)\?/.test(line))).toHaveLength(3)
  expect(asked).toHaveLength(17)
})

describe('a route is named', () => {
  beforeEach(() => {
    shop.split('web', { web: 1 })
    shop.split('api', { api: 1 }, { namespace: 'other' })
  })

  test.each([
    'TrafficSplit/web',
    'trafficsplits/web',
    'ts/web',
    'trafficsplit.split.smi-spec.io/web',
    'trafficsplits.split.smi-spec.io/web',
    'web',
  ])('by %s', async (name) => {
    expect((await shop.run(`explain ${name}`, options)).stdout).toContain('TrafficSplit shop/web')
  })

  test('in namespace of the flag', async () => {
    expect((await shop.run('explain ts/api -n other', options)).stdout).toContain('TrafficSplit other/api')
  })

  test.each([
    ['ts/', 64, '"ts/" is not the name of a route; write KIND/NAME'],
    ['/web', 64, 'is not the name of a route'],
    ['a/b/c', 64, 'is not the name of a route'],
    ['pod/web', 64, '"pod" is not a kind of route; the kinds are: trafficsplit'],
    [
      'ts/nobody',
      1,
      'ts/nobody does not exist in namespace shop; list the routes with linkerd-failover status',
    ],
  ])('wrongly by %s', async (name, code, message) => {
    const { exitCode, stdout, stderr } = await shop.run(`explain ${name}`, options)
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toContain(message)
  })

  test('not at all', async () => {
    expect(await shop.run('explain')).toMatchObject({
      exitCode: 64,
      stderr: "linkerd-failover: missing required argument 'route'; see linkerd-failover explain --help\n",
    })
  })
})

test.each(['trafficsplits', 'endpointslices'])('what must not be read (%s) is said', async (resource) => {
  shop.split('web', { web: 1 })
  shop.sandbox.faults.fail(403, { resource })
  expect((await shop.run('explain ts/web', options)).exitCode).toBe(69)
})
