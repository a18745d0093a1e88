import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { err } from '../../base/result.ts'
import { Shop } from '../testing/shop.ts'
import type { RunOptions } from '../testing/terminal.ts'

const options = { namespace: 'shop' }
const controlled = { 'failover.linkerd.io/controlled-by': 'linkerd-failover' }
const parent = { group: 'core', kind: 'Service', name: 'web', port: 80 }
const ref = (name: string, weight: number, port = 80) => ({ name, port, weight })

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

interface RouteOptions {
  readonly kind?: 'HTTPRoute' | 'TCPRoute' | 'TLSRoute' | 'GRPCRoute'
  readonly name?: string
  readonly namespace?: string
  readonly labels?: Record<string, string>
  readonly parentRef?: { name: string; namespace?: string }
  readonly backendRefs?: { name: string; weight: number }[]
  readonly accepted?: boolean
}

/** An HTTPRoute as it should be, but for what is said of it. */
function route({
  kind = 'HTTPRoute',
  name = 'web',
  namespace = 'shop',
  accepted = true,
  ...given
}: RouteOptions = {}): void {
  const { labels = controlled, parentRef = parent } = given
  const { backendRefs = [ref('web', 1), ref('east', 0)] } = given
  const parents = [
    {
      parentRef,
      controllerName: 'linkerd.io/policy-controller',
      conditions: [{ type: 'Accepted', status: accepted ? 'True' : 'False' }],
    },
  ]
  shop.put({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: { namespace, name, labels },
    spec: { parentRefs: [parentRef], rules: [{ backendRefs }] },
    status: { parents },
  })
  // A status is not taken from what creates an object.
  const stored = shop.get(`${kind.toLowerCase()}s`, name, namespace)
  if (stored) shop.sandbox.store.update({ ...stored, status: { parents } })
}

/** The reasons that `explain` tells, and what it could not look at. */
async function explain(line = 'httproute/web', wrap: RunOptions['wrap'] = (transport) => transport) {
  const { exitCode, stdout, stderr } = await shop.run(`explain ${line} -o json`, { ...options, wrap })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const { findings, unseen } = JSON.parse(stdout)
  return { reasons: findings.map(({ reason }: { reason: string }) => reason), findings, unseen }
}

test('all that is wrong around a route, in the words of the operator', async () => {
  shop.service('web', 1)
  route({ backendRefs: [ref('web', 1, 81), ref('east', 0)], accepted: false })
  shop.split('web', { web: 1, east: 0 })
  shop.profile('web', {}, { routes: [{ name: '/' }] })
  const { exitCode, stdout, stderr } = await shop.run('explain httproute/web', options)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatchInlineSnapshot(`
    "HTTPRoute shop/web, since when is not known

    Findings:
      NotAccepted: Linkerd has not accepted it (its status has no Accepted=True from linkerd.io/policy-controller), so proxies ignore its weights; see status.parents for the reason
      SharedParent: TrafficSplit shop/web controls the Service shop/web as well: proxies follow the TrafficSplit, through its ServiceProfile
      ServiceProfile: a ServiceProfile with routes or overrides names the Service shop/web, and proxies use it instead of this route; delete it, then restart the clients
      MissingService: there is no Service shop/east, so requests to it fail; create it, or remove the backend
      MissingPort: the Service shop/web has no port 81 (it has 80), so requests to it get 502; correct the backendRef

    spec.rules[0]:
    State:     dark
    Rule:      NothingReady: the primary is down, and no secondary is ready
    Decision:  holds: shop/web has no port 81, and no secondary is ready

    BACKEND   ROLE        READINESS   ENDPOINTS      WEIGHT   DECIDED   WHY
    web       primary     down        0 of 0 ready   1        1         shop/web has no port 81
    east      secondary   down        0 of 0 ready   0        0         there is no Service shop/east

    What would change the decision:
    IF                                WEIGHTS   DECISION
    shop/web gets a ready endpoint    1 0       on its primary: shop/web has 1 of 1 endpoints ready
    shop/east gets a ready endpoint   0 1       fails over: shop/web has no port 81; shop/east takes over
    "
  `)
  expect(shop.writes).toBe(0)
})

describe('one by one', () => {
  beforeEach(() => {
    shop.service('web', 1)
    shop.service('east', 1)
  })

  test('nothing is wrong', async () => {
    route()
    expect(await explain()).toEqual({ reasons: [], findings: [], unseen: [] })
    expect((await shop.run('explain httproute/web', options)).stdout).not.toMatch(/Findings|checked/)
  })

  test('a Service is missing, also of a TrafficSplit', async () => {
    shop.split('web', { web: 1, nowhere: 0 })
    shop.profile('web', { web: '1', nowhere: '0' })
    expect((await explain('ts/web')).findings).toEqual([
      { reason: 'MissingService', message: expect.stringContaining('there is no Service shop/nowhere') },
    ])
  })

  test('a port is not in the Service', async () => {
    route({ backendRefs: [ref('web', 1), ref('east', 0, 8080)] })
    expect((await explain()).findings).toEqual([
      { reason: 'MissingPort', message: expect.stringContaining('shop/east has no port 8080 (it has 80)') },
    ])
  })

  test('no parent is a Service', async () => {
    route({ parentRef: { name: 'gateway' } })
    expect((await explain()).reasons).toEqual(['IngressOnly'])
  })

  test('Linkerd has not accepted it', async () => {
    route({ accepted: false })
    expect((await explain()).reasons).toEqual(['NotAccepted'])
  })

  test('all weights are zero', async () => {
    route({ backendRefs: [ref('web', 0), ref('east', 0)] })
    expect((await explain()).reasons).toEqual(['AllWeightsZero'])
  })

  test('a ServiceProfile beats it; an empty one does not', async () => {
    route()
    shop.profile('web', {})
    shop.profile('east', {}, { routes: [{ name: '/' }] })
    expect((await explain()).reasons).toEqual([])
    shop.profile('web', { east: '1' })
    expect((await explain()).reasons).toEqual(['ServiceProfile'])
  })

  test('a TrafficSplit has no ServiceProfile with its weights', async () => {
    shop.split('web', { web: 1, east: 0 })
    const says = async () => (await explain('ts/web')).findings
    const finding = (text: string) => [{ reason: 'ServiceProfile', message: expect.stringContaining(text) }]
    expect(await says()).toEqual(finding('there is no ServiceProfile of the Service shop/web'))
    shop.profile('web', { web: '0', east: '1' })
    expect(await says()).toEqual(finding('does not have the weights of the TrafficSplit'))
    shop.profile('web', { web: '1', west: '0' })
    expect(await says()).toEqual(finding('name other backends than the TrafficSplit'))
    shop.profile('web', { web: '1', east: '0' })
    expect(await says()).toEqual([])
    shop.sandbox.faults.fail(403, { resource: 'serviceprofiles' })
    expect(await explain('ts/web')).toMatchObject({
      reasons: [],
      unseen: [expect.stringMatching(/^ServiceProfiles in namespace shop: /)],
    })
  })

  test('somebody undoes its weights, until the operator has said that this is over', async () => {
    shop.split('web', { web: 1, east: 0 })
    shop.profile('web', { web: '1', east: '0' })
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds))
    const note = '"argocd-controller" keeps undoing the weights'
    shop.tell('web', { reason: 'Fought', note, at: at(1) })
    expect((await explain('ts/web')).findings).toEqual([{ reason: 'Fought', message: note }])
    shop.tell('web', { reason: 'FightOver', note: 'no other client undoes the weights any more', at: at(2) })
    expect((await explain('ts/web')).reasons).toEqual([])
    shop.tell('web', { reason: 'Fought', note, at: at(3) })
    expect((await explain('ts/web')).reasons).toEqual(['Fought'])
    shop.sandbox.faults.fail(403, { resource: 'events' })
    expect(await explain('ts/web')).toMatchObject({
      reasons: [],
      unseen: [expect.stringMatching(/^Events in namespace shop: /)],
    })
  })

  test('it is held for long because something is unknown, as long as that is so', async () => {
    shop.split('web', { web: 0, east: 1 })
    shop.profile('web', { web: '0', east: '1' })
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds))
    const note = 'the weights have been held for more than 10 min: on its secondaries'
    shop.tell('web', { reason: 'HeldByUnknown', note, at: at(1) })
    // The command sees for itself that the primary is ready.
    expect((await explain('ts/web')).reasons).toEqual([])
    const annotations = { 'multicluster.linkerd.io/remote-discovery': 'web@east' }
    const metadata = { namespace: 'shop', name: 'web', annotations }
    shop.put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } })
    expect((await explain('ts/web')).findings).toEqual([{ reason: 'HeldByUnknown', message: note }])
    shop.tell('web', { reason: 'HoldOver', note: 'the weights are not held any more', at: at(2) })
    expect((await explain('ts/web')).reasons).toEqual([])
  })

  test('others share its parent: those that are controlled, where the parent lives', async () => {
    const elsewhere = { ...parent, namespace: 'shop' }
    const own = [{ ...ref('web', 1), namespace: 'shop' }]
    route({ namespace: 'client', parentRef: elsewhere, backendRefs: own })
    route({ name: 'a' })
    route({ name: 'b', labels: {} })
    route({ name: 'c', parentRef: { ...parent, name: 'east' } })
    expect((await explain('httproute/web -n client')).findings).toEqual([
      {
        reason: 'SharedParent',
        message: expect.stringMatching(/^HTTPRoute shop\/a controls the Service shop\/web as well/),
      },
    ])
  })
})

describe('a parent in a namespace of its own', () => {
  const elsewhere = { ...parent, namespace: 'shop' }
  const own = [ref('web', 1), ref('east', 0)]
  const line = 'httproute/web -n client'
  beforeEach(() => {
    for (const name of ['web', 'east']) shop.service(`client/${name}`, 1)
    route({ namespace: 'client', parentRef: elsewhere, backendRefs: own })
    const ports = [{ port: 80, appProtocol: 'mysql' }]
    shop.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'shop', name: 'web' },
      spec: { ports },
    })
  })

  test('is looked at there', async () => {
    expect((await explain(line)).findings).toEqual([
      {
        reason: 'AppProtocol',
        message: expect.stringContaining('port 80 of the Service shop/web has the appProtocol "mysql"'),
      },
    ])
  })

  test('is named if the Services there must not be read', async () => {
    const refused: RunOptions['wrap'] = (transport) => ({
      ...transport,
      request: async (req) =>
        req.path === '/api/v1/namespaces/shop/services'
          ? err({ kind: 'forbidden', message: 'answered 403' })
          : transport.request(req),
    })
    expect(await explain(line, refused)).toMatchObject({
      reasons: [],
      unseen: [expect.stringMatching(/^Services in namespace shop: .*answered 403/)],
    })
  })
})

describe('what cannot be looked at', () => {
  beforeEach(() => shop.service('web', 1))

  test('is named, and hides nothing else', async () => {
    route()
    shop.profile('web', {}, { routes: [{ name: '/' }] })
    shop.split('web', { web: 1 })
    for (const resource of ['serviceprofiles', 'trafficsplits']) shop.sandbox.faults.fail(403, { resource })
    const { reasons, unseen } = await explain()
    expect(reasons).toEqual(['MissingService'])
    expect(unseen).toEqual([
      expect.stringMatching(/^ServiceProfiles in namespace shop: GET .*serviceprofiles.*: answered 403/),
      expect.stringMatching(/^TrafficSplits in namespace shop: GET .*trafficsplits.*: answered 403/),
    ])
  })

  test('is said to people as well', async () => {
    route()
    shop.sandbox.faults.fail(403, { resource: 'serviceprofiles' })
    const { exitCode, stdout } = await shop.run('explain httproute/web', options)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Could not be checked:\n {2}ServiceProfiles in namespace shop: GET /m)
  })

  test('is not what the cluster does not serve', async () => {
    await shop.close()
    shop = await Shop.open({ gatewayRoutes: false })
    shop.service('web', 1)
    shop.split('web', { web: 1 })
    expect(await explain('ts/web')).toEqual({ reasons: [], findings: [], unseen: [] })
  })
})

test.each([
  ['TCPRoute', 'connections that are open'],
  ['TLSRoute', 'connections that are open'],
  ['GRPCRoute', 'streams that are open'],
] as const)('of a %s, what a failover does not move, as a note', async (kind, what) => {
  shop.service('web', 1)
  shop.service('east', 1)
  route({ kind })
  const { stdout } = await shop.run(`explain ${kind}/web`, options)
  expect(stdout).toContain(`A change of weights moves new ones only: ${what} stay on their backend`)
})

test('rules that are left alone are a note', async () => {
  shop.service('web', 1)
  shop.service('east', 1)
  route()
  const found = shop.get('httproutes', 'web')
  if (!found) throw new Error('there is a route')
  const annotations = { 'failover.linkerd.io/skip-rules': '0' }
  shop.put({ ...found, metadata: { ...found.metadata, annotations } })
  const { stdout } = await shop.run('explain httproute/web -o json', options)
  expect(JSON.parse(stdout).notes).toEqual([
    'Left alone, as the annotation failover.linkerd.io/skip-rules asks: spec.rules[0].',
  ])
})

test('of an HTTPRoute there is no such note', async () => {
  shop.service('web', 1)
  shop.service('east', 1)
  route()
  const { stdout } = await shop.run('explain httproute/web -o json', options)
  expect(JSON.parse(stdout).notes).toEqual([])
})

test('a kind in a version that Linkerd does not read', async () => {
  shop.service('web', 1)
  shop.service('east', 1)
  route({ kind: 'TCPRoute' })
  expect((await explain('tcproute/web')).reasons).toEqual(['UnreadVersion'])
})
