import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { codecs } from '../../routes/codecs.ts'
import { trafficSplit } from '../../routes/trafficsplit.ts'
import { Shop } from '../testing/shop.ts'
import { run } from '../testing/terminal.ts'
import { combinationsOf } from './combinations.ts'
import { compare } from './compare.ts'
import { migrate } from './migration.ts'
import { readOriginal } from './original.ts'
import { wholeWeights } from './weights.ts'

const labels = { 'failover.linkerd.io/controlled-by': 'me' }
const split = (weights: Record<string, unknown>, metadata: object = {}, spec: object = {}) => ({
  apiVersion: 'split.smi-spec.io/v1alpha2',
  kind: 'TrafficSplit',
  metadata: { namespace: 'shop', name: 'web', labels, ...metadata },
  spec: {
    service: 'web',
    backends: Object.entries(weights).map(([service, weight]) => ({ service, weight })),
    ...spec,
  },
})
const service = (name: string, ...ports: number[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'shop', name },
  spec: { ports: ports.map((port) => ({ port })) },
})
const both = [service('web', 80), service('east', 80)]
/** A TrafficSplit with so many backends, and their Services. */
const crowd = (count: number) => {
  const names = ['web', ...Array.from({ length: count - 1 }, (_, index) => `region-${index}`)]
  const weights = Object.fromEntries(names.map((name, index) => [name, index === 0 ? 1 : 0]))
  return [split(weights), ...names.map((name) => service(name, 80))]
}
const from = (items: object[], flags = '') =>
  run(`migrate -f - ${flags}`, { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
const routesIn = (text: string) =>
  parseAllDocuments(text).flatMap((document) => (document.toJS() === null ? [] : [document.toJS()]))

test('a TrafficSplit becomes a route', async () => {
  const { stdout, stderr, exitCode } = await from([split({ web: 100, east: 0 }), ...both])
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  expect(routesIn(stdout)).toEqual([
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: {
        name: 'web',
        namespace: 'shop',
        labels,
        annotations: { 'failover.linkerd.io/primary-service': 'web' },
      },
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }],
        rules: [
          {
            backendRefs: [
              { name: 'web', port: 80, weight: 100 },
              { name: 'east', port: 80, weight: 0 },
            ],
          },
        ],
      },
    },
  ])
  const steps = [...stdout.matchAll(/^# (\d)\. /gm)].map(([, step]) => Number(step))
  expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

describe('its routes', () => {
  it('are one for each port', async () => {
    const { stdout } = await from([
      split({ web: 1, east: 0 }),
      service('web', 80, 90),
      service('east', 80, 90),
    ])
    expect(routesIn(stdout).map(({ metadata }) => metadata.name)).toEqual(['web-80', 'web-90'])
  })

  it('have sixteen backends at most, which is as many as a rule takes', async () => {
    const { stdout, exitCode } = await from(crowd(16))
    expect(exitCode).toBe(0)
    expect(routesIn(stdout)[0].spec.rules[0].backendRefs).toHaveLength(16)
  })

  it('have names of 253 characters at most', async () => {
    const { stdout, exitCode } = await from([split({ web: 1, east: 0 }, { name: 'a'.repeat(253) }), ...both])
    expect(exitCode).toBe(0)
    expect(routesIn(stdout)[0].metadata.name).toHaveLength(253)
  })

  it('are made of one TrafficSplit where the names of another are too long', async () => {
    const other = [split({ solo: 1 }, { name: 'solo' }, { service: 'solo' }), service('solo', 80)]
    const long = split({ web: 1, east: 0 }, { name: 'a'.repeat(251) })
    const ports = [service('web', 80, 9_000), service('east', 80, 9_000)]
    const { stdout, exitCode } = await from([long, ...ports, ...other])
    expect(exitCode).toBe(1)
    expect(routesIn(stdout).map(({ metadata }) => metadata.name)).toEqual(['solo'])
  })

  test.each(['HTTPRoute', 'GRPCRoute'])('are read back without a problem: %s', async (kind) => {
    const { stdout } = await from([split({ web: 1, east: 0 }), ...both], `-o json --kind ${kind}`)
    const [object] = JSON.parse(stdout).items
    const [read] = codecs.find((codec) => codec.kind === kind)?.read(object).splits ?? []
    expect(read).toMatchObject({ problem: undefined, primary: 'shop/web' })
  })

  it('carry over what steers a route', async () => {
    const annotations = Object.fromEntries(
      Object.entries({
        paused: 'true',
        'paused-until': '2026-12-01T06:00:00Z',
        tiers: 'web; *',
        'min-ready': '2',
        'failback-after': '60s',
      }).map(([key, value]) => [`failover.linkerd.io/${key}`, value]),
    )
    const { stdout } = await from([split({ web: 1, east: 0 }, { annotations }), ...both])
    expect(routesIn(stdout)[0].metadata.annotations).toEqual({
      ...annotations,
      'failover.linkerd.io/primary-service': 'web',
    })
  })

  it('say what is not carried over, on lines that stay comments', async () => {
    const metadata = { annotations: { 'failover.linkerd.io/paused': 'true', 'a\nb: c': '' } }
    const { stdout } = await from([split({ web: '500m', east: 1.5 }, metadata, { matches: [] }), ...both])
    expect(stdout).toContain('# the weights 0.5/1.5 are written as 1/3')
    expect(stdout).toContain('# not carried over: spec.matches')
    expect(stdout).toContain('# not carried over: annotation a b: c')
    expect(routesIn(stdout)[0].metadata.annotations['failover.linkerd.io/paused']).toBe('true')
  })
})

describe('what cannot be migrated is said, with exit code 1', () => {
  test.each<[string, object[]]>([
    ['the Service shop/east was not found', [split({ web: 1, east: 0 }), service('web', 80)]],
    [
      'the Service shop/east has no TCP port',
      [split({ web: 1, east: 0 }), service('web', 80), service('east')],
    ],
    ['no such port (it has 81)', [split({ web: 1, east: 0 }), service('web', 80), service('east', 81)]],
    ['"x" is not a number', [split({ web: 'x', east: 0 }), ...both]],
    ['it has 17 backends; a rule of a route takes at most 16', crowd(17)],
    [
      'the TrafficSplit shop/web would also become a route shop/web-80; rename one of the two',
      [
        split({ web: 1, east: 0 }),
        service('web', 80, 90),
        service('east', 80, 90),
        split({ solo: 1 }, { name: 'web-80' }, { service: 'solo' }),
        service('solo', 80),
      ],
    ],
    [
      `no route ${'a'.repeat(251)}-90: the name has 254 characters, and at most 253 are allowed`,
      [
        split({ web: 1, east: 0 }, { name: 'a'.repeat(251) }),
        service('web', 80, 90),
        service('east', 80, 90),
      ],
    ],
    [
      'also splits the Service shop/web',
      [split({ web: 1, east: 0 }), split({ web: 1 }, { name: 'b' }), ...both],
    ],
  ])('%s', async (problem, items) => {
    const { stdout, exitCode } = await from(items)
    expect(exitCode).toBe(1)
    expect(stdout).toContain(problem)
    expect(stdout).not.toContain('Take these steps')
  })

  test('a file without TrafficSplits, or that is no YAML', async () => {
    expect((await from(both)).exitCode).toBe(1)
    expect((await run('migrate -f -', { input: 'a: [' })).exitCode).toBe(64)
  })
})

describe('--check', () => {
  test.each<[string, Record<string, unknown>]>([
    ['plain', { web: 1, east: 0 }],
    ['fractions', { web: '500m', east: 1.5 }],
    ['all zero', { web: 0, east: 0 }],
    ['absent', { web: 1, east: undefined }],
    ['one backend', { web: 1 }],
  ])('finds no difference: %s', async (_, weights) => {
    const { stdout, exitCode } = await from([split(weights), ...both], '--check')
    expect(stdout).toMatch(/: 0 differences, 0 problems\n$/)
    expect(exitCode).toBe(0)
  })

  it('says where more than six Services leave states out, which is no difference', async () => {
    const many = crowd(7)
    const { stdout, exitCode } = await from(many, '--check')
    expect(stdout).toBe(
      'not all states compared: TrafficSplit shop/web has 7 Services, more than 6: compared in the 297 states in which all Services but at most two are alike, out of 2187 states\n' +
        '1 TrafficSplit, 1 route, 297 states of readiness: 0 differences, 0 problems\n',
    )
    expect(exitCode).toBe(0)
    const { leftOut } = JSON.parse((await from(many, '--check -o json')).stdout)
    expect(leftOut).toEqual([expect.stringContaining('TrafficSplit shop/web has 7 Services')])
  })

  it('compares every state of six Services', async () => {
    const { stdout } = await from(crowd(6), '--check')
    expect(stdout).toBe('1 TrafficSplit, 1 route, 729 states of readiness: 0 differences, 0 problems\n')
  })

  it('compares GRPCRoutes as well', async () => {
    const { stdout } = await from([split({ web: 1, east: 0 }), ...both], '--check --kind GRPCRoute')
    expect(stdout).toBe('1 TrafficSplit, 1 route, 9 states of readiness: 0 differences, 0 problems\n')
  })

  it('finds a route that does something else', () => {
    const original = readOriginal(split({ web: 1, east: 0 }))
    const codec = codecs.find(({ kind }) => kind === 'HTTPRoute')
    if (!original || !codec) throw new Error('both are there')
    const ports = new Map([
      ['shop/web', [80]],
      ['shop/east', [80]],
    ])
    const good = migrate(original, {
      ports,
      apiVersion: 'gateway.networking.k8s.io/v1',
      existing: new Set(),
      codec,
    })
    const [other] = trafficSplit.read(split({ east: 1, web: 0 })).splits
    if (!other) throw new Error('there is a split')
    expect(compare(good, codec).differences).toEqual([])
    const wrong = { ...good, original: { ...original, split: other } }
    expect(compare(wrong, codec).differences.length).toBeGreaterThan(0)
  })
})

test('weights become integers in the same proportions, and none above zero is lost', () => {
  expect(wholeWeights([100, 0])).toEqual([100, 0])
  expect(wholeWeights([0.5, 1.5])).toEqual([1, 3])
  expect(wholeWeights([3e6, 1e6])).toEqual([3, 1])
  expect(wholeWeights([1e12, 1])).toEqual([1_000_000, 1])
})

test.each([
  [1, 3],
  [2, 9],
  [6, 729],
  [7, 297],
  [16, 1_539],
])('of %i Services %i different states of readiness are compared', (services, states) => {
  const combinations = combinationsOf(Array.from({ length: services }, (_, index) => `shop/${index}`))
  expect(combinations).toHaveLength(states)
  expect(new Set(combinations.map((one) => JSON.stringify([...one]))).size).toBe(states)
})

describe('of a cluster', () => {
  let shop: Shop
  beforeEach(async () => {
    shop = await Shop.open({ gatewayRoutes: true })
  })
  afterEach(() => shop.close())

  it('reads both, and writes nothing', async () => {
    for (const object of both) shop.put(object)
    shop.split('web', { web: 1, east: 0 })
    const { stdout, exitCode } = await shop.run('migrate -n shop')
    expect(exitCode).toBe(0)
    expect(routesIn(stdout)).toHaveLength(1)
    expect(shop.writes).toBe(0)
  })

  it('says which routes are there already; that is no problem, as it is so after each run', async () => {
    for (const object of both) shop.put(object)
    shop.split('web', { web: 1, east: 0 })
    shop.httpRoute('web', [{ web: 1 }])
    const { stdout, exitCode } = await shop.run('migrate -n shop')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('# HTTPRoute shop/web exists already; kubectl apply would change it\n')
    expect((await shop.run('migrate -n shop --kind GRPCRoute')).stdout).not.toContain('already')
  })

  it('says if it may not look which routes are there', async () => {
    for (const object of both) shop.put(object)
    shop.split('web', { web: 1, east: 0 })
    shop.sandbox.faults.fail(403, { resource: 'httproutes' })
    const { stdout, exitCode } = await shop.run('migrate -n shop')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^# existing routes cannot be listed: .*answered 403/)
    expect(routesIn(stdout)).toHaveLength(1)
  })
})
