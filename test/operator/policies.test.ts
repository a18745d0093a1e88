import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dig, type Json } from '../../sandbox/json.ts'
import { version } from '../../src/base/version.ts'
import { drainCrd } from '../../src/install/objects/drain-crd.ts'
import { failoverPolicyCrd } from '../../src/install/objects/failover-policy-crd.ts'
import { readValues } from '../../src/install/render.ts'
import { targets } from '../../src/policies/testing/policy-objects.ts'
import { Cluster, eventually } from './cluster.ts'

const values = readValues({ policies: { enabled: true } })
if (!values.ok) throw new Error(values.error.join())
const input = { values: values.value, context: { namespace: 'mesh', release: 'r', version } }
const kind = failoverPolicyCrd(input)

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
  for (const crd of [drainCrd(input), kind]) cluster.put(JSON.parse(JSON.stringify(crd)))
  for (const service of ['web', 'east', 'west']) cluster.slice(service, 1)
  cluster.split('web', { web: 1, east: 0, west: 0 })
})
afterEach(() => cluster.stop())

const start = (replica: object = {}) => cluster.readyOperator({ policies: 'mesh', ...replica })
const become = (weights: string, split = 'web') =>
  eventually(() => cluster.weights(split).join(' ') === weights)
const split = (key: string) => {
  const [namespace = '', name = ''] = key.split('/')
  return { namespace, name }
}

function policy(key: string, spec: Readonly<Record<string, unknown>>, target: object = targets.split('web')) {
  cluster.put({
    apiVersion: 'failover.linkerd.io/v1alpha1',
    kind: 'FailoverPolicy',
    metadata: split(key),
    spec: JSON.parse(JSON.stringify({ targetRefs: [target], ...spec })),
  })
}
const remove = (key: string) =>
  cluster.store.delete('failoverpolicies', split(key).namespace, split(key).name)
const order = (...names: string[]) => ({ tiers: names.map((name) => ({ backends: [{ name }] })) })
const looks = async (operator: { metrics(): Promise<{ text: string }> }) => {
  const { text } = await operator.metrics()
  return Number(/^linkerd_failover_reconciles_total (\d+)/m.exec(text)?.[1])
}

it('without the option none is read', async () => {
  policy('shop/web', order('east', 'web'))
  await cluster.readyOperator()
  cluster.slice('web', 0)
  await become('0 1 1')
  expect(cluster.asked.filter((line) => line.includes('failoverpolicies'))).toEqual([])
})

describe('a FailoverPolicy', () => {
  it('applies at once, and as it was for 10 s after it is changed or deleted', async () => {
    await start()
    policy('shop/web', order('west', 'web'))
    await become('0 0 1')
    policy('shop/web', order('east', 'web'))
    cluster.slice('west', 0)
    await become('1 0 0')
    await become('0 1 0')
    remove('shop/web')
    await become('1 0 0')
  })

  it('that is deleted and created again with the same spec moves nothing', async () => {
    await start()
    policy('shop/web', order('west', 'web'))
    await become('0 0 1')
    const before = cluster.patches
    remove('shop/web')
    policy('shop/web', order('west', 'web'))
    const status = () =>
      dig(cluster.store.get('failoverpolicies', 'shop', 'web'), 'status', 'routes', 'total')
    await eventually(() => status() === 1)
    cluster.slice('west', 0)
    await become('1 0 0')
    expect(cluster.patches).toBe(before + 1)
  })

  it('of the Mesh is for all routes, and one of a route before it, section by section', async () => {
    cluster.split('other', { web: 1, east: 0, west: 0 })
    for (const service of ['web', 'east']) cluster.slice(service, 2)
    await start()
    policy('mesh/all', { ...order('east', 'web'), minReady: { count: 2 } }, targets.mesh)
    await become('0 1 0', 'other')
    await become('0 1 0')
    policy('shop/web', order('west', 'web'))
    await become('1 0 0')
    cluster.slice('west', 2)
    await become('0 0 1')
    expect(cluster.weights('other')).toEqual([0, 1, 0])
  })

  it('of the Mesh in another namespace than that of the operator is for none', async () => {
    await start()
    policy('shop/all', order('east', 'web'), targets.mesh)
    await becomes('shop/all', 'Invalid Invalid NoRoutes')
    expect(cluster.weights('web')).toEqual([1, 0, 0])
  })

  it('makes its routes due, each once, and no others', async () => {
    for (let nth = 0; nth < 20; nth += 1) cluster.split(`s${nth}`, { web: 1, east: 0 })
    const operator = await start()
    await eventually(async () => (await looks(operator)) >= 21)
    const before = await looks(operator)
    policy('shop/web', { minReady: { count: 1 } })
    await becomes('shop/web', 'Accepted Programmed OnFirstTier')
    expect(await looks(operator)).toBe(before + 1)
    policy('shop/all', { minReady: { count: 1 } }, targets.namespace('shop'))
    await becomes('shop/all', 'Accepted PartiallyProgrammed OnFirstTier')
    expect(await looks(operator)).toBe(before + 1 + 21)
  })
})

describe('a backend that serves', () => {
  const patient = { ...order('web', 'east'), minReady: { count: 2 } }
  /** The clock of the operator is ten times as fast. */
  const msSince = (began: number) => 10 * (performance.now() - began)

  beforeEach(() => {
    for (const service of ['web', 'east']) cluster.slice(service, 2)
  })

  it('is left with too few ready endpoints after the time that is asked, and at once with none', async () => {
    await start()
    policy('shop/web', { ...patient, failover: { after: '20s' } })
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/0/0')
    const began = performance.now()
    cluster.slice('web', 1, 2)
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/1/0')
    expect(cluster.weights('web')).toEqual([1, 0, 0])
    await become('0 1 0')
    expect(msSince(began)).toBeGreaterThanOrEqual(20_000)
    cluster.slice('web', 2)
    await become('1 0 0')
    policy('shop/web', { ...patient, failover: { after: '24h' } })
    cluster.slice('web', 1, 2)
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/1/0')
    cluster.slice('web', 0, 2)
    await become('0 1 0')
  })

  it('is not left if it has enough again in time', async () => {
    await start()
    policy('shop/web', { ...patient, failover: { after: '20s' } })
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/0/0')
    const before = cluster.patches
    cluster.slice('web', 1, 2)
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/1/0')
    cluster.slice('web', 2)
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/0/0')
    const ended = performance.now()
    await eventually(() => msSince(ended) > 21_000)
    expect(cluster.patches).toBe(before)
  })

  it('is left with no ready endpoint only after a time, if that is asked', async () => {
    await start()
    policy('shop/web', { ...patient, failover: { whenDown: '20s' } })
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/0/0')
    const began = performance.now()
    cluster.slice('web', 0, 2)
    await become('0 1 0')
    expect(msSince(began)).toBeGreaterThanOrEqual(20_000)
  })

  it('is left at once by an operator that did not see how it lost its endpoints', async () => {
    cluster.slice('web', 1, 2)
    policy('shop/web', { ...patient, failover: { after: '24h' } })
    await start()
    await become('0 1 0')
  })
})

describe('a DryRun', () => {
  const would = () => cluster.notes('web').filter((note) => note.startsWith('would'))
  const why = () => dig(object('shop/try'), 'status', 'ancestors')
  const tried = { enforcement: 'DryRun', ...order('web', 'east'), minReady: { count: 2 } }

  beforeEach(() => {
    for (const service of ['web', 'east']) cluster.slice(service, 2)
  })

  it('moves nothing, and is reported where it would move traffic otherwise', async () => {
    const operator = await start()
    policy('shop/try', { ...tried, failback: { after: '20s' } })
    await becomes('shop/try', 'Accepted DryRun OnFirstTier 1/0/0/0')
    const before = cluster.patches
    cluster.slice('web', 1, 2)
    await becomes('shop/try', 'Accepted DryRun Away 1/1/0/0')
    const sentence =
      'DryRun: would fail over: shop/web has 1 of 2 endpoints ready (2 are asked for); shop/east takes over'
    expect(why()).toMatchObject([{ splits: [{ tier: 2, why: sentence }] }])
    cluster.slice('web', 2)
    await becomes('shop/try', 'Accepted DryRun Away 1/1/1/0')
    await becomes('shop/try', 'Accepted DryRun OnFirstTier 1/0/0/0')
    expect(cluster.patches).toBe(before)
    await eventually(() => would().length === 2)
    expect(would()).toEqual([
      'would fail over by FailoverPolicy shop/try, which is a DryRun: shop/web has 1 of 2 endpoints ready (2 are asked for); shop/east takes over',
      'would go back by FailoverPolicy shop/try, which is a DryRun: shop/web has 2 of 2 endpoints ready',
    ])
    const { text } = await operator.metrics()
    for (const direction of ['failover', 'failback'])
      expect(text).toContain(`linkerd_failover_dry_run_total{direction="${direction}"} 1`)
  })

  it('beside a policy that is enforced: only what it would do otherwise is reported', async () => {
    await start()
    policy('shop/all', order('web', 'west', 'east'), targets.namespace('shop'))
    policy('shop/try', { ...tried, ...order('web', 'west', 'east') })
    await becomes('shop/try', 'Accepted DryRun OnFirstTier 1/0/0/0')
    await becomes('shop/all', 'Accepted Programmed OnFirstTier 1/0/0/0')
    cluster.slice('west', 2)
    cluster.slice('web', 0)
    await become('0 0 1')
    await becomes('shop/try', 'Accepted DryRun Away 1/1/0/0')
    cluster.slice('west', 1, 2)
    await eventually(() => would().length === 1)
    expect(would()[0]).toContain('would fail over by FailoverPolicy shop/try')
    expect(cluster.weights('web')).toEqual([0, 0, 1])
  })

  it('that is enforced then applies 10 s later', async () => {
    await start()
    policy('shop/try', tried)
    await becomes('shop/try', 'Accepted DryRun OnFirstTier 1/0/0/0')
    cluster.slice('web', 1, 2)
    await becomes('shop/try', 'Accepted DryRun Away 1/1/0/0')
    policy('shop/try', { ...tried, enforcement: 'Enforce' })
    await become('0 1 0')
    await becomes('shop/try', 'Accepted Programmed Away 1/1/0/0')
  })
})

describe('limits', () => {
  const mesh = (limits: object) =>
    policy('mesh/all', { ...order('web', 'east'), minReady: { count: 2 }, limits }, targets.mesh)
  const names = Array.from({ length: 19 }, (_, nth) => `s${nth}`)
  const away = () => names.filter((name) => cluster.weights(name)[0] === 0).length

  beforeEach(() => {
    for (const service of ['web', 'east']) cluster.slice(service, 2)
    for (const name of names) cluster.split(name, { web: 1, east: 0 })
  })

  it('give turns to moves that are not needed, and to no others', async () => {
    const operator = await start()
    mesh({ movesPerSecond: 1 })
    await becomes('mesh/all', 'Accepted Programmed OnFirstTier 20/0/0/0')
    cluster.slice('web', 1, 2)
    await becomes('mesh/all', 'Accepted Programmed Away 20/')
    expect(away()).toBeLessThan(15)
    expect((await operator.metrics()).text).toMatch(/linkerd_failover_limited_total{target="Local"} \d/)
    cluster.slice('web', 0)
    await eventually(() => away() === names.length)
  })

  it('hold a mass event, and say so, until it is over', async () => {
    const operator = await start()
    mesh({ stopAtPercent: 50 })
    await becomes('mesh/all', 'Accepted Programmed OnFirstTier NoMassEvent 20/0/0/0')
    const before = cluster.patches
    cluster.slice('web', 1, 2)
    await becomes('mesh/all', 'Accepted Programmed OnFirstTier Held 20/0/20/0')
    expect((await operator.metrics()).text).toContain('linkerd_failover_mass_event 1')
    expect(cluster.patches).toBe(before)
    cluster.slice('web', 2)
    await becomes('mesh/all', 'Accepted Programmed OnFirstTier NoMassEvent 20/0/0/0')
    expect(cluster.patches).toBe(before)
    cluster.slice('web', 1, 2)
    await becomes('mesh/all', 'Accepted Programmed OnFirstTier Held 20/0/20/0')
    cluster.slice('web', 0)
    await eventually(() => away() === names.length)
  })
})

it('of 300 routes: a change costs a look a route, and a mass event one write of its status a second', async () => {
  for (let nth = 0; nth < 299; nth += 1) cluster.split(`s${nth}`, { web: 1, east: 0 })
  const operator = await start()
  await eventually(async () => (await looks(operator)) >= 300)
  const before = await looks(operator)
  policy('mesh/all', { minReady: { count: 1 } }, targets.mesh)
  await becomes('mesh/all', 'Accepted Programmed OnFirstTier 300/0/0/0')
  expect(await looks(operator)).toBe(before + 300)
  const [writesBefore, began] = [writes(), Date.now()]
  cluster.slice('web', 0)
  await becomes('mesh/all', 'Accepted Programmed Away 300/300/0/0')
  // The clock of the operator is ten times as fast.
  expect(writes() - writesBefore).toBeLessThanOrEqual(1 + (10 * (Date.now() - began)) / 1000)
})

it('stays in force if its kind is removed, until the kind is back', async () => {
  await start()
  policy('shop/web', order('west', 'web'))
  await become('0 0 1')
  cluster.store.delete('customresourcedefinitions', '', kind.metadata.name)
  await eventually(() =>
    cluster.log.lines.some((line) =>
      line.includes('error the kind failoverpolicies.failover.linkerd.io was removed'),
    ),
  )
  cluster.slice('west', 0)
  await become('1 0 0')
  cluster.slice('west', 1)
  await become('0 0 1')
  cluster.put(JSON.parse(JSON.stringify(kind)))
  await become('1 0 0')
})

it('only ends outages while policies may not be listed, and says what is missing', async () => {
  policy('shop/web', order('west', 'web'))
  cluster.faults.fail(403, { resource: 'failoverpolicies' })
  const operator = await cluster.operator({ policies: 'mesh' })
  cluster.split('lost', { east: 1, west: 0 })
  cluster.slice('east', 0)
  await become('0 1', 'lost')
  expect(operator.ready().join()).toContain('first complete list of failoverpolicies')
  expect(cluster.weights('web')).toEqual([1, 0, 0])
  cluster.faults.clear()
  await become('0 0 1')
  expect(operator.ready()).toEqual([])
})

it('without the kind nothing of it is asked for again and again', async () => {
  cluster.store.delete('customresourcedefinitions', '', kind.metadata.name)
  const operator = await start()
  cluster.slice('web', 0)
  await become('0 1 1')
  expect(operator.ready()).toEqual([])
  expect(cluster.asked.filter((line) => line.includes('failoverpolicies'))).toEqual([])
})

describe('the status', () => {
  it('says what has become of it, and is written once for each change', async () => {
    await start()
    policy('shop/web', { ...order('web', 'east'), failback: { after: '20s' } })
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/0/0')
    cluster.slice('web', 0)
    await becomes('shop/web', 'Accepted Programmed Away 1/1/0/0')
    cluster.slice('web', 1)
    await becomes('shop/web', 'Accepted Programmed Away 1/1/1/0')
    expect(dig(object('shop/web'), 'status', 'ancestors')).toMatchObject([
      {
        ancestorRef: { group: 'split.smi-spec.io', kind: 'TrafficSplit', namespace: 'shop', name: 'web' },
        controllerName: 'failover.linkerd.io/controller',
        conditions: [{ type: 'Accepted', status: 'True' }],
        splits: [{ tier: 2, waits: 'return' }],
      },
    ])
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/0/0')
    expect(writes()).toBe(4)
  })

  it('says which policy has the target, and what there is not', async () => {
    const operator = await start()
    policy('shop/a', order('web', 'east'))
    policy('shop/b', order('web', 'west'))
    await becomes('shop/a', 'Accepted Programmed OnFirstTier 1/0/0/0')
    await becomes('shop/b', 'Conflicted Conflicted NoRoutes 0/0/0/0')
    const { text } = await operator.metrics()
    expect(text).toContain('linkerd_failover_policies{accepted="true"} 1')
    expect(text).toContain('linkerd_failover_policies{accepted="false"} 1')
    policy('shop/c', order('web'), targets.http('nowhere'))
    await becomes('shop/c', 'TargetNotFound TargetNotFound NoRoutes 0/0/0/0')
    cluster.split('late', { web: 1, east: 0 })
    policy('shop/d', order('web'), targets.split('later'))
    await becomes('shop/d', 'TargetNotFound TargetNotFound NoRoutes 0/0/0/0')
    cluster.split('later', { web: 1, east: 0 })
    await becomes('shop/d', 'Accepted Programmed OnFirstTier 1/0/0/0')
  })

  it('says that others decide', async () => {
    cluster.split('web', { web: 1, east: 0 }, { annotations: { 'failover.linkerd.io/min-ready': '1' } })
    await start()
    policy('shop/web', { minReady: { count: 3 } })
    await becomes('shop/web', 'Accepted Overridden NoRoutes 0/0/0/0')
  })

  it('is written by the leader alone, and not again by the next one', async () => {
    const first = await start({ identity: 'a' })
    await eventually(() => cluster.leader === 'a')
    await start({ identity: 'b' })
    policy('shop/web', order('west', 'web'))
    await becomes('shop/web', 'Accepted Programmed OnFirstTier 1/0/0/0')
    await first.stop()
    await eventually(() => cluster.leader === 'b')
    remove('shop/web')
    await become('1 0 0')
    expect(writes()).toBe(1)
  })
})

const object = (key: string) => cluster.store.get('failoverpolicies', split(key).namespace, split(key).name)
const writes = () => cluster.store.requests({ verb: 'patch', resource: 'failoverpolicies' })
const becomes = (key: string, text: string) => eventually(() => statusText(object(key)).startsWith(text))

/** `Accepted Programmed OnFirstTier 3/1/0/0`: the reasons of the conditions, then the counts of its routes. */
function statusText(of: Json | undefined): string {
  const conditions = dig(of, 'status', 'conditions')
  const reasons = Array.isArray(conditions) ? conditions.map((one) => dig(one, 'reason')) : []
  const routes = ['total', 'away', 'waiting', 'dark'].map((name) => dig(of, 'status', 'routes', name))
  return [...reasons, ...(routes[0] === undefined ? [] : [routes.join('/')])].join(' ')
}
