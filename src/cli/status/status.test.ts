import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { systemClock } from '../../base/clock.ts'
import { ok } from '../../base/result.ts'
import { Shop } from '../testing/shop.ts'
import type { RunOptions } from '../testing/terminal.ts'
import { ageText } from './table.ts'

const now = new Date('2026-11-25T12:00:00.000Z')
const clock = { ...systemClock, wallTime: () => now }
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
const primary = 'failover.linkerd.io/primary-service'
const paused = { 'failover.linkerd.io/paused': 'true' }

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
})
afterEach(() => shop.close())

/** A cluster in which this client wrote the weights of all TrafficSplits last. */
function writtenBy(manager: string, at: Date): NonNullable<RunOptions['wrap']> {
  const fieldsV1 = { 'f:spec': { 'f:backends': {} } }
  const written = JSON.stringify([{ manager, operation: 'Update', time: at.toISOString(), fieldsV1 }])
  return (transport) => ({
    ...transport,
    request: async (req) => {
      const answer = await transport.request(req)
      if (!answer.ok || !req.path.includes('/trafficsplits')) return answer
      const text = JSON.stringify(answer.value).replaceAll('"labels"', `"managedFields":${written},"labels"`)
      return ok(JSON.parse(text))
    },
  })
}

/** One route of each kind of fate. */
function furnish(): void {
  shop.service('web', 3)
  shop.service('web-east', 2)
  shop.split('web', { web: 1, 'web-east': 0 }, { annotations: { [primary]: 'web' } })

  shop.service('cart', 0, 2)
  shop.mirrored('cart-east', 'east', 1)
  shop.mirrored('cart-west', 'west', 1)
  shop.split('cart', { cart: 0, 'cart-east': 100, 'cart-west': 100 })
  shop.transition('cart', 'failing over to fallbacks: cart has none', minutesAgo(12))

  shop.service('late', 0, 1)
  shop.split('late', { late: 1, 'web-east': 0 })

  shop.split('dark', { nobody: 1, nothing: 0 })
  shop.split('held', { web: 0, 'web-east': 1 }, { annotations: paused })
  shop.split('wrong', { web: 1, 'web-east': 0 }, { annotations: { [primary]: 'wbe' } })
  shop.service('other/api', 1)
  shop.split('api', { api: 5, 'api-east': 0 }, { namespace: 'other' })
}

describe('the table', () => {
  test('shows every controlled route, judged as the operator does', async () => {
    furnish()
    const { exitCode, stdout, stderr } = await shop.run('status', { clock })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "NAMESPACE   KIND           NAME    STATE            ACTIVE BACKENDS                            SINCE     FINDINGS                         WHY
      other       TrafficSplit   api     primary          api:5 (1/1)                                unknown   ServiceProfile, MissingService   other/api has 1 of 1 endpoints ready
      shop        TrafficSplit   cart    failover         cart-east:100 (1/1), cart-west:100 (1/1)   12m       ServiceProfile                   shop/cart has 0 of 2 endpoints ready; shop/cart-east and shop/cart-west share
      shop        TrafficSplit   dark    dark             nobody:1 (0/0)                             unknown   ServiceProfile, MissingService   there is no Service shop/nobody, and no secondary is ready
      shop        TrafficSplit   held    paused           web-east:1 (2/2)                           unknown   ServiceProfile                   paused by its annotation
      shop        TrafficSplit   late    failover (due)   late:1 (0/1)                               unknown   ServiceProfile                   shop/late has 0 of 1 endpoints ready; shop/web-east takes over
      shop        TrafficSplit   web     primary          web:1 (3/3)                                unknown   ServiceProfile                   shop/web has 3 of 3 endpoints ready
      shop        TrafficSplit   wrong   misconfigured    web:1 (3/3)                                unknown   ServiceProfile                   annotation failover.linkerd.io/primary-service is "wbe", but no backend has that name; backends are: web, web-east
      "
    `)
    expect(shop.writes).toBe(0)
  })

  test('marks routes of which proxies ignore the weights, each finding once, and has all in its data', async () => {
    for (const name of ['api', 'web', 'east']) shop.service(name, 1)
    shop.httpRoute('api', [
      { api: 1, gone: 0 },
      { api: 1, lost: 0 },
    ])
    shop.split('web', { web: 1, east: 0 })
    shop.profile('web', { web: '1', east: '0' })
    const { stdout } = await shop.run('status', { clock })
    expect(stdout).toMatch(/HTTPRoute +api\[0\] .* NotAccepted, MissingService +shop\/api has 1 of 1/)
    expect(stdout.match(/NotAccepted/g)).toHaveLength(1)
    const { routes } = JSON.parse((await shop.run('status -o json', { clock })).stdout)
    expect(routes.map(({ findings }: { findings: unknown[] }) => findings.length)).toEqual([3, 0])
    expect(routes[0].findings[1]).toEqual({
      reason: 'MissingService',
      message: 'there is no Service shop/gone, so requests to it fail; create it, or remove the backend',
    })
  })

  test('misses no ServiceProfile in a cluster that serves none', async () => {
    const bare = await Shop.open({ gatewayRoutes: false })
    for (const name of ['web', 'east']) bare.service(name, 1)
    bare.split('web', { web: 1, east: 0 })
    const { routes } = JSON.parse((await bare.run('status -o json', { clock })).stdout)
    expect(routes[0].findings).toEqual([])
    await bare.close()
  })

  test('says what of the findings could not be looked for', async () => {
    furnish()
    shop.sandbox.faults.fail(403, { resource: 'serviceprofiles' })
    const { exitCode, stderr } = await shop.run('status', { clock })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringMatching(/^ServiceProfiles cannot be read: .*403/),
    })
  })

  test('is of one namespace with -n, and asks for nothing outside of it', async () => {
    furnish()
    const { stdout } = await shop.run('status -n other', { clock })
    expect(stdout.split('\n')).toHaveLength(3)
    expect(stdout).toContain('api:5 (1/1)')
    const places = new Set(shop.sandbox.store.requestLog().map(({ namespace }) => namespace))
    expect([...places]).toEqual(['other'])
  })

  test.each(['-A', '--all-namespaces', '--all-namespaces=true', '-n='])('%s is all of them', async (flag) => {
    furnish()
    const all = await shop.run('status', { clock })
    expect(await shop.run(['status', flag], { clock })).toEqual(all)
  })

  test('is of one route, by its name, in the namespace of the kubeconfig or of -n', async () => {
    furnish()
    shop.httpRoute('web', [{ web: 1, 'web-east': 0 }])
    const of = (line: string) => shop.run(`status ${line}`, { clock, namespace: 'shop' })
    expect((await of('ts/web')).stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^NAMESPACE/),
      expect.stringMatching(/^shop +TrafficSplit +web /),
    ])
    expect((await of('web')).stdout.trim().split('\n')).toHaveLength(3)
    expect((await of('-n other api -o json')).stdout).toContain('"name": "api"')
    expect(await of('api')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/no controlled route api is in namespace shop; list the routes/),
    })
    expect((await of('api -A')).exitCode).toBe(64)
    expect((await of('ts/web --watch')).exitCode).toBe(64)
  })

  test.each([
    ['dark', 1],
    ['wrong', 1],
    ['cart', 0],
    ['', 1],
  ])('of %j with --exit-code ends with %d', async (route, expected) => {
    furnish()
    const { exitCode, stdout } = await shop.run(`status --exit-code ${route}`, { clock, namespace: 'shop' })
    expect(exitCode).toBe(expected)
    expect(stdout).toContain('NAMESPACE')
  })

  test('is of the selected routes with -l', async () => {
    furnish()
    shop.split('mine', { web: 1 }, { labels: { team: 'a' } })
    const { stdout } = await shop.run('status -l team=a', { clock })
    expect(stdout).toContain('mine')
    expect(stdout.split('\n')).toHaveLength(3)
  })

  test('tells states apart by colour on a terminal only', async () => {
    furnish()
    expect((await shop.run('status', { clock, columns: 120 })).stdout).toContain('\u001b[32mprimary')
    const options = { clock, columns: 120, env: { NO_COLOR: '1' } }
    expect((await shop.run('status', options)).stdout).not.toContain('\u001b')
  })

  test('without any route says so, and is no failure', async () => {
    const said = { exitCode: 0, stdout: '' }
    expect(await shop.run('status')).toEqual({
      ...said,
      stderr: 'no routes match the selector failover.linkerd.io/controlled-by\n',
    })
    expect(await shop.run('status -n shop -l a=b')).toEqual({
      ...said,
      stderr: 'no routes match the selector a=b in namespace shop\n',
    })
  })

  test('of a cluster that serves no kind of route is as empty', async () => {
    const bare = await Shop.open({ trafficSplits: false })
    expect(await bare.run('status')).toMatchObject({ exitCode: 0, stdout: '' })
    await bare.close()
  })

  test('is complete where the lists have many pages', async () => {
    for (let number = 0; number < 1_101; number += 1) {
      shop.service(`s${number}`, 1)
      shop.split(`s${number}`, { [`s${number}`]: 1 })
    }
    const { stdout, stderr } = await shop.run('status', { clock })
    expect(stdout.match(/ primary /g)).toHaveLength(1_101)
    expect(stderr).toBe('')
  })

  test('a list that expires half-way is begun again', async () => {
    furnish()
    const whole = await shop.run('status', { clock })
    shop.sandbox.faults.fail(410, { resource: 'endpointslices', times: 2 })
    expect(await shop.run('status', { clock })).toEqual(whole)
    shop.sandbox.faults.fail(410, { resource: 'endpointslices', times: 3 })
    expect((await shop.run('status', { clock })).exitCode).toBe(69)
  })

  test('a refused list is one line, and exit code 69', async () => {
    shop.sandbox.faults.fail(403, { resource: 'endpointslices' })
    const { exitCode, stdout, stderr } = await shop.run('status')
    expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' })
    expect(stderr).toMatch(/^linkerd-failover: GET \S+endpointslices: answered 403.*--namespace\n$/)
  })

  test('two namespaces at once are refused', async () => {
    expect((await shop.run('status -n shop -A')).stderr).toContain('cannot be combined')
  })
})

test('each rule of a Gateway API route that has a choice is a line, by its place in the object', async () => {
  shop.service('web', 1)
  shop.service('east', 1)
  shop.httpRoute('web', [{ web: 1 }, { web: 1, east: 0 }, { web: 0, east: 5 }])
  const { stdout } = await shop.run('status -n shop', { clock })
  expect(stdout).toMatch(/^shop +HTTPRoute +web\[1\] +primary +web:1 \(1\/1\)/m)
  expect(stdout).toMatch(/^shop +HTTPRoute +web\[2\] +primary \(due\) +east:5 \(1\/1\)/m)
  expect(stdout.trim().split('\n')).toHaveLength(3)
  const places = JSON.parse((await shop.run('status -o json', { clock })).stdout).routes[0].splits
  expect(places.map(({ where }: { where: string }) => where)).toEqual(['spec.rules[1]', 'spec.rules[2]'])
  const explained = await shop.run('explain httproute/web', { clock, namespace: 'shop' })
  expect(explained.stdout).toContain('\nspec.rules[2]:\nState:     primary (due)\n')
  const lost = await shop.run('what-if --down web', { clock, namespace: 'shop' })
  expect(lost.stdout).toMatch(/HTTPRoute +web\[1\] +fails over +web +east/)
})

describe('since when', () => {
  const sinceOf = async (name: string) => {
    const { stdout } = await shop.run('status -o json', { clock })
    const { routes } = JSON.parse(stdout)
    return routes.find((route: { name: string }) => route.name === name).since
  }
  const failingOver = 'failing over to fallbacks: web has none'

  beforeEach(() => {
    shop.service('web', 0, 1)
    shop.service('east', 1)
    shop.split('web', { web: 0, east: 1 })
  })

  test('is the beginning of the state: among secondaries traffic may move on', async () => {
    shop.transition('web', failingOver, minutesAgo(90))
    shop.transition('web', 'switching traffic to primary: web is back', minutesAgo(60))
    shop.transition('web', failingOver, minutesAgo(30))
    shop.transition('web', 'sharing traffic among secondaries: and another', minutesAgo(5))
    expect(await sinceOf('web')).toBe(minutesAgo(30).toISOString())
  })

  test('is the last time of one that repeated', async () => {
    const lastObservedTime = minutesAgo(3).toISOString().replace('Z', '000Z')
    shop.transition('web', failingOver, minutesAgo(8), { series: { count: 2, lastObservedTime } })
    expect(await sinceOf('web')).toBe(minutesAgo(3).toISOString())
  })

  test('of a dark route is when it went dark, if it has not recovered since', async () => {
    shop.service('east', 0, 1)
    shop.transition('web', failingOver, minutesAgo(30))
    shop.tell('web', { reason: 'NothingReady', note: 'no ready backend', at: minutesAgo(7) })
    expect(await sinceOf('web')).toBe(minutesAgo(7).toISOString())
    shop.service('east', 1)
    expect(await sinceOf('web')).toBeNull()
    shop.tell('web', { reason: 'Recovered', note: 'recovered', at: minutesAgo(2) })
    expect(await sinceOf('web')).toBe(minutesAgo(2).toISOString())
  })

  test('of a misconfigured route is when that was reported', async () => {
    shop.split('web', { web: 0, east: 1 }, { annotations: { [primary]: 'wbe' } })
    shop.tell('web', { reason: 'Misconfigured', note: 'no backend has that name', at: minutesAgo(9) })
    expect(await sinceOf('web')).toBe(minutesAgo(9).toISOString())
  })

  test('is not known without an Event', async () => {
    expect(await sinceOf('web')).toBeNull()
  })

  test('is not known where the newest Event tells of the other way: somebody else moved the weights', async () => {
    shop.transition('web', 'switching traffic to primary: web is back', minutesAgo(5))
    expect(await sinceOf('web')).toBeNull()
  })

  test('is not known where the Event is about an earlier route of that name', async () => {
    shop.transition('web', failingOver, minutesAgo(5), { uid: 'of-an-earlier-one' })
    expect(await sinceOf('web')).toBeNull()
  })

  test('is not known, and the rest is, where Events must not be read', async () => {
    shop.sandbox.faults.fail(403, { resource: 'events' })
    const { exitCode, stdout, stderr } = await shop.run('status', { clock })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringMatching(/^SINCE is not known of all: .*403/),
    })
    expect(stdout).toMatch(/failover +east:1 \(1\/1\) +unknown /)
  })

  test('is known without Events if managedFields show the last write of the operator', async () => {
    shop.sandbox.faults.fail(403, { resource: 'events' })
    expect(
      await shop.run('status', { clock, wrap: writtenBy('linkerd-failover', minutesAgo(4)) }),
    ).toMatchObject({
      stdout: expect.stringMatching(/failover +east:1 \(1\/1\) +4m/),
      stderr: '',
    })
  })

  test('is "before" the time of the last write if another client wrote the weights, as on the page', async () => {
    shop.service('web', 1)
    shop.split('web', { web: 1, east: 0 })
    const wrap = writtenBy('helm', minutesAgo(300))
    expect((await shop.run('status', { clock, wrap })).stdout).toMatch(/primary +web:1 \(1\/1\) +> 5h /)
    const { routes } = JSON.parse((await shop.run('status -o json', { clock, wrap })).stdout)
    expect(routes[0]).toMatchObject({ since: null, sinceBefore: minutesAgo(300).toISOString() })
    const { stdout } = await shop.run('explain ts/web -n shop', { clock, wrap })
    expect(stdout).toMatch(/^TrafficSplit shop\/web, since before 5h ago\n/)
  })

  test.each([
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [7_199, '119m'],
    [7_200, '2h'],
    [9_000, '2h30m'],
    [172_799, '47h59m'],
    [172_800, '2d'],
    [273_600, '3d4h'],
    [-5, '0s'],
  ])('%d seconds ago reads %s', (seconds, text) => {
    expect(ageText(new Date(now.getTime() - seconds * 1000).toISOString(), now.getTime())).toBe(text)
  })
})

describe('data', () => {
  test('as JSON', async () => {
    shop.service('web', 1, 2)
    shop.split('web', { web: 1, remote: 0 })
    shop.put({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        namespace: 'shop',
        name: 'remote',
        labels: {
          'mirror.linkerd.io/mirrored-service': 'true',
          'multicluster.linkerd.io/remote-discovery': 'east',
          'multicluster.linkerd.io/remote-service': 'api',
        },
      },
      spec: { ports: [{ port: 80 }] },
    })
    const { stdout } = await shop.run('status -o json', { clock })
    const web = {
      service: 'shop/web',
      port: null,
      primary: true,
      tier: null,
      drained: null,
      weight: 1,
      active: true,
      readiness: {
        state: 'ready',
        ready: 1,
        total: 2,
        why: 'shop/web has 1 of 2 endpoints ready, according to its EndpointSlices',
      },
      cluster: null,
      members: [],
    }
    const notKnown = {
      state: 'unknown',
      ready: null,
      total: null,
      why: 'the EndpointSlices of the Service shop/api in cluster east are not known: only the operator reads that cluster; linkerd-failover dashboard shows what it knows',
    }
    const remote = {
      service: 'shop/remote',
      port: null,
      primary: false,
      tier: null,
      drained: null,
      weight: 0,
      active: false,
      readiness: notKnown,
      cluster: 'east',
      members: [{ service: 'shop/api', cluster: 'east', readiness: notKnown }],
    }
    expect(JSON.parse(stdout)).toEqual({
      routes: [
        {
          apiVersion: 'split.smi-spec.io/v1alpha2',
          namespace: 'shop',
          kind: 'TrafficSplit',
          name: 'web',
          state: 'primary',
          due: false,
          sentence: 'on its primary: shop/web has 1 of 2 endpoints ready',
          since: null,
          sinceBefore: now.toISOString(),
          apexes: ['shop/web'],
          findings: [{ reason: 'ServiceProfile', message: expect.stringContaining('shop/web') }],
          pause: null,
          splits: [
            {
              where: null,
              primary: 'shop/web',
              decision: 'primary',
              state: 'primary',
              rule: 'PrimaryReady',
              sentence: 'on its primary: shop/web has 1 of 2 endpoints ready',
              due: false,
              policy: null,
              waits: null,
              backends: [web, remote],
            },
          ],
        },
      ],
      drains: [],
    })
  })

  test('as YAML is the same', async () => {
    furnish()
    const { stdout: yaml } = await shop.run('status -o yaml', { clock })
    const { stdout: json } = await shop.run('status -o json', { clock })
    expect(parse(yaml)).toEqual(JSON.parse(json))
  })

  test('of no routes is an empty list', async () => {
    expect((await shop.run('status -o json')).stdout).toBe('{\n  "routes": [],\n  "drains": []\n}\n')
  })
})

describe('--classic', () => {
  test('has the columns of the original', async () => {
    furnish()
    expect((await shop.run('status --classic', { clock })).stdout).toMatchInlineSnapshot(`
      "NAMESPACE   TRAFFIC_SPLIT   STATUS     ACTIVE_BACKENDS
      other       api             Primary    api
      shop        cart            Fallback   cart-east, cart-west
      shop        dark            Primary    nobody
      shop        held            Fallback   web-east
      shop        late            Primary    late
      shop        web             Primary    web
      shop        wrong           Fallback   web
      "
    `)
  })

  test('has the JSON of the original', async () => {
    shop.split('cart', { cart: 0, 'cart-east': 1 })
    expect(JSON.parse((await shop.run('status --classic -o json')).stdout)).toEqual([
      { namespace: 'shop', name: 'cart', status: 'fallback', services: ['cart-east'] },
    ])
  })

  test('without routes has its titles, as the original', async () => {
    expect((await shop.run('status --classic')).stdout).toBe(
      'NAMESPACE   TRAFFIC_SPLIT   STATUS   ACTIVE_BACKENDS\n',
    )
  })
})

describe('a user who may not list every kind of route', () => {
  const forbid = (...resources: string[]) => {
    for (const resource of resources) shop.sandbox.faults.fail(403, { resource })
  }

  test('sees the others, with one warning', async () => {
    shop.service('web', 1)
    shop.split('web', { web: 1 })
    forbid('httproutes', 'grpcroutes')
    const { exitCode, stdout, stderr } = await shop.run('status -n shop')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('web')
    const lines = stderr.split('\n').filter((line) => line.includes('Route'))
    expect(lines).toEqual([
      'left out, since you may not list the routes of namespace shop: HTTPRoute, GRPCRoute, HTTPRoute.policy.linkerd.io',
    ])
    const whatIf = await shop.run('what-if --down web -n shop')
    expect(whatIf.stderr).toMatch(/^left out, since .*: HTTPRoute, .*\n$/)
  })

  test.each([
    ['status', /; ask for this permission, or limit the command to one namespace with --namespace\n$/],
    ['status -n shop', /; ask for this permission\n$/],
    ['status -n shop --verbose', /; ask for this permission\n$/],
  ])('%s: without any kind it is an error, which advises no flag that was given', async (line, hint) => {
    forbid('trafficsplits', 'httproutes', 'grpcroutes', 'tlsroutes', 'tcproutes')
    const { exitCode, stderr } = await shop.run(line)
    expect(exitCode).toBe(69)
    expect(stderr).toMatch(hint)
  })
})
