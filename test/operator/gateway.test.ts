import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gatewayCrds } from '../../sandbox/gateway-crds.ts'
import { dig, type Json } from '../../sandbox/json.ts'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import { gatewayCodecs } from '../../src/routes/gateway.ts'
import type { RouteCodec } from '../../src/routes/route.ts'
import { type Ref, ref, routeObject } from '../../src/routes/testing/gateway-objects.ts'
import { Cluster, eventually } from './cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
})
afterEach(() => cluster.stop())

const [http] = gatewayCodecs
const linkerd = gatewayCodecs.at(-1)
if (!http || !linkerd) throw new Error('there are two kinds of HTTPRoute')
const group = 'gateway.networking.k8s.io'
const definition = `httproutes.${group}`

const labels = { 'failover.linkerd.io/controlled-by': 'linkerd-failover' }
const primary = (name: string) => ({ annotations: { 'failover.linkerd.io/primary-service': name } })
const json = (
  value: unknown,
): Record<string, Json> & { kind: string; apiVersion: string; metadata: { name: string } } =>
  JSON.parse(JSON.stringify(value))

/** Writes a controlled route of the namespace `shop`. */
const put = (codec: RouteCodec, name: string, rules: Ref[][], metadata: object = {}) =>
  cluster.put(json(routeObject(codec, rules, { name, uid: undefined, labels, ...metadata })))

/** Weights by rule, as `0 1|1`. */
const weights = ({ plural, group }: RouteCodec, name: string): string => {
  const rules = dig(cluster.store.get(`${plural}.${group}`, 'shop', name), 'spec', 'rules')
  return (Array.isArray(rules) ? rules : [])
    .map((rule) => dig(rule, 'backendRefs'))
    .map((refs) => (Array.isArray(refs) ? refs : []).map((entry) => dig(entry, 'weight')).join(' '))
    .join('|')
}
const become = (codec: RouteCodec, name: string, expected: string) =>
  eventually(() => weights(codec, name) === expected)

/** A marker route: once it has failed over, everything that came before it has been decided. */
const allDecided = async () => {
  cluster.slice('marker', 0)
  cluster.slice('marker-east', 1)
  cluster.split('marker', { marker: 1, 'marker-east': 0 })
  await eventually(() => cluster.weights('marker').join() === '0,1')
}

/** Something that is wrong around the route: that is reported after a while, however far the test is. */
const isFinding = (note: unknown) => String(note).startsWith('Linkerd ')
const notes = () => cluster.notes('web').filter((note) => !isFinding(note))

describe.each(gatewayCodecs)('$kind', (codec) => {
  it('fails over rule by rule in one patch, and comes back to what was declared', async () => {
    for (const service of ['web', 'east', 'west', 'api']) cluster.slice(service, 1)
    put(codec, 'web', [
      [ref('web', 100), ref('east', 0), ref('west', 0)],
      [ref('api', 1)],
      [ref('api', 7), ref('east', 0)],
      [ref('web', 1), ref('west', 0)],
    ])
    const operator = await cluster.readyOperator()
    cluster.slice('web', 0)
    await become(codec, 'web', '0 100 100|1|7 0|0 1')
    cluster.slice('web', 1)
    await become(codec, 'web', '100 0 0|1|7 0|1 0')
    await eventually(() => notes().length === 3)
    const name = codec.kind.toLowerCase()
    const down = 'shop/web has 0 of 1 endpoints ready'
    expect(notes().sort()).toEqual([
      `${name}/web failing over to fallbacks: ${down}; shop/east and shop/west share (spec.rules[0])`,
      `${name}/web failing over to fallbacks: ${down}; shop/west takes over (spec.rules[3])`,
      `${name}/web switching traffic to primary: shop/web has 1 of 1 endpoints ready (spec.rules[0], spec.rules[3])`,
    ])
    expect(cluster.asked.filter((line) => line.startsWith(`PATCH /apis/${codec.group}`))).toEqual(
      Array(2).fill(`PATCH /apis/${codec.group}/${codec.versions[0]}/namespaces/shop/${codec.plural}/web`),
    )
    const { text } = await operator.metrics()
    expect(text).toContain(`linkerd_failover_transitions_total{kind="${codec.kind}",direction="failover"} 2`)
    expect(text).toContain(`linkerd_failover_patches_total{kind="${codec.kind}",outcome="written"} 2`)
    expect(text).toContain(`linkerd_failover_routes{kind="${codec.kind}",state="primary"} 1`)
  })
})

it('leaves the rules alone that are named, until they are not', async () => {
  for (const service of ['web', 'east']) cluster.slice(service, 0)
  cluster.slice('east', 1)
  const rules = [
    [ref('web', 1), ref('east', 0)],
    [ref('web', 90), ref('east', 10)],
  ]
  put(http, 'web', rules, { annotations: { 'failover.linkerd.io/skip-rules': '1' } })
  await cluster.readyOperator()
  await become(http, 'web', '0 1|90 10')
  await allDecided()
  expect(weights(http, 'web')).toBe('0 1|90 10')
  put(http, 'web', rules)
  await become(http, 'web', '0 1|0 90')
})

it('tells two kinds of one name apart, for routes of one name', async () => {
  for (const service of ['web', 'api', 'east']) cluster.slice(service, 1)
  put(http, 'web', [[ref('web', 1), ref('east', 0)]])
  put(linkerd, 'web', [[ref('api', 1), ref('east', 0)]])
  const operator = await cluster.readyOperator()
  cluster.slice('api', 0)
  await become(linkerd, 'web', '0 1')
  expect(weights(http, 'web')).toBe('1 0')
  await eventually(async () =>
    (await operator.metrics()).text.includes(
      'linkerd_failover_routes{kind="HTTPRoute.policy.linkerd.io",state="failover"} 1',
    ),
  )
  const { text } = await operator.metrics()
  expect(text).toContain('linkerd_failover_routes{kind="HTTPRoute",state="primary"} 1')
  expect(text).toContain('linkerd_failover_watch_objects{watch="httproutes"} 1')
  expect(text).toContain('linkerd_failover_watch_objects{watch="httproutes.policy.linkerd.io"} 1')
  const moves = () => cluster.store.list('events', 'shop').filter(({ message }) => !isFinding(message))
  const regarding = () => moves().map((event) => dig(event, 'involvedObject', 'apiVersion'))
  await eventually(() => regarding().join() === 'policy.linkerd.io/v1beta3')
})

it('leaves one broken rule alone, says so once, and follows the others', async () => {
  cluster.slice('web', 0)
  cluster.slice('east', 1)
  const rules = (weight: number) => [
    [ref('web', 1), ref('east', 0)],
    [ref('web', weight), ref('bucket', 0, { group: 'example.com', kind: 'Bucket' })],
    [ref('api', 1), ref('east', 0)],
  ]
  put(http, 'web', rules(1), primary('web'))
  await cluster.readyOperator()
  await become(http, 'web', '0 1|1 0|1 0')
  put(http, 'web', rules(2), primary('web'))
  await become(http, 'web', '0 1|2 0|1 0')
  await allDecided()
  await eventually(() => notes().length === 2)
  expect(notes().filter((note) => !note.includes('failing over'))).toEqual([
    'spec.rules[1].backendRefs[1] is Bucket.example.com "bucket", whose readiness the operator cannot know; use a Service, or move the rule to another route; ' +
      'spec.rules[2] does not fail over: annotation failover.linkerd.io/primary-service is "web", but no backend has that name; backends are: api:80, east:80',
  ])
})

it('tells each thing that is wrong around a route once, as an Event and a metric', async () => {
  cluster.slice('web', 1)
  cluster.put({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name: 'api' },
    spec: { ports: [{ port: 81 }] },
  })
  cluster.put({
    apiVersion: 'linkerd.io/v1alpha2',
    kind: 'ServiceProfile',
    metadata: { namespace: 'shop', name: 'web.shop.svc.cluster.local' },
    spec: { routes: [{ name: '/' }] },
  })
  const backends = (weight: number) => [[ref('web', weight), ref('east', 0), ref('api', 0)]]
  put(http, 'web', backends(1))
  put(linkerd, 'web', backends(1))
  const operator = await cluster.readyOperator({ clock: fastClock(20) })
  const reasons = ['MissingPort', 'MissingService', 'NotAccepted', 'ServiceProfile', 'SharedParent']
  await eventually(async () => {
    const { text } = await operator.metrics()
    return reasons.every((reason) =>
      text.includes(`linkerd_failover_findings{kind="HTTPRoute",reason="${reason}"} 1`),
    )
  })
  await eventually(() => cluster.notes('web').length === 2 * reasons.length)
  put(http, 'web', backends(2))
  await allDecided()
  expect(new Set(cluster.notes('web')).size).toBe(reasons.length + 1)
  expect(cluster.notes('web')).toHaveLength(2 * reasons.length)
})

it('slows down when another writer keeps undoing the weights, and says so once', async () => {
  cluster.slice('web', 0)
  cluster.slice('east', 1)
  const apply = () => put(http, 'web', [[ref('web', 1), ref('east', 0)]])
  apply()
  const operator = await cluster.readyOperator({ clock: fastClock(20) })
  for (let times = 0; times < 5; times += 1) {
    await become(http, 'web', '0 1')
    apply()
  }
  await eventually(() => cluster.notes('web').some((note) => note.includes('keeps undoing the weights')))
  expect(cluster.notes('web').filter((note) => note.includes('undoing'))).toHaveLength(1)
  expect((await operator.metrics()).text).toContain('linkerd_failover_fights 1')
  await become(http, 'web', '0 1')
  apply()
  cluster.slice('web', 1)
  await eventually(() =>
    cluster.notes('web').some((note) => note.includes('no other client undoes the weights')),
  )
  expect((await operator.metrics()).text).toContain('linkerd_failover_fights 0')
})

describe('between the decision and the patch', () => {
  const web = () => [ref('web', 1), ref('east', 0)]
  const whileFailingOver = async (edit: () => void) => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.slice('west', 1)
    put(http, 'web', [web(), [ref('web', 5), ref('west', 0)]])
    let edited = false
    const beforePatch = () => {
      if (edited) return
      edited = true
      edit()
    }
    await cluster.readyOperator({ beforePatch })
  }

  it('a rule is inserted before the others', async () => {
    await whileFailingOver(() =>
      put(http, 'web', [[ref('new', 1), ref('old', 0)], web(), [ref('web', 5), ref('west', 0)]]),
    )
    await become(http, 'web', '1 0|0 1|0 5')
  })

  it('rules change places', async () => {
    await whileFailingOver(() => put(http, 'web', [[ref('web', 5), ref('west', 0)], web()]))
    await become(http, 'web', '0 5|0 1')
  })

  it('a backend is renamed, and another weight set', async () => {
    await whileFailingOver(() =>
      put(http, 'web', [
        [ref('web', 1), ref('nobody', 0)],
        [ref('web', 50), ref('west', 0)],
      ]),
    )
    await become(http, 'web', '1 0|0 50')
  })

  it('a rule is taken away', async () => {
    await whileFailingOver(() => put(http, 'web', [[ref('web', 5), ref('west', 0)]]))
    await become(http, 'web', '0 5')
  })
})

describe('kinds that come, change and go', () => {
  const install = () => {
    for (const crd of gatewayCrds()) cluster.store.create(crd)
  }
  const serve = (...versions: string[]) => {
    const crd = cluster.store.get('customresourcedefinitions', '', definition)
    const all = dig(crd, 'spec', 'versions')
    if (!crd || !Array.isArray(all)) throw new Error('the definition is not there')
    const served = all.map((version) => ({
      ...json(version),
      served: versions.includes(String(dig(version, 'name'))),
    }))
    cluster.store.update({ ...crd, spec: { ...json(crd.spec), versions: served } })
  }
  const isListed = (version: string) =>
    eventually(
      () => cluster.asked.filter((line) => line === `GET /apis/${group}/${version}/httproutes`).length > 0,
    )

  it('are looked for with few requests, hold back nobody, and are followed once they are there', async () => {
    await cluster.stop()
    cluster = await Cluster.start({ gatewayRoutes: false })
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    const clock = fastClock(60)
    await cluster.readyOperator({ clock })
    await allDecided()
    const from = clock.now()
    await eventually(() => clock.now() - from > 120_000)
    const looks = cluster.asked.filter((line) => line === 'GET /apis').length
    const looked = clock.now() - from
    expect(cluster.asked.filter((line) => line.includes('gateway') || line.includes('policy'))).toEqual([])
    // One in 12 s, on a slow machine too.
    expect(looks).toBeLessThan(3 + looked / 12_000)
    install()
    put(http, 'web', [[ref('web', 1), ref('east', 0)]])
    await become(http, 'web', '0 1')
  })

  it('are left when they go, and followed again when they come back', async () => {
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    put(http, 'web', [[ref('web', 1), ref('east', 0)]])
    const operator = await cluster.readyOperator({ clock: fastClock(20) })
    await become(http, 'web', '0 1')
    cluster.store.delete('customresourcedefinitions', '', definition)
    await eventually(async () =>
      (await operator.metrics()).text.includes(
        'linkerd_failover_watch_state{watch="httproutes",state="absent"} 1',
      ),
    )
    expect((await operator.metrics()).text).not.toContain('linkerd_failover_routes{kind="HTTPRoute",')
    for (const crd of gatewayCrds()) if (crd.metadata.name === definition) cluster.store.create(crd)
    put(http, 'web', [[ref('web', 3), ref('east', 0)]])
    await become(http, 'web', '0 3')
  })

  it('are read in the best version that is served, as that changes', async () => {
    cluster.slice('web', 1)
    cluster.slice('east', 1)
    put(http, 'web', [[ref('web', 1), ref('east', 0)]])
    serve('v1beta1')
    await cluster.readyOperator()
    await isListed('v1beta1')
    serve('v1', 'v1beta1')
    await isListed('v1')
    serve('v1')
    cluster.slice('web', 0)
    await become(http, 'web', '0 1')
    const patches = cluster.asked.filter((line) => line.startsWith('PATCH') && line.includes('httproutes'))
    expect(patches.at(-1)).toBe(`PATCH /apis/${group}/v1/namespaces/shop/httproutes/web`)
  })

  it('that may not be listed hold back nobody', async () => {
    cluster.faults.fail(403, { resource: 'httproutes' })
    cluster.slice('web', 0)
    cluster.slice('east', 1)
    cluster.split('web', { web: 1, east: 0 })
    const operator = await cluster.operator()
    await eventually(() => cluster.weights('web').join() === '0,1')
    expect(operator.ready().join()).toContain('httproutes')
  })
})
