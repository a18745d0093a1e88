import { describe, expect, it, test } from 'vitest'
import { type Backend, readinessOf } from '../core/types.ts'
import { diagnose } from './diagnosis.ts'
import { type DiagnosisInput, identityOf, type LongHold } from './finding.ts'
import { gatewayCodecs } from './gateway.ts'
import { conflictsOf } from './sharing.ts'
import { serviceWith } from './testing/diagnosed-service.ts'
import { type Ref, ref, routeObject } from './testing/gateway-objects.ts'
import { trafficSplit } from './trafficsplit.ts'

const [http] = gatewayCodecs
if (!http) throw new Error('there is an HTTPRoute')

const accepted = (status = 'True', controllerName = 'linkerd.io/policy-controller') => ({
  parents: [{ controllerName, conditions: [{ type: 'Accepted', status }] }],
})
const routeWith = (refs: Ref[], more: object = {}) =>
  http.read({ status: accepted(), ...routeObject(http, [refs]), ...more })
const good = [ref('web', 1), ref('east', 0)]
const healthy: DiagnosisInput = {
  service: () => serviceWith([80]),
  readiness: () => readinessOf(1, 1),
  isRead: () => true,
  longHolds: [],
  hasProfile: () => false,
  judgeProfile: () => 'unknown',
  conflicts: () => [],
}

const split = trafficSplit.read({
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    service: 'web',
    backends: [
      { service: 'web', weight: 0 },
      { service: 'east', weight: 0 },
    ],
  },
})

const found = (route = routeWith(good), around: Partial<DiagnosisInput> = {}) =>
  diagnose(route, { ...healthy, ...around }).map(({ reason, message }) => `${reason}: ${message}`)

it('finds nothing wrong with a good route', () => expect(found()).toEqual([]))

describe('each diagnosis', () => {
  it('AllWeightsZero, by rule', () =>
    expect(found(routeWith([ref('web', 0), ref('east', 0)]))).toEqual([
      expect.stringMatching(
        /^AllWeightsZero: spec.rules\[0\] has no weight above zero: .*restart the clients/,
      ),
    ]))

  it('GatewayDown, of a backend without traffic, whatever is wrong with the gateway', () => {
    const downGateway = (trouble: string) => (service: string) =>
      service === 'shop/east' ? { cluster: 'east', trouble } : undefined
    expect(found(routeWith(good), { downGateway: downGateway('no answer') })).toEqual([
      'GatewayDown: the gateway of cluster east does not answer (no answer), so the Service shop/east, which is mirrored through it, cannot take over; repair the gateway, or the way to it',
    ])
    const serving = routeWith([ref('web', 0), ref('east', 1)])
    expect(found(serving, { downGateway: downGateway('no answer') })).toEqual([])
    const [one, other] = ['no answer', 'refused'].map((trouble) =>
      diagnose(routeWith(good), { ...healthy, downGateway: downGateway(trouble) }).map(identityOf),
    )
    expect(one).toEqual(other)
  })

  it('IngressOnly, where no parent is a Service', () => {
    const { spec } = routeObject(http, [good])
    const parentRefs = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'ingress' }]
    expect(found(routeWith(good, { spec: { ...spec, parentRefs }, status: {} }))).toEqual([
      expect.stringMatching(/^IngressOnly: none of spec.parentRefs is a Service/),
    ])
  })

  test.each([[{}], [accepted('False')], [accepted('True', 'example.com/gateway')], [undefined], ['odd']])(
    'NotAccepted, with the status %j',
    (status) =>
      expect(found(routeWith(good, { status }))).toEqual([
        expect.stringMatching(/^NotAccepted: Linkerd has not accepted it/),
      ]),
  )

  it('SharedParent, with the name of the other route', () =>
    expect(
      found(undefined, { conflicts: (parent) => conflictsOf(routeWith(good), parent, [split]) }),
    ).toEqual([
      'SharedParent: TrafficSplit shop/web controls the Service shop/web as well: proxies follow the TrafficSplit, through its ServiceProfile',
    ]))

  it('ServiceProfile, which beats the route', () =>
    expect(found(undefined, { hasProfile: (service) => service === 'shop/web' })).toEqual([
      expect.stringMatching(/^ServiceProfile: .*the Service shop\/web/),
    ]))

  it('MissingService', () =>
    expect(
      found(undefined, { service: (service) => (service === 'shop/east' ? undefined : serviceWith([80])) }),
    ).toEqual([expect.stringMatching(/^MissingService: there is no Service shop\/east/)]))

  it('MissingPort', () =>
    expect(
      found(undefined, { service: (service) => serviceWith(service === 'shop/east' ? [81, 90] : [80]) }),
    ).toEqual([
      expect.stringMatching(/^MissingPort: the Service shop\/east has no port 80 \(it has 81, 90\)/),
    ]))
})

it('does not take a backend of another kind for the Service of its name', () => {
  const bucket = ref('bucket', 0, { group: 'example.com', kind: 'Bucket' })
  const route = routeWith([ref('web', 0), bucket])
  const service = (name: string) => (name === 'shop/web' ? serviceWith([80]) : undefined)
  expect(found(route, { service })).toEqual([expect.stringMatching(/^AllWeightsZero: /)])
  expect(found(routeWith([ref('web', 1), bucket]), { service: () => serviceWith([81]) })).toEqual([
    expect.stringMatching(/^MissingPort: the Service shop\/web /),
  ])
})

it('says nothing of Services that nobody knows', () =>
  expect(found(undefined, { service: () => 'unknown' })).toEqual([]))

it('asks of a TrafficSplit only what it has: Services, weights and parents', () => {
  const around = {
    service: () => undefined,
    readiness: () => readinessOf(0, 0),
    isRead: () => false,
    longHolds: [],
    hasProfile: () => true,
    judgeProfile: () => 'unknown' as const,
    conflicts: (parent: string) => conflictsOf(split, parent, [routeWith(good)]),
  }
  expect(diagnose(split, around).map(({ reason }) => reason)).toEqual([
    'AllWeightsZero',
    'SharedParent',
    'MissingService',
    'MissingService',
  ])
})

/** A route of any kind with that port of the Service `web` as its parent, or all of its ports. */
const routeOf = (kind: string, refs: Ref[] = good, port: number | undefined = 80) => {
  const codec = gatewayCodecs.find((one) => one.kind === kind)
  if (!codec) throw new Error(`no codec for ${kind}`)
  const { spec, ...object } = routeObject(codec, [refs])
  const parentRefs = [{ group: '', kind: 'Service', name: 'web', port }]
  return codec.read({ ...object, status: accepted(), spec: { ...spec, parentRefs } })
}
const with80 = (appProtocol: string) => serviceWith([], { ports: [{ port: 80, appProtocol }] })

describe('the appProtocol of the parent', () => {
  const of = (kind: string, appProtocol: string) =>
    found(routeOf(kind), { service: () => with80(appProtocol) })

  test.each(
    ['https', 'grpc', 'http2', 'h2c', 'kubernetes.io/ws', 'tls', 'linkerd.io/tls', 'tcp', 'mysql'].concat(
      'linkerd.io/tcp',
      'linkerd.io/opaque',
    ),
  )('%s: proxies follow TCPRoutes only', (appProtocol) => {
    for (const kind of ['HTTPRoute', 'HTTPRoute.policy.linkerd.io', 'GRPCRoute', 'TLSRoute'])
      expect(of(kind, appProtocol)).toEqual([expect.stringMatching(/^AppProtocol: port 80 of the Service /)])
    expect(of('TCPRoute', appProtocol)).toEqual([])
  })

  test.each(['http', 'HTTP', 'kubernetes.io/h2c', 'Kubernetes.io/H2C'])('%s: well', (appProtocol) => {
    for (const { kind } of gatewayCodecs) expect(of(kind, appProtocol)).toEqual([])
  })

  test.each([
    ['HTTPRoute', 'set it to http or remove it, or use a TCPRoute'],
    ['GRPCRoute', 'set it to kubernetes.io/h2c or remove it, or use a TCPRoute'],
    ['TLSRoute', 'remove it, or use a TCPRoute'],
  ])('tells the owner of a %s what to do', (kind, remedy) =>
    expect(of(kind, 'https')).toEqual([
      `AppProtocol: port 80 of the Service shop/web has the appProtocol "https": Linkerd takes it for opaque TCP, so proxies ignore the ${kind} though it is accepted; ${remedy}`,
    ]),
  )

  it('matters on the port that the parent names; if it names none, as long as no other port is followed', () => {
    const service = () =>
      serviceWith([], { ports: [{ port: 80 }, { port: 90, appProtocol: 'https' }, { port: undefined }] })
    expect(found(routeOf('HTTPRoute', good, 80), { service })).toEqual([])
    expect(found(routeOf('HTTPRoute', good, 90), { service })).toHaveLength(1)
    expect(found(routeOf('HTTPRoute', good, undefined), { service })).toEqual([])
    const opaque = () => with80('https')
    expect(found(routeOf('HTTPRoute', good, undefined), { service: opaque })).toHaveLength(1)
    expect(found(split, { service: opaque })).toEqual([expect.stringMatching(/^AllWeightsZero: /)])
  })
})

describe('a kind that Linkerd reads in a version that the cluster does not serve', () => {
  test.each(['TCPRoute', 'TLSRoute'])('%s: that is why it is not followed, whatever its status', (kind) => {
    const route = routeOf(kind)
    const expected = [
      `UnreadVersion: Linkerd reads a ${kind} as v1alpha2 only, which this cluster does not serve, so proxies ignore its weights; install the experimental channel of the Gateway API, and restart Linkerd's destination controller`,
    ]
    expect(found(route, { isRead: () => false })).toEqual(expected)
    expect(found({ ...route, accepted: false }, { isRead: () => false })).toEqual(expected)
  })

  test.each([true, 'unknown'] as const)('is only not accepted if it is read: %j', (isRead) =>
    expect(found({ ...routeOf('TCPRoute'), accepted: false }, { isRead: () => isRead })).toEqual([
      expect.stringMatching(/^NotAccepted: /),
    ]),
  )
})

test.each(['TCPRoute', 'TLSRoute', 'GRPCRoute'])('a %s of which all weights are zero', (kind) =>
  expect(found(routeOf(kind, [ref('web', 0), ref('east', 0)]))).toEqual([
    expect.stringMatching(/^AllWeightsZero: spec.rules\[0\] has no weight above zero: /),
  ]),
)

describe('failure accrual', () => {
  const service = (name: string) => serviceWith([80], { hasFailureAccrual: name === 'shop/web' })

  it('of the parent never moves traffic to a backend without weight', () => {
    expect(found(undefined, { service })).toEqual([
      expect.stringMatching(/^FailureAccrual: the Service shop\/web has failure accrual: .*weight 0/),
    ])
    expect(found(routeWith([ref('web', 0), ref('east', 1)]), { service })).toHaveLength(1)
  })

  it('does so if all backends have a weight, and matters on the parent alone', () => {
    expect(found(routeWith([ref('web', 1), ref('east', 1)]), { service })).toEqual([])
    const other = (name: string) => serviceWith([80], { hasFailureAccrual: name === 'shop/east' })
    expect(found(undefined, { service: other })).toEqual([])
  })
})

test.each([
  ['ExternalName', { isExternal: true, ports: [], isNodeLocal: true, hasZoneHints: true }],
  ['NotReadyAddresses', { publishesNotReady: true }],
  ['NodeLocal', { isNodeLocal: true }],
  ['ZoneHints', { hasZoneHints: true }],
])('%s, of a backend, whatever the kind of the route', (reason, rest) => {
  const service = (name: string) => serviceWith([80], name === 'shop/east' ? rest : {})
  const expected = expect.stringMatching(new RegExp(`^${reason}: the Service shop/east .*; `))
  expect(found(undefined, { service })).toEqual([expected])
  expect(found(split, { service })).toEqual([expect.stringMatching(/^AllWeightsZero: /), expected])
})

describe('a policy', () => {
  const withPolicy = (annotations: Record<string, string>) => {
    const keyed = Object.entries(annotations).map(([name, value]) => [`failover.linkerd.io/${name}`, value])
    return http.read({
      status: accepted(),
      ...routeObject(http, [good], { annotations: Object.fromEntries(keyed) }),
    })
  }
  const mirrored: Partial<DiagnosisInput> = {
    readiness: ({ service }) => (service === 'shop/east' ? { ...ready, gateways: true } : ready),
  }
  const ready = { state: 'ready', ready: 1, total: 1 } as const

  it('that is understood is no finding', () =>
    expect(
      found(withPolicy({ tiers: 'web; *', 'min-ready': '1', 'failback-after': '60s' }), mirrored),
    ).toEqual([]))

  it('IgnoredAnnotation, each that cannot be read', () =>
    expect(found(withPolicy({ 'min-ready': 'two', 'failback-after': '60' }))).toEqual([
      expect.stringMatching(
        /^IgnoredAnnotation: annotation failover.linkerd.io\/min-ready is "two" and is ignored; /,
      ),
      expect.stringMatching(
        /^IgnoredAnnotation: annotation failover.linkerd.io\/failback-after is "60" and is ignored; /,
      ),
    ]))

  it('IgnoredAnnotation, of an end of a pause that cannot be read', () =>
    expect(found(withPolicy({ paused: 'true', 'paused-until': 'tomorrow' }))).toEqual([
      expect.stringMatching(
        /^IgnoredAnnotation: annotation \S+\/paused-until is "tomorrow" and is ignored, /,
      ),
    ]))

  it('HeldByUnknown, with what is unknown in each split that is held for long', () => {
    const hold = (
      where: string | undefined,
      reason: string,
      serving: LongHold['serving'] = 'secondaries',
    ) => ({
      where,
      serving,
      reason,
    })
    expect(found(undefined, { longHolds: [hold(undefined, 'x is missing')] })).toEqual([
      'HeldByUnknown: the weights have been held for more than 10 min: on its secondaries, because x is missing; the route fails neither over nor back until this is known, and weights that you set yourself stay',
    ])
    const several = [
      hold('a', 'x is missing'),
      hold('b', 'x is missing'),
      hold('c', 'y is missing', 'primary'),
    ]
    expect(found(undefined, { longHolds: several })).toEqual([
      expect.stringMatching(
        /^HeldByUnknown: the weights of a, b, c .*: on its secondaries, because x is missing; on its primary, because y is missing; /,
      ),
    ])
  })

  it('NotInAnyTier, a backend that gets nothing', () =>
    expect(found(withPolicy({ tiers: 'web' }))).toEqual([
      expect.stringMatching(/^NotInAnyTier: the Service shop\/east is in none of the tiers, .*"; \*"/),
    ]))

  it('CountsGateways, of a Service behind a gateway that more than one is asked of', () =>
    expect(found(withPolicy({ 'min-ready': '2' }), mirrored)).toEqual([
      expect.stringMatching(/^CountsGateways: the Service shop\/east is mirrored through a gateway, /),
    ]))
})

describe('PortsDiffer', () => {
  const twoPorts = trafficSplit.read({
    metadata: { namespace: 'shop', name: 'web' },
    spec: {
      service: 'web',
      backends: [
        { service: 'web', weight: 1 },
        { service: 'east', weight: 0 },
      ],
    },
  })
  const service = () => serviceWith([80, 81])
  /** Each backend is ready by the ports that are named here, and by none if it is asked about without one. */
  const servedBy = (ports: Record<string, number[]>) => ({
    service,
    readiness: ({ service: name, port }: Backend) => {
      const served = ports[name] ?? []
      return readinessOf((port === undefined ? served.length > 0 : served.includes(port)) ? 1 : 0, 1)
    },
  })

  it('is of a backend that lacks a port which another serves', () =>
    expect(found(twoPorts, servedBy({ 'shop/web': [81], 'shop/east': [80, 81] }))).toEqual([
      expect.stringMatching(
        /^PortsDiffer: the Service shop\/web .* port 81 and none for port 80 of shop\/web, /,
      ),
    ]))

  it.each([
    ['all serve all', { 'shop/web': [80, 81], 'shop/east': [80, 81] }],
    ['nobody serves the port', { 'shop/web': [81], 'shop/east': [81] }],
    ['the backend is down', { 'shop/web': [], 'shop/east': [80, 81] }],
  ])('is nothing if %s', (_, ports) => expect(found(twoPorts, servedBy(ports))).toEqual([]))

  it('is nothing of a route that names the ports of its backends', () =>
    expect(found(undefined, servedBy({ 'shop/web': [81], 'shop/east': [80, 81] }))).toEqual([]))
})

describe('weights that SMI clients cannot read', () => {
  const weighted = (...weights: unknown[]) =>
    trafficSplit.read({
      apiVersion: 'split.smi-spec.io/v1alpha2',
      kind: 'TrafficSplit',
      metadata: { namespace: 'shop', name: 'web', uid: 'u1' },
      spec: {
        service: 'web',
        backends: weights.map((weight, index) => ({ service: `web-${index}`, weight })),
      },
    })
  const unreadable = (...weights: unknown[]) =>
    found(weighted(...weights)).filter((line) => line.startsWith('UnreadableWeight'))

  test.each([[[1, 0]], [[100, undefined]], [[null, 1]], [['abc', 0.5]]])(
    '%j: none, or misconfigured',
    (weights) => {
      const problem = weighted(...weights).splits[0]?.problem
      if (problem === undefined) expect(unreadable(...weights)).toEqual([])
      else expect(problem).toContain('"abc"')
    },
  )

  test.each([
    [[0.5, 0], 'spec.backends[0].weight is 0.5'],
    [[1, '1'], 'spec.backends[1].weight is "1"'],
    [['500m', 1.5], 'spec.backends[0].weight is "500m", spec.backends[1].weight is 1.5'],
  ])('%j', (weights, which) => {
    expect(unreadable(...weights)).toEqual([
      `UnreadableWeight: ${which}: clients that read v1alpha2 with SMI's SDK for Go cannot decode that, and then see no TrafficSplit at all; write integers`,
    ])
  })
})
