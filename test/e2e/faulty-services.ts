import { ref } from '../../src/routes/testing/gateway-objects.ts'
import { type Row, route, rulesOf, service, trafficSplit, usual } from './faulty.ts'

const failureAccrual = 'balancer.linkerd.io/failure-accrual'

/** What can be wrong with the Service `east`, a backend, and the change of its spec that mends it. */
const eastFaults = [
  {
    reason: 'ExternalName',
    fault: 'is a name for another host',
    spec: { type: 'ExternalName', externalName: 'east.example' },
    mended: { type: 'ClusterIP', externalName: null },
    sentence:
      'is of type ExternalName, which Linkerd cannot send to: requests that go there fail; name a Service with endpoints',
  },
  {
    reason: 'NotReadyAddresses',
    fault: 'publishes Pods that are not ready',
    spec: { publishNotReadyAddresses: true },
    mended: { publishNotReadyAddresses: false },
    sentence:
      'has publishNotReadyAddresses: proxies send to its Pods that are not ready as well, and if no other backend is ready, weights cannot help; remove the field, or use another Service here',
  },
  {
    reason: 'NodeLocal',
    fault: 'keeps traffic in the node of the client',
    spec: { internalTrafficPolicy: 'Local' },
    mended: { internalTrafficPolicy: 'Cluster' },
    sentence:
      'has the internalTrafficPolicy Local: clients on a node without a ready endpoint of it get 503 while others are served, and weights, which are for all clients, cannot help; set it to Cluster, or run a Pod on each node that has clients',
  },
  {
    reason: 'ZoneHints',
    fault: 'keeps traffic in the zone of the client',
    spec: { trafficDistribution: 'PreferClose' },
    mended: { trafficDistribution: null },
    sentence:
      'keeps traffic in the zone of the client (trafficDistribution or topology-mode): if the endpoints of one zone are ready but do not answer, its clients fail while others are served, and weights, which are for all clients, cannot help; let readiness probes fail when requests do, or remove the setting',
  },
]

/** What can be wrong with the Services that a route names, as backends or as parents. */
export const serviceRows: readonly Row[] = [
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
  ...eastFaults.map(({ reason, fault, spec, mended, sentence }): Row => {
    const namespace = `backend-${reason.toLowerCase()}`
    return {
      fault: `a backend ${fault}`,
      namespace,
      routes: [route([usual])],
      serviceParts: { east: { spec } },
      told: [{ kind: 'HTTPRoute', reason, sentence: `the Service ${namespace}/east ${sentence}` }],
      mend: ({ patchService }) => patchService('east', { spec: mended }),
    }
  }),
  {
    fault: 'proxies take the port of the parent for opaque TCP',
    namespace: 'app-protocol',
    routes: [route([usual])],
    serviceParts: { web: { spec: { ports: [{ name: 'p80', port: 80, appProtocol: 'https' }] } } },
    told: [
      {
        kind: 'HTTPRoute',
        reason: 'AppProtocol',
        sentence:
          'port 80 of the Service app-protocol/web has the appProtocol "https": Linkerd takes it for opaque TCP, so proxies ignore the HTTPRoute though it is accepted; set it to http or remove it, or use a TCPRoute',
      },
    ],
    mend: ({ patchService }) =>
      patchService('web', { spec: { ports: [{ name: 'p80', port: 80, appProtocol: 'http' }] } }),
  },
  {
    fault: 'the parent has failure accrual, which never moves traffic to a weight of 0',
    namespace: 'failure-accrual',
    routes: [route([usual], { kind: 'GRPCRoute' })],
    serviceParts: { web: { annotations: { [failureAccrual]: 'consecutive' } } },
    told: [
      {
        kind: 'GRPCRoute',
        reason: 'FailureAccrual',
        sentence:
          'the Service failure-accrual/web has failure accrual: proxies stop sending to endpoints that fail, but never send to a backend of weight 0 instead, so requests fail until endpoints turn not ready; let readiness probes fail when requests do',
      },
    ],
    mend: ({ patchService }) =>
      patchService('web', { metadata: { annotations: { [failureAccrual]: null } } }),
  },
]
