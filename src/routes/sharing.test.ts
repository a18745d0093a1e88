import { describe, expect, it, test } from 'vitest'
import { unknownBecause } from '../core/readiness.ts'
import { diagnose } from './diagnosis.ts'
import type { DiagnosisInput } from './finding.ts'
import { gatewayCodecs } from './gateway.ts'
import type { Route } from './route.ts'
import { conflictsAt, conflictsOf } from './sharing.ts'
import { ref, routeObject } from './testing/gateway-objects.ts'
import { trafficSplit } from './trafficsplit.ts'

/** The parts of a route by which it meets another. */
interface Given {
  readonly kind?: string
  readonly namespace?: string
  readonly parent?: object
  readonly hostnames?: readonly string[]
  /** The matches of each rule. */
  readonly rules?: readonly (readonly object[])[]
}

function route({ kind = 'HTTPRoute', namespace = 'shop', parent, hostnames, rules = [[]] }: Given): Route {
  const codec = gatewayCodecs.find((one) => one.kind === kind)
  if (!codec) throw new Error(`no codec for ${kind}`)
  const { spec, ...object } = routeObject(codec, [], { namespace })
  const parentRef = { group: '', kind: 'Service', name: 'web', namespace: 'shop', ...parent }
  const backendRefs = [ref('web', 1), ref('east', 0)]
  return codec.read({
    ...object,
    spec: {
      parentRefs: [parentRef],
      ...(hostnames ? { hostnames } : {}),
      rules: rules.map((matches) => ({ ...(matches.length > 0 ? { matches } : {}), backendRefs })),
    },
  })
}
const split = trafficSplit.read({
  metadata: { namespace: 'shop', name: 'web' },
  spec: { service: 'web', backends: [{ service: 'web', weight: 1 }] },
})

const path = (value: string, type = 'PathPrefix') => ({ path: { type, value } })
const header = (name: string, value: string) => ({ name, value })

/** What the diagnosis of the first says of the second; `nothing` most often. */
function said(one: Route, two: Route): string {
  const around: DiagnosisInput = {
    service: () => 'unknown',
    readiness: ({ service }) => unknownBecause(`${service} is not known`),
    isRead: () => true,
    longHolds: [],
    hasProfile: () => false,
    judgeProfile: () => 'unknown',
    conflicts: (parent) => conflictsOf(one, parent, [two]),
  }
  const found = diagnose(one, around).filter(({ reason }) => reason === 'SharedParent')
  return found
    .map(({ message }) => message.replace(/^.* controls the Service shop\/web as well: /, ''))
    .join()
}
const older = (match: string) => `both have a rule for ${match}, and proxies follow the older of the two`
const oneKind = (kind: string) =>
  `proxies follow one kind, the ${kind} unless the port has an appProtocol of the other`

describe('two routes with one parent', () => {
  test.each<[string, Given, Given, string]>([
    ['take the same requests', {}, {}, older('everything')],
    ['on the same port', { parent: { port: 80 } }, { parent: { port: 80 } }, older('everything')],
    ['on one port, and on all', { parent: { port: 80 } }, {}, older('everything')],
    ['on two ports', { parent: { port: 80 } }, { parent: { port: 90 } }, ''],
    // Linkerd does not read the section's name of a parent that is a Service.
    ['under two names of sections', { parent: { sectionName: 'a' } }, {}, older('everything')],
    ['for two paths', { rules: [[path('/a')]] }, { rules: [[path('/b')]] }, ''],
    ['for a path and one below it', { rules: [[path('/a')]] }, { rules: [[path('/a/b')]] }, ''],
    ['for a path and all others', { rules: [[path('/a')]] }, {}, ''],
    ['for the same path', { rules: [[path('/a')]] }, { rules: [[path('/a')]] }, older('path /a')],
    ['written in two ways', { rules: [[path('/a')]] }, { rules: [[path('/a/')]] }, older('path /a')],
    ['or as the default', { rules: [[path('/')]] }, {}, older('everything')],
    ['a path, and what begins with it', { rules: [[path('/a')]] }, { rules: [[path('/a', 'Exact')]] }, ''],
    [
      'one match of several',
      { rules: [[path('/a')], [path('/b'), path('/c', 'Exact')]] },
      { rules: [[path('/d'), path('/c', 'Exact')]] },
      older('path Exact /c'),
    ],
    ['two methods', { rules: [[{ method: 'GET' }]] }, { rules: [[{ method: 'POST' }]] }, ''],
    ['one method', { rules: [[{ method: 'GET' }]] }, { rules: [[{ method: 'GET' }]] }, older('method GET')],
    [
      'the same headers, in another order and case',
      { rules: [[{ headers: [header('X-A', '1'), header('b', '2')] }]] },
      { rules: [[{ headers: [header('b', '2'), header('x-a', '1')] }]] },
      older('header b=2, header x-a=1'),
    ],
    [
      'two values of a header',
      { rules: [[{ headers: [header('a', '1')] }]] },
      { rules: [[{ headers: [header('a', '2')] }]] },
      '',
    ],
    [
      'the same parameter',
      { rules: [[{ queryParams: [header('q', '1')] }]] },
      { rules: [[{ queryParams: [header('q', '1')] }]] },
      older('query q=1'),
    ],
    ['two host names', { hostnames: ['a.test'] }, { hostnames: ['b.test'] }, ''],
    [
      'a host name in common',
      { hostnames: ['a.test', 'b.test'] },
      { hostnames: ['B.test'] },
      older('host b.test'),
    ],
    ['a host name, and all', { hostnames: ['a.test'] }, {}, ''],
    [
      'two calls',
      { kind: 'GRPCRoute', rules: [[{ method: { service: 'cart' } }]] },
      { kind: 'GRPCRoute', rules: [[{ method: { service: 'pay' } }]] },
      '',
    ],
    [
      'one call',
      { kind: 'GRPCRoute', rules: [[{ method: { service: 'cart', method: 'Add' } }]] },
      { kind: 'GRPCRoute', rules: [[{ method: { service: 'cart', method: 'Add' } }]] },
      older('call cart/Add'),
    ],
    ['two groups with one kind', {}, { kind: 'HTTPRoute.policy.linkerd.io' }, older('everything')],
    [
      'two kinds, whatever they match',
      { rules: [[path('/a')]] },
      { kind: 'GRPCRoute' },
      oneKind('GRPCRoute'),
    ],
    ['two kinds', { kind: 'TLSRoute' }, { kind: 'TCPRoute' }, oneKind('TLSRoute')],
    ['two kinds on two ports', { parent: { port: 80 } }, { kind: 'GRPCRoute', parent: { port: 90 } }, ''],
    ['of the clients, and of all', { namespace: 'client' }, {}, older('everything')],
    ['of two clients', { namespace: 'client' }, { namespace: 'other' }, ''],
    ['of one client', { namespace: 'client' }, { namespace: 'client' }, older('everything')],
    ['what cannot be read', { rules: [[{ path: 'odd' }]] }, { rules: [[{ path: 'odd' }]] }, ''],
  ])('%s', (_, one, two, expected) => {
    expect(said(route(one), route(two))).toBe(expected)
    expect(said(route(two), route(one))).toBe(expected)
  })
})

it('a TrafficSplit takes all requests, on all ports', () => {
  const expected = 'proxies follow the TrafficSplit, through its ServiceProfile'
  const narrow = route({ parent: { port: 81 }, rules: [[path('/a')]] })
  expect([said(split, narrow), said(narrow, split)]).toEqual([expected, expected])
  expect(said(split, { ...split })).toBe('proxies follow one of the two')
})

it('a parent that is named twice, for two ports, is spoken of once', () => {
  const one = route({})
  const twice: Route = { ...one, apexes: ['shop/web', 'shop/web'], apexPorts: [80, 90] }
  expect(said(twice, one)).toBe(older('everything'))
})

describe('a group of routes with one parent', () => {
  const named = (...names: string[]) => names.map((name) => ({ ...route({}), name }))
  const told = (one: Route, others: readonly Route[]) =>
    conflictsOf(one, 'shop/web', others).map(({ about, rivals, count, outcome }) =>
      [about, rivals.map(({ name }) => name).join(' '), count, outcome].join('; '),
    )
  const splitNamed = (name: string): Route => ({ ...split, name })

  it('is one conflict for each of them, which names the first three of the others and counts all', () => {
    const [one, ...others] = named('a', 'b', 'c', 'd', 'e', 'f')
    expect(one && told(one, others)).toEqual([
      'all everything; b c d; 5; all have a rule for everything, and proxies follow the oldest of them',
    ])
    const last = others.at(-1)
    expect(last && told(last, [...(one ? [one] : []), ...others.slice(0, -1)])).toEqual([
      'all everything; a b c; 5; all have a rule for everything, and proxies follow the oldest of them',
    ])
  })

  it('tells of another match only if others are in the way there', () => {
    const of = (name: string, ...paths: string[]): Route => ({
      ...route({ rules: [paths.map((value) => path(value))] }),
      name,
    })
    const one = of('a', '/x', '/y', '/z')
    expect(told(one, [of('b', '/x', '/y'), of('c', '/y', '/x'), of('d', '/z')])).toEqual([
      'all path /x; b c; 2; all have a rule for path /x, and proxies follow the oldest of them',
      'all path /z; d; 1; both have a rule for path /z, and proxies follow the older of the two',
    ])
  })

  it('is as many conflicts as there are ways to stand in the way, and no more', () => {
    const paths = Array.from({ length: 9 }, (_, i) => path(`/${i}`))
    const one = route({ rules: [paths] })
    const others = paths.map((only, i): Route => ({ ...route({ rules: [[only]] }), name: `r${i}` }))
    const grpc = named('g', 'h').map((other): Route => ({ ...other, objectKind: 'GRPCRoute' }))
    expect(told(one, [...others, ...grpc, splitNamed('s'), splitNamed('t')])).toEqual([
      'TrafficSplit; s t; 2; proxies follow a TrafficSplit, through its ServiceProfile',
      expect.stringMatching(/^GRPCRoute; g h; 2; proxies follow one kind, the GRPCRoute /),
      expect.stringMatching(/^all path \/0; r0; 1; /),
      expect.stringMatching(/^all path \/1; r1; 1; /),
      expect.stringMatching(/^all path \/2; r2; 1; /),
    ])
    expect(told(split, [splitNamed('s'), splitNamed('t'), one])).toEqual([
      'TrafficSplit; s t; 2; proxies follow one of them',
      'routes; web; 1; proxies follow the TrafficSplit, through its ServiceProfile',
    ])
  })

  it('counts a route for two ports once, also beside one for all of them', () => {
    const one = route({})
    const two: Route = { ...one, apexes: ['shop/web', 'shop/web'], apexPorts: [80, 90] }
    expect(told(one, [two])).toEqual([expect.stringMatching(/^all everything; web; 1; both /)])
    expect(told(two, [one])).toEqual([expect.stringMatching(/^80 everything; web; 1; both /)])
  })

  it('gives way after each route, twice', () => {
    const steps = conflictsAt('shop/web', named('a', 'b', 'c', 'd'))
    let count = 0
    while (!steps.next().done) count += 1
    expect(count).toBeGreaterThanOrEqual(8)
  })
})
