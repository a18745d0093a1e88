import { gatewayCodecs } from '../../src/routes/gateway.ts'
import { type Ref, ref, routeObject } from '../../src/routes/testing/gateway-objects.ts'
import type { Body } from '../control-plane/api.ts'
import { controlled, split, type Weights } from './objects.ts'

export type Kind = 'HTTPRoute' | 'GRPCRoute' | 'HTTPRoute.policy.linkerd.io' | 'TrafficSplit'

/** What is said of one route. */
export interface Told {
  readonly kind: Kind
  /** `web` without it. */
  readonly name?: string
  readonly reason: string
  /** As `explain` prints it, and the Event's note. */
  readonly sentence: string
}

/** A route of a row; Linkerd has accepted it unless told otherwise. */
export interface RouteOf {
  readonly kind: Kind
  readonly name: string
  readonly object: Body
  readonly accepted: boolean
}

/** What somebody does in the namespace of a row to mend it. */
export interface Hands {
  create(plural: 'services' | 'serviceprofiles', object: Body): Promise<void>
  remove(plural: 'serviceprofiles', name: string): Promise<void>
  patchService(name: string, patch: Body): Promise<void>
  accept(kind: Kind, name: string): Promise<void>
  patch(kind: Kind, name: string, patch: Body): Promise<void>
  removeRoute(kind: Kind, name: string): Promise<void>
}

/** One thing that can be wrong with a route, in a namespace of its own, and what mends it. */
export interface Row {
  readonly fault: string
  readonly namespace: string
  readonly routes: readonly RouteOf[]
  /** The Services that there are, with their ports; `web` and `east` on port 80 without it. */
  readonly services?: Readonly<Record<string, readonly number[]>>
  readonly profiles?: readonly Body[]
  readonly told: readonly Told[]
  readonly mend: (hands: Hands) => Promise<void>
}

const primaryAnnotation = 'failover.linkerd.io/primary-service'

interface More {
  readonly kind?: Exclude<Kind, 'TrafficSplit'>
  readonly name?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly accepted?: boolean
  /** Fields of the spec beside the rules. */
  readonly spec?: Body
  /** Fields of each rule beside its backends. */
  readonly rule?: Body
}

/** A route of the Service `web`; one list of backendRefs a rule. */
function route(rules: readonly (readonly Ref[])[], more: More = {}): RouteOf {
  const { kind = 'HTTPRoute', name = 'web', annotations = {}, accepted = true } = more
  const codec = gatewayCodecs.find((one) => one.kind === kind)
  if (!codec) throw new Error(`no codec for ${kind}`)
  const metadata = { name, namespace: undefined, uid: undefined, labels: controlled, annotations }
  const { spec, ...object } = routeObject(codec, rules, metadata)
  const all = spec.rules.map((rule) => ({ ...rule, ...more.rule }))
  return { kind, name, accepted, object: { ...object, spec: { ...spec, rules: all, ...more.spec } } }
}

const trafficSplit = (
  name: string,
  weights: Weights = { web: 1, east: 0 },
  annotations: Readonly<Record<string, string>> = {},
): RouteOf => ({ kind: 'TrafficSplit', name, accepted: true, object: split(name, weights, { annotations }) })

export const service = (name: string, ports: readonly number[]): Body => ({
  metadata: { name },
  spec: { ports: ports.map((port) => ({ name: `p${port}`, port })) },
})

const profile = (name: string, spec: Body): Body => ({
  apiVersion: 'linkerd.io/v1alpha2',
  kind: 'ServiceProfile',
  metadata: { name },
  spec,
})

const noWeight =
  'has no weight above zero: no proxy can route by that; set a weight, then restart the clients that still fail'
const usual = [ref('web', 1), ref('east', 0)]
const below = (value: string): Body => ({ matches: [{ path: { type: 'PathPrefix', value } }] })
const rulesOf = (...rules: readonly (readonly Ref[])[]): Body => ({
  spec: { rules: rules.map((backendRefs) => ({ backendRefs })) },
})
const serviceParents: Body = {
  spec: { parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }] },
}

/** Every diagnosis but the fight, which has a test of its own. */
export const rows: readonly Row[] = [
  {
    fault: 'a backend names a Service that is not there',
    namespace: 'missing-service',
    routes: [route([usual])],
    services: { web: [80] },
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'MissingService',
        sentence:
          'there is no Service missing-service/east, so requests to it fail; create it, or remove the backend',
      },
    ],
    mend: ({ create }) => create('services', service('east', [80])),
  },
  {
    fault: 'a backend names a Service that is in another namespace only',
    namespace: 'other-namespace',
    routes: [route([[ref('web', 1), ref('east', 0, { namespace: 'well' }), ref('west', 0)]])],
    services: { web: [80], east: [80] },
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'MissingService',
        sentence:
          'there is no Service other-namespace/west, so requests to it fail; create it, or remove the backend',
      },
    ],
    mend: ({ patch }) =>
      patch('HTTPRoute', 'web', rulesOf([ref('web', 1), ref('west', 0, { namespace: 'well' })])),
  },
  {
    fault: 'a backend of a TrafficSplit names a Service that is not there',
    namespace: 'missing-in-split',
    routes: [trafficSplit('web')],
    services: { web: [80] },
    told: [
      {
        kind: 'TrafficSplit',
        reason: 'MissingService',
        sentence:
          'there is no Service missing-in-split/east, so requests to it fail; create it, or remove the backend',
      },
    ],
    mend: ({ create }) => create('services', service('east', [80])),
  },
  {
    fault: 'a backend names a port that its Service does not have',
    namespace: 'missing-port',
    routes: [route([usual], { kind: 'GRPCRoute' })],
    services: { web: [80], east: [81, 90] },
    told: [
      {
        kind: 'GRPCRoute',
        reason: 'MissingPort',
        sentence:
          'the Service missing-port/east has no port 80 (it has 81, 90), so requests to it get 502; correct the backendRef',
      },
    ],
    mend: ({ patchService }) => patchService('east', { spec: { ports: [{ name: 'p80', port: 80 }] } }),
  },
  {
    fault: 'no parent is a Service',
    namespace: 'ingress-only',
    routes: [route([usual], { spec: { parentRefs: [{ name: 'ingress' }] } })],
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'IngressOnly',
        sentence:
          'none of spec.parentRefs is a Service, so Linkerd does not route by it; add the Service that clients call as a parentRef',
      },
    ],
    mend: ({ patch }) => patch('HTTPRoute', 'web', serviceParents),
  },
  ...(['HTTPRoute', 'GRPCRoute', 'HTTPRoute.policy.linkerd.io'] as const).map(
    (kind): Row => ({
      fault: `Linkerd has not accepted the ${kind}`,
      namespace: `not-accepted-${kind.toLowerCase().replaceAll('.', '-')}`,
      routes: [route([usual], { kind, accepted: false })],
      told: [
        {
          kind,
          reason: 'NotAccepted',
          sentence:
            'Linkerd has not accepted it (its status has no Accepted=True from linkerd.io/policy-controller), so proxies ignore its weights; see status.parents for the reason',
        },
      ],
      mend: ({ accept }) => accept(kind, 'web'),
    }),
  ),
  {
    fault: 'two routes take the same requests of one parent',
    namespace: 'two-routes',
    routes: [route([usual]), route([usual], { name: 'other' })],
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'SharedParent',
        sentence:
          'HTTPRoute two-routes/other controls the Service two-routes/web as well: both have a rule for everything, and proxies follow the older of the two',
      },
      {
        kind: 'HTTPRoute',
        name: 'other',
        reason: 'SharedParent',
        sentence:
          'HTTPRoute two-routes/web controls the Service two-routes/web as well: both have a rule for everything, and proxies follow the older of the two',
      },
    ],
    mend: ({ patch }) =>
      patch('HTTPRoute', 'other', { spec: { rules: [{ ...below('/other'), backendRefs: usual }] } }),
  },
  {
    fault: 'a TrafficSplit and a route have one parent',
    namespace: 'split-and-route',
    routes: [route([usual]), trafficSplit('web')],
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'SharedParent',
        sentence:
          'TrafficSplit split-and-route/web controls the Service split-and-route/web as well: proxies follow the TrafficSplit, through its ServiceProfile',
      },
      {
        kind: 'TrafficSplit',
        reason: 'SharedParent',
        sentence:
          'HTTPRoute split-and-route/web controls the Service split-and-route/web as well: proxies follow the TrafficSplit, through its ServiceProfile',
      },
    ],
    mend: ({ removeRoute }) => removeRoute('TrafficSplit', 'web'),
  },
  {
    fault: 'routes of two kinds have one parent',
    namespace: 'two-kinds',
    routes: [route([usual]), route([usual], { kind: 'GRPCRoute' })],
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'SharedParent',
        sentence:
          'GRPCRoute two-kinds/web controls the Service two-kinds/web as well: proxies follow one kind, the GRPCRoute unless the port has an appProtocol of the other',
      },
      {
        kind: 'GRPCRoute',
        reason: 'SharedParent',
        sentence:
          'HTTPRoute two-kinds/web controls the Service two-kinds/web as well: proxies follow one kind, the GRPCRoute unless the port has an appProtocol of the other',
      },
    ],
    mend: ({ removeRoute }) => removeRoute('GRPCRoute', 'web'),
  },
  {
    fault: 'a ServiceProfile beats the route',
    namespace: 'service-profile',
    routes: [route([usual])],
    profiles: [
      profile('web.service-profile.svc.cluster.local', {
        routes: [{ name: 'all', condition: { pathRegex: '.*' } }],
      }),
    ],
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'ServiceProfile',
        sentence:
          'a ServiceProfile with routes or overrides names the Service service-profile/web, and proxies use it instead of this route; delete it, then restart the clients',
      },
    ],
    mend: ({ remove }) => remove('serviceprofiles', 'web.service-profile.svc.cluster.local'),
  },
  {
    fault: 'a rule has no weight above zero, and is paused so that nobody repairs it',
    namespace: 'all-weights-zero',
    routes: [
      route([usual, [ref('web', 0), ref('east', 0)]], {
        annotations: { 'failover.linkerd.io/paused': 'true' },
      }),
    ],
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'AllWeightsZero',
        sentence: `spec.rules[1] ${noWeight}`,
      },
    ],
    mend: ({ patch }) => patch('HTTPRoute', 'web', rulesOf(usual, usual)),
  },
  {
    fault: 'a rule lacks the annotated primary',
    namespace: 'primary-missing',
    routes: [
      route([usual, [ref('east', 1), ref('west', 0)]], { annotations: { [primaryAnnotation]: 'web' } }),
    ],
    services: { web: [80], east: [80], west: [80] },
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'Misconfigured',
        sentence: `spec.rules[1] does not fail over: annotation ${primaryAnnotation} is "web", but no backend has that name; backends are: east:80, west:80`,
      },
    ],
    mend: ({ patch }) => patch('HTTPRoute', 'web', rulesOf(usual, [ref('east', 0), ref('web', 1)])),
  },
  {
    fault: 'the annotation of a TrafficSplit names none of its backends',
    namespace: 'primary-missing-in-split',
    routes: [trafficSplit('web', { web: 1, east: 0 }, { [primaryAnnotation]: 'nobody' })],
    told: [
      {
        kind: 'TrafficSplit',
        reason: 'Misconfigured',
        sentence: `annotation ${primaryAnnotation} is "nobody", but no backend has that name; backends are: web, east`,
      },
    ],
    mend: ({ patch }) =>
      patch('TrafficSplit', 'web', { metadata: { annotations: { [primaryAnnotation]: 'east' } } }),
  },
  {
    fault: 'a backend is no Service',
    namespace: 'no-service',
    routes: [route([[ref('web', 1), ref('bucket', 0, { group: 'example.com', kind: 'Bucket' })]])],
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'Misconfigured',
        sentence:
          'spec.rules[0].backendRefs[1] is Bucket.example.com "bucket", whose readiness the operator cannot know; use a Service, or move the rule to another route',
      },
    ],
    mend: ({ patch }) => patch('HTTPRoute', 'web', rulesOf(usual)),
  },
  {
    fault: 'no rule has two backends',
    namespace: 'no-choice',
    routes: [route([[ref('web', 1)]], { kind: 'HTTPRoute.policy.linkerd.io' })],
    told: [
      {
        kind: 'HTTPRoute.policy.linkerd.io',
        reason: 'Misconfigured',
        sentence:
          'no rule has two or more backendRefs, so there is nothing to fail over to; add the secondaries',
      },
    ],
    mend: ({ patch }) => patch('HTTPRoute.policy.linkerd.io', 'web', rulesOf(usual)),
  },
]

/** A namespace without a fault that lasts. */
export type Setting = Pick<Row, 'namespace' | 'routes' | 'services' | 'profiles'>

/** Routes with which nothing is wrong, however they look. */
export const well: Setting = {
  namespace: 'well',
  routes: [
    route([[ref('web', 1), ref('web', 0, { port: 81 }), ref('east', 0, { namespace: 'two-routes' })]]),
    route([[{ name: 'web', port: 80 }, ref('east', 0)]], { name: 'below', rule: below('/below') }),
  ],
  services: { web: [80, 81], east: [80], west: [80] },
  profiles: [profile('web.well.svc.cluster.local', { routes: [] })],
}

/** Routes whose weights are all zero, until the operator repairs them at its first look. */
export const repaired: Setting & { readonly told: readonly Told[] } = {
  namespace: 'repaired',
  routes: [route([[ref('web', 0), ref('east', 0)]]), trafficSplit('old', { web: 0, east: 0 })],
  told: [
    { kind: 'HTTPRoute', reason: 'AllWeightsZero', sentence: `spec.rules[0] ${noWeight}` },
    { kind: 'TrafficSplit', name: 'old', reason: 'AllWeightsZero', sentence: `the split ${noWeight}` },
  ],
}

/** One fault more, for those who wait until all that came before it has been looked at. */
export const marker: Setting = { namespace: 'marker', routes: [route([usual])], services: { web: [80] } }
