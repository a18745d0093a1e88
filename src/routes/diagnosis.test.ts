import { describe, expect, it, test } from 'vitest'
import { type DiagnosisInput, diagnose } from './diagnosis.ts'
import { gatewayCodecs } from './gateway.ts'
import { conflictsOf } from './sharing.ts'
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
const healthy: DiagnosisInput = { ports: () => [80], hasProfile: () => false, conflicts: () => [] }

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
    expect(found(undefined, { ports: (service) => (service === 'shop/east' ? undefined : [80]) })).toEqual([
      expect.stringMatching(/^MissingService: there is no Service shop\/east/),
    ]))

  it('MissingPort', () =>
    expect(found(undefined, { ports: (service) => (service === 'shop/east' ? [81, 90] : [80]) })).toEqual([
      expect.stringMatching(/^MissingPort: the Service shop\/east has no port 80 \(it has 81, 90\)/),
    ]))
})

it('does not take a backend of another kind for the Service of its name', () => {
  const bucket = ref('bucket', 0, { group: 'example.com', kind: 'Bucket' })
  const route = routeWith([ref('web', 0), bucket])
  const ports = (service: string) => (service === 'shop/web' ? [80] : undefined)
  expect(found(route, { ports })).toEqual([expect.stringMatching(/^AllWeightsZero: /)])
  expect(found(routeWith([ref('web', 1), bucket]), { ports: () => [81] })).toEqual([
    expect.stringMatching(/^MissingPort: the Service shop\/web /),
  ])
})

it('says nothing of Services that nobody knows', () =>
  expect(found(undefined, { ports: () => 'unknown' })).toEqual([]))

it('asks of a TrafficSplit only what it has: Services, weights and parents', () => {
  const around = {
    ports: () => undefined,
    hasProfile: () => true,
    conflicts: (parent: string) => conflictsOf(split, parent, [routeWith(good)]),
  }
  expect(diagnose(split, around).map(({ reason }) => reason)).toEqual([
    'AllWeightsZero',
    'SharedParent',
    'MissingService',
    'MissingService',
  ])
})
