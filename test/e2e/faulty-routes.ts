import { ref } from '../../src/routes/testing/gateway-objects.ts'
import type { Body } from '../control-plane/api.ts'
import {
  below,
  profile,
  type Row,
  route,
  rulesOf,
  type Setting,
  type Told,
  trafficSplit,
  usual,
} from './faulty.ts'

const primaryAnnotation = 'failover.linkerd.io/primary-service'
const noWeight =
  'has no weight above zero: no proxy can route by that; set a weight, then restart the clients that still fail'
const serviceParents: Body = {
  spec: { parentRefs: [{ group: '', kind: 'Service', name: 'web', port: 80 }] },
}

/** What can be wrong with a route itself, or with others beside it; not the fight, which has a test of its own. */
export const routeRows: readonly Row[] = [
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
  ...(['TCPRoute', 'TLSRoute'] as const).map((kind): Row => {
    const spec = kind === 'TLSRoute' ? { hostnames: ['web.example'] } : {}
    return {
      fault: `the cluster does not serve a ${kind} as Linkerd reads it`,
      namespace: `unread-${kind.toLowerCase()}`,
      routes: [route([usual], { kind, accepted: false, spec })],
      told: [
        {
          kind,
          reason: 'UnreadVersion',
          sentence: `Linkerd reads a ${kind} as v1alpha2 only, which this cluster does not serve, so proxies ignore its weights; install the experimental channel of the Gateway API, and restart Linkerd's destination controller`,
        },
      ],
      mend: ({ removeRoute }) => removeRoute(kind, 'web'),
    }
  }),
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
    fault: 'a TrafficSplit has a weight that is not an integer',
    namespace: 'fraction',
    routes: [trafficSplit('web', { web: 0.5, east: 0 })],
    told: [
      {
        kind: 'TrafficSplit',
        reason: 'UnreadableWeight',
        sentence:
          "spec.backends[0].weight is 0.5: clients that read v1alpha2 with SMI's SDK for Go cannot decode that, and then see no TrafficSplit at all; write integers",
      },
    ],
    mend: ({ patch }) =>
      patch('TrafficSplit', 'web', {
        spec: {
          backends: [
            { service: 'web', weight: 1 },
            { service: 'east', weight: 0 },
          ],
        },
      }),
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
