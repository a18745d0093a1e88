import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type * as z from 'zod'
import { problem, routeDetail, routeList, timeline } from '../../api/schema.ts'
import { status } from '../../api/status-schema.ts'
import { AdminKit } from '../testing/kit.ts'

let kit: AdminKit
beforeEach(async () => {
  kit = new AdminKit({ capacity: 50 })
  await kit.start()
})
afterEach(() => kit.stop())

/** Asks, and takes only an answer that is exactly what its schema says: no field less, and none more. */
async function ask<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
  const { status, body } = await kit.ask(path)
  expect(body, path).toEqual(schema.parse(body))
  expect(status, path).toBe(200)
  return schema.parse(body)
}

async function refused(path: string, expected: number): Promise<string> {
  const { status, body } = await kit.ask(path)
  expect(status).toBe(expected)
  return problem.parse(body).error
}

/** Four routes: `cart` on its primary, `pay` failed over to the cluster east, `web` dark, `old` paused. */
function fill(): void {
  kit.mirrored('shop/pay-east', 'east')
  kit.ready('shop/cart', 2)
  kit.ready('shop/pay', 0, 3)
  kit.ready('shop/pay-east', 1)
  kit.put('web', { web: 1, spare: 0 })
  kit.put('cart', { cart: 100, spare: 0 })
  kit.put('pay', { pay: 0, 'pay-east': 1 })
  kit.put('old', { old: 1, spare: 0 }, { paused: true }, 'attic')
}

const missingPort = { reason: 'MissingPort', message: 'the Service shop/cart has no port 81' } as const

const names = (list: z.infer<typeof routeList>) => list.items.map(({ name }) => name)
const routes = (query = '') => ask(`/api/v1/routes${query}`, routeList)

describe('/api/v1/status', () => {
  it('says who answers, and how many routes stand how', async () => {
    fill()
    kit.failedOver('pay', 12.5)
    expect(await ask('/api/v1/status', status)).toMatchObject({
      version: '1.2.3',
      instance: 'pod-a',
      role: 'leader',
      leader: 'pod-a',
      time: kit.clock.wallTime().toISOString(),
      ready: true,
      watches: [{ name: 'trafficsplits', state: 'watching', synced: true, objects: 2 }],
      routes: { primary: 1, failover: 1, dark: 1, hold: 0, misconfigured: 0, paused: 1 },
      reactions: [{ ms: 12.5 }],
    })
  })

  it('has the gateways that are probed, and counts the routes with a finding', async () => {
    fill()
    kit.find('cart', missingPort, { reason: 'NodeLocal', message: 'the Service stays in its node' })
    expect(await ask('/api/v1/status', status)).toMatchObject({
      gateways: [
        { cluster: 'east', state: 'down', since: '1970-01-01T00:00:00.000Z', trouble: 'no answer in 500 ms' },
      ],
      withFindings: 1,
    })
  })

  it('knows of no reaction where nothing was written', async () => {
    kit.failedOver('web')
    for (let time = 0; time < 120; time += 1) kit.failedOver('web', time)
    const { reactions } = await ask('/api/v1/status', status)
    expect(reactions.slice(0, 2).map(({ ms }) => ms)).toEqual([119, 118])
    expect(reactions.length).toBeLessThanOrEqual(100)
  })
})

describe('/api/v1/routes', () => {
  beforeEach(fill)

  it('tells of each route how it stands, why, and what is behind it', async () => {
    const { items, total } = await routes('?search=shop/pay&kind=TrafficSplit')
    expect(total).toBe(1)
    expect(items).toEqual([
      {
        apiVersion: 'split.smi-spec.io/v1alpha2',
        kind: 'TrafficSplit',
        namespace: 'shop',
        name: 'pay',
        state: 'failover',
        due: false,
        sentence: 'fails over: shop/pay has 0 of 3 endpoints ready; shop/pay-east takes over',
        since: null,
        revision: 3,
        apexes: ['shop/pay'],
        pause: null,
        sinceBefore: kit.clock.wallTime().toISOString(),
        firstSeen: kit.clock.wallTime().toISOString(),
        findings: [],
        refusal: null,
        splits: [
          {
            where: null,
            primary: 'shop/pay',
            decision: 'failover',
            rule: 'SecondariesReady',
            state: 'failover',
            due: false,
            sentence: 'fails over: shop/pay has 0 of 3 endpoints ready; shop/pay-east takes over',
            policy: null,
            waits: null,
            backends: [
              {
                service: 'shop/pay',
                port: null,
                weight: 0,
                active: false,
                primary: true,
                tier: null,
                drained: null,
                readiness: {
                  state: 'down',
                  ready: 0,
                  total: 3,
                  why: 'shop/pay has 0 of 3 endpoints ready',
                },
                cluster: null,
                members: [],
              },
              {
                service: 'shop/pay-east',
                port: null,
                weight: 1,
                active: true,
                primary: false,
                tier: null,
                drained: null,
                readiness: {
                  state: 'ready',
                  ready: 1,
                  total: 1,
                  why: 'shop/pay-east has 1 of 1 endpoints ready',
                },
                cluster: 'east',
                members: [],
              },
            ],
          },
        ],
      },
    ])
  })

  it('tells rules and ports apart, where the kind of route has them', async () => {
    const backends = [80, 81].map((port) => ({ service: 'shop/api', port, weight: undefined }))
    const rule = { where: 'spec.rules[1]', primary: 'shop/api', primaryPort: 80, absentWeight: 1, backends }
    kit.put('api', {}, rule)
    const { items } = await routes('?search=shop/api')
    expect(items[0]?.splits).toMatchObject([
      {
        where: 'spec.rules[1]',
        backends: [
          { port: 80, primary: true, weight: null, active: true },
          { port: 81, primary: false, weight: null, active: true },
        ],
      },
    ])
  })

  it('shows the readiness of now, also where no look followed it', async () => {
    kit.ready('shop/cart', 1, 2)
    const { items } = await routes('?search=cart')
    expect(items[0]).toMatchObject({
      sentence: 'on its primary: shop/cart has 1 of 2 endpoints ready',
      splits: [{ backends: [{ readiness: { ready: 1, total: 2 } }, {}] }],
    })
  })

  test.each([
    ['', ['web', 'pay', 'old', 'cart']],
    ['?sort=-state', ['cart', 'old', 'pay', 'web']],
    ['?sort=name', ['old', 'cart', 'pay', 'web']],
    ['?sort=-name', ['web', 'pay', 'cart', 'old']],
    ['?state=dark', ['web']],
    ['?namespace=attic', ['old']],
    ['?namespace=nowhere', []],
    ['?kind=HTTPRoute', []],
    ['?cluster=east', ['pay']],
    ['?search=SPARE&sort=name', ['old', 'cart', 'web']],
    ['?search=shop/ca', ['cart']],
    ['?search=spare&state=dark', ['web']],
  ])('%s finds %j', async (query, expected) => {
    const list = await routes(query)
    expect(names(list)).toEqual(expected)
    expect(list.total).toBe(expected.length)
  })

  it('has what was found around a route, after what is dark and before all else', async () => {
    kit.find('cart', missingPort)
    const { items } = await routes()
    expect(items.map(({ name }) => name)).toEqual(['web', 'cart', 'pay', 'old'])
    expect(items[1]?.findings).toEqual([missingPort])
    for (const query of ['?finding=any', '?finding=MissingPort'])
      expect(names(await routes(query))).toEqual(['cart'])
    expect(names(await routes('?finding=NotAccepted'))).toEqual([])
  })

  it('sorts by how long a route has stood so', async () => {
    await kit.clock.advance(1000)
    kit.ready('shop/web', 1)
    kit.put('web', { web: 1, spare: 0 })
    await kit.clock.advance(1000)
    kit.ready('shop/cart', 0)
    kit.put('cart', { cart: 100, spare: 0 })
    expect(names(await routes('?sort=-since')).slice(0, 2)).toEqual(['cart', 'web'])
    expect(names(await routes('?sort=since')).slice(2)).toEqual(['web', 'cart'])
  })

  it('comes in pages, and a route that changes meanwhile shifts none', async () => {
    const first = await routes('?sort=name&limit=2')
    expect(names(first)).toEqual(['old', 'cart'])
    kit.view.remove('TrafficSplit/attic/old')
    kit.put('beer', { beer: 1, spare: 0 })
    const second = await routes(`?sort=name&limit=2&continue=${first.continue}`)
    expect(names(second)).toEqual(['pay', 'web'])
    expect(second.continue).toBeNull()
  })

  test.each([
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?limit=many', 'limit'],
    ['?sort=colour', 'sort'],
    ['?state=ill', 'state'],
    ['?continue=nonsense', 'continue'],
  ])('%s is refused, and the answer names %s', async (query, name) => {
    expect(await refused(`/api/v1/routes${query}`, 400)).toContain(name)
  })

  it('refuses a page of another order', async () => {
    const first = await routes('?sort=name&limit=1')
    expect(await refused(`/api/v1/routes?sort=state&continue=${first.continue}`, 400)).toContain('name')
  })
})

describe('/api/v1/routes/{kind}/{namespace}/{name}', () => {
  it('tells what happened to it, and how to look further', async () => {
    fill()
    for (const name of ['pay', 'web', 'pay']) kit.failedOver(name)
    const detail = await ask('/api/v1/routes/TrafficSplit/shop/pay', routeDetail)
    expect(detail.route?.name).toBe('pay')
    expect(detail.history.map(({ id }) => id)).toEqual(['e1-7', 'e1-5'])
    expect(detail.yaml).toBe('metadata:\n  name: pay\n')
    expect(detail.kubectl).toBe('kubectl -n shop describe trafficsplit.split.smi-spec.io/pay')
  })

  it('keeps the history of a route that is not controlled any more', async () => {
    fill()
    kit.failedOver('pay')
    kit.view.remove('TrafficSplit/shop/pay')
    const detail = await ask('/api/v1/routes/TrafficSplit/shop/pay', routeDetail)
    expect(detail).toMatchObject({
      route: null,
      yaml: '',
      kubectl: 'kubectl -n shop describe trafficsplit.split.smi-spec.io/pay',
    })
    expect(detail.history.map(({ what }) => what)).toEqual(['failover'])
  })

  it('does not know what is not there', async () => {
    expect(await refused('/api/v1/routes/TrafficSplit/shop/nobody', 404)).toContain('shop/nobody')
    expect(await refused('/api/v1/routes/%ff/shop/nobody', 404)).toContain('shop/nobody')
  })
})

describe('/api/v1/timeline', () => {
  const pageOf = (query: string) => ask(`/api/v1/timeline${query}`, timeline)

  it('tells what happened, the newest first', async () => {
    kit.failedOver('web', 7)
    const { items, before } = await pageOf('')
    expect(before).toBeNull()
    expect(items).toEqual([
      {
        id: 'e1-1',
        revision: 1,
        at: kit.clock.wallTime().toISOString(),
        what: 'failover',
        route: {
          apiVersion: 'split.smi-spec.io/v1alpha2',
          kind: 'TrafficSplit',
          namespace: 'shop',
          name: 'web',
        },
        rule: 'SecondariesReady',
        state: 'failover',
        sentence: 'fails over: shop/web has no endpoints; shop/east takes over',
        splits: [
          {
            where: null,
            backends: [
              {
                service: 'shop/web',
                from: 1,
                to: 0,
                readiness: { state: 'down', ready: 0, total: 0, why: 'shop/web has no endpoints' },
              },
              {
                service: 'shop/east',
                from: null,
                to: 1,
                readiness: {
                  state: 'unknown',
                  ready: null,
                  total: null,
                  why: 'the slices of shop/east are missing',
                },
              },
            ],
          },
        ],
        cluster: null,
        reactionMs: 7,
        fromEvents: false,
      },
    ])
  })

  it('comes in pages, and what happens meanwhile shifts none', async () => {
    for (let time = 1; time <= 5; time += 1) kit.failedOver('web', time)
    const first = await pageOf('?limit=2')
    kit.failedOver('web', 6)
    const second = await pageOf(`?limit=2&before=${first.before}`)
    const third = await pageOf(`?limit=2&before=${second.before}`)
    const ms = [first, second, third].map(({ items }) => items.map(({ reactionMs }) => reactionMs))
    expect(ms).toEqual([[5, 4], [3, 2], [1]])
    expect(third.before).toBeNull()
  })

  it('has what was read back from Events in its place in time, on whichever page', async () => {
    const at = new Date(kit.clock.wallTime().getTime() - 60_000)
    kit.failedOver('web', 1)
    kit.recall('old-7', at)
    kit.failedOver('web', 2)
    const items: z.infer<typeof timeline>['items'] = []
    for (let before: string | null = ''; before !== null; ) {
      const page = await pageOf(`?limit=1${before === '' ? '' : `&before=${before}`}`)
      items.push(...page.items)
      before = page.before
    }
    expect(items.map(({ id, revision, fromEvents }) => [id, revision, fromEvents])).toEqual([
      ['e1-3', 3, false],
      ['e1-1', 1, false],
      ['old-7', 2, true],
    ])
  })

  it('refuses a page that it did not name', async () => {
    expect(await refused('/api/v1/timeline?before=yesterday', 400)).toContain('before')
  })
})

test('what is not there is said in JSON too', async () =>
  expect(await refused('/api/v2/routes', 404)).toContain('/api/v1/openapi.json'))
