import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { err } from '../../base/result.ts'
import type { KubeError } from '../../kube/errors.ts'
import { Pods, withoutWait } from '../destination/testing/pods.ts'
import { recorded } from '../destination/testing/recorded.ts'
import { Shop } from '../testing/shop.ts'
import type { RunOptions } from '../testing/terminal.ts'

/** Twelve minutes after the recorded destination controllers started. */
const now = new Date('2026-11-29T10:49:04.180Z')
const clock = withoutWait({ ...systemClock, wallTime: () => now })

let shop: Shop
let pods: Pods
beforeEach(async () => {
  shop = await Shop.open()
  pods = new Pods(shop)
})
afterEach(async () => {
  pods.close()
  await shop.close()
})

const explain = (route = 'trafficsplit/web', options: RunOptions = {}, flags = '') =>
  shop.run(`explain ${route} -n shop --proxies ${flags}`, { clock, forward: pods.forward, ...options })
const json = async (route?: string, options?: RunOptions) =>
  JSON.parse((await explain(route, options, '-o json')).stdout).proxies

/** The part about Linkerd's view. */
const viewIn = (stdout: string) => stdout.slice(stdout.indexOf('Endpoints that Linkerd gives'))

function addWeb(): void {
  shop.service('web', 2)
  shop.service('cart', 1)
  shop.split('web', { web: 1, cart: 0 })
}

/** A metric text of a destination Pod that gives so many endpoints of Services of `shop` on node n1. */
const giving = (counts: Record<string, number>, clusters = ['local']): string =>
  [
    ...clusters.map((cluster) => `endpointslices_cache_size{cluster="${cluster}"} 3`),
    ...Object.entries(counts).flatMap(([name, endpoints]) => {
      const [service, cluster = 'local'] = name.split('@')
      const labels = `{cluster="${cluster}",hostname="",namespace="shop",nodename="n1",port="80",service="${service}"}`
      return [`endpoints_pods${labels} ${endpoints}`, `endpoints_updates${labels} 1`]
    }),
    '',
  ].join('\n')

it('names the destination Pod that lost the addresses of a Service that was created again', async () => {
  addWeb()
  await pods.destination('destination-a', () => recorded('changed'))
  await pods.destination('destination-b', () => recorded('recreated'))
  const { exitCode, stdout, stderr } = await explain()
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(viewIn(stdout).replace(/It began \S+ ago/, 'It began … ago')).toMatchInlineSnapshot(`
    "Endpoints that Linkerd gives to proxies, by destination Pod in namespace linkerd:
    SERVICE        READY   destination-a   destination-b
    shop/cart:80   1       1               1
    shop/web:80    2       2               0

    Differences:
      destination-b gives proxies no endpoint of shop/web:80, and 2 are ready: their requests to it fail. It began … ago at the earliest, when the Service was created.
        What to do: restart it with kubectl -n linkerd delete pod destination-b
    "
  `)
  expect(shop.writes).toBe(0)
})

it('the same as JSON', async () => {
  addWeb()
  await pods.destination('destination-b', () => recorded('recreated'))
  const view = await json()
  expect(view.pods).toEqual([
    {
      pod: 'destination-b',
      startedAt: '2026-11-29T10:38:54.550Z',
      clusters: ['local', 'target'],
      problem: null,
    },
  ])
  expect(view.services).toContainEqual({
    service: 'shop/web',
    port: 80,
    ready: 2,
    given: [{ pod: 'destination-b', state: 'reported', fewest: 0, most: 0 }],
  })
  expect(view.differences).toMatchObject([
    {
      kind: 'none',
      pod: 'destination-b',
      service: 'shop/web',
      port: 80,
      endpoints: 0,
      ready: 2,
      clusters: ['local'],
    },
  ])
  expect(JSON.parse((await shop.run('explain ts/web -n shop -o json', { clock })).stdout).proxies).toBeNull()
})

describe('a replica that started while a linked cluster was away', () => {
  beforeEach(async () => {
    const labels = {
      'mirror.linkerd.io/mirrored-service': 'true',
      'multicluster.linkerd.io/remote-discovery': 'target',
      'multicluster.linkerd.io/remote-service': 'api',
    }
    const metadata = { namespace: 'shop', name: 'api-target', labels }
    shop.put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } })
    shop.service('web', 2)
    shop.split('web', { web: 1, 'api-target': 0 })
    await pods.destination('destination-a', () => recorded('changed'))
    await pods.destination('destination-b', () => recorded('started-while-away'))
  })

  const operator = (answer: string, status = 200) =>
    pods.operator((request, response) => {
      expect(request.url).toBe('/api/v1/routes/TrafficSplit/shop/web')
      response.writeHead(status).end(answer)
    })
  const counting = (ready: number | null) =>
    JSON.stringify({
      route: { splits: [{ backends: [{ service: 'shop/api-target', port: null, readiness: { ready } }] }] },
    })

  it('is named, with the cluster and since when', async () => {
    await operator(counting(2))
    const { stdout } = await explain()
    expect(viewIn(stdout)).toMatchInlineSnapshot(`
      "Endpoints that Linkerd gives to proxies, by destination Pod in namespace linkerd:
      SERVICE              READY   destination-a   destination-b
      shop/api-target:80   2       2               not read
      shop/web:80          2       2               not reported

      not reported: proxies ask this Pod for it. Linkerd 2.20 and newer report a number only after the next change.

      Differences:
        destination-b does not read cluster target, so proxies that ask it get none of the endpoints of shop/api-target:80 there. It began 10m ago at the earliest, when the Pod started.
          What to do: when the API server of cluster target answers, restart it with kubectl -n linkerd delete pod destination-b
      "
    `)
  })

  it('is named also where the operator cannot be asked', async () => {
    const view = await json()
    expect(view.differences).toMatchObject([{ kind: 'unread', pod: 'destination-b', clusters: ['target'] }])
    expect(view.unseen).toEqual([
      expect.stringMatching(
        /^how many endpoints the operator counts in other clusters for shop\/api-target: no Pod in any namespace has the label/,
      ),
    ])
  })

  it('the endpoints of another cluster are compared with what the operator counts', async () => {
    await operator(counting(3))
    expect((await json()).differences).toContainEqual(
      expect.objectContaining({
        kind: 'fewer',
        pod: 'destination-a',
        service: 'shop/api-target',
        clusters: ['target'],
        message:
          'destination-a gives proxies 2 endpoints of shop/api-target:80, and the operator counts 3 ready',
      }),
    )
  })

  test.each<[string, number, RegExp]>([
    ['{}', 404, /linkerd-failover\/operator-1: the operator does not control the route$/],
    ['{}', 500, /the operator answered with status 500$/],
    ['<html>', 200, /the answer of the operator cannot be read: its version is not known here$/],
    ['{"route":{}}', 200, /the answer of the operator cannot be read: its version is not known here$/],
  ])('the operator answers %s with %i', async (answer, status, sentence) => {
    await operator(answer, status)
    expect((await json()).unseen).toEqual([expect.stringMatching(sentence)])
  })

  it('an operator that does not know it either', async () => {
    await operator(counting(null))
    const view = await json()
    expect(view.services).toContainEqual(expect.objectContaining({ service: 'shop/api-target', ready: null }))
    expect(view.unseen).toEqual([])
  })
})

describe('what is no difference', () => {
  beforeEach(addWeb)

  it('what no proxy asks for, and what is not reported yet', async () => {
    await pods.destination('destination-a', () => recorded('subscribed'))
    await pods.destination('destination-b', () => giving({}))
    const { stdout } = await explain()
    expect(viewIn(stdout)).toMatchInlineSnapshot(`
      "Endpoints that Linkerd gives to proxies, by destination Pod in namespace linkerd:
      SERVICE        READY   destination-a   destination-b
      shop/cart:80   1       not reported    not asked
      shop/web:80    2       not reported    not asked

      not asked: no proxy asks this Pod for it now, so the Pod has no number. This is no difference.
      not reported: proxies ask this Pod for it. Linkerd 2.20 and newer report a number only after the next change.

      Nothing could be compared.
      "
    `)
  })

  it('what is gone when it is looked at again', async () => {
    let looks = 0
    await pods.destination('destination-a', () => {
      looks += 1
      return giving({ web: looks === 1 ? 1 : 2, cart: 1 })
    })
    const { stdout } = await explain()
    expect(looks).toBe(2)
    expect(viewIn(stdout)).toContain('No difference was found.')
    expect(viewIn(stdout)).toMatch(/shop\/web:80 +2 +2\n/)
  })
})

describe('advice', () => {
  beforeEach(addWeb)

  it('where all replicas differ in the same', async () => {
    await pods.destination('destination-a', () => giving({ web: 3, cart: 1 }))
    await pods.destination('destination-b', () => giving({ web: 1, cart: 1 }))
    const { differences } = await json()
    expect(differences.map(({ kind }: { kind: string }) => kind)).toEqual(['more', 'fewer'])
    const { stdout } = await explain()
    expect(stdout.match(/What to do/g)).toHaveLength(1)
    expect(differences[0].remedy).toBe(
      'all destination Pods differ, so check that the Pods of shop/web exist and have the port; if they do, restart all with kubectl -n linkerd rollout restart deployment linkerd-destination',
    )
  })

  it('for a mirrored Service, whose copies can be late', async () => {
    shop.mirrored('web-east', 'east', 1)
    shop.split('east', { web: 1, 'web-east': 0 })
    await pods.destination('destination-a', () => giving({ web: 2, 'web-east': 0 }))
    const { differences } = await json('ts/east')
    expect(differences[0].remedy).toMatch(/can be 24 s late, so look again first; restart it with kubectl/)
  })
})

describe('what could not be asked is said, and the rest is there', () => {
  beforeEach(addWeb)
  const unseen = async (options?: RunOptions) => (await json('ts/web', options)).unseen

  it('no destination Pod runs', async () => {
    const { exitCode, stdout } = await explain()
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Decision:  on its primary')
    expect(viewIn(stdout)).toMatchInlineSnapshot(`
      "Endpoints that Linkerd gives to proxies, by destination Pod in namespace linkerd:
      Could not be asked:
        no Pod with the label linkerd.io/control-plane-component=destination runs in namespace linkerd; if Linkerd is in another namespace, give it with --linkerd-namespace

      Nothing could be compared.
      "
    `)
  })

  it('Linkerd is in another namespace', async () => {
    await pods.destination('destination-a', () => giving({ web: 2 }), 'mesh')
    const { stdout } = await explain('ts/web', {}, '-L mesh')
    expect(viewIn(stdout)).toContain('by destination Pod in namespace mesh:')
    expect(pods.asked).toEqual(['destination-a:9996'])
  })

  it('a user who may not forward ports', async () => {
    await pods.destination('destination-a', () => giving({ web: 2 }))
    const forbidden: KubeError = { kind: 'forbidden', message: 'GET /api/v1/… answered 403' }
    expect(await unseen({ forward: async () => err(forbidden) })).toEqual([
      'destination-a: you may not forward a port to Pods in namespace linkerd: GET /api/v1/… answered 403; ask for the permission to get and create pods/portforward in that namespace',
    ])
  })

  it('a user who may not list Pods', async () => {
    shop.sandbox.faults.fail(403, { resource: 'pods' })
    expect(await unseen()).toEqual([expect.stringMatching(/pods.*; ask for this permission/)])
  })

  it('a Pod that is gone, and another that answers', async () => {
    await pods.destination('destination-a', () => giving({ web: 0 }))
    await pods.destination('destination-b', () => giving({ web: 2 }))
    const forward: typeof pods.forward = async (to, signal) =>
      to.pod === 'destination-a' ? err({ kind: 'notFound', message: 'gone' }) : pods.forward(to, signal)
    const { stdout } = await explain('ts/web', { forward })
    expect(viewIn(stdout)).toMatch(
      /Could not be asked:\n {2}destination-a: the Pod linkerd\/destination-a no longer exists/,
    )
    expect(viewIn(stdout)).toContain('No difference was found.')
  })

  test.each([
    ['<html></html>', /has no metrics of the destination controller/],
    ['', /has no metrics of the destination controller/],
    ['endpoints_pods{', /line 1 of its metrics cannot be read: its labels cannot be read/],
    ['x'.repeat(20_000), /a line of its answer is longer than 16384 characters/],
  ])('an answer that is none: %#', async (text, problem) => {
    await pods.destination('destination-a', () => text)
    expect(await unseen()).toEqual([expect.stringMatching(problem)])
  })

  const destination = {
    namespace: 'linkerd',
    labels: { 'linkerd.io/control-plane-component': 'destination' },
    container: 'destination',
  }

  it('a Pod that begins to answer and does not end', async () => {
    const timers: (() => void)[] = []
    const patient = {
      ...clock,
      after: (ms: number, callback: () => void) => {
        if (ms === 60_000) timers.push(callback)
        return ms === 60_000 ? { cancel: () => {} } : clock.after(ms, callback)
      },
    }
    await pods.add(
      'destination-a',
      (_, response) => {
        response.write('pod_cache_size 1\n', () => {
          for (const end of timers) end()
        })
      },
      destination,
    )
    expect(await unseen({ clock: patient })).toEqual([
      'destination-a: it has not sent all of its metrics in 60 s',
    ])
  })

  it('a Pod that answers with an error, or closes the connection', async () => {
    await pods.add('destination-a', (_, response) => response.writeHead(503).end(), destination)
    await pods.add('destination-b', (_, response) => response.destroy(), destination)
    expect(await unseen()).toEqual([
      'destination-a: it has no metrics: it answered with status 503',
      expect.stringMatching(/^destination-b: it did not answer: /),
    ])
  })

  it('Ctrl-C ends it', async () => {
    const interruption = new AbortController()
    await pods.destination('destination-a', () => {
      interruption.abort()
      return giving({ web: 2 })
    })
    const { exitCode, stdout } = await explain('ts/web', { signal: interruption.signal })
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' })
  })
})
