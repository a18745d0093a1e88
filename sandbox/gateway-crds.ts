import type { JsonObject } from './json.ts'
import type { KubeObject } from './object.ts'

/** One kind of routes, as far as its definition differs from the others. */
type RouteKind = {
  group: string
  kind: string
  plural: string
  /** Served versions; the first is how objects are stored. */
  versions: string[]
}

const gatewayApi = 'gateway.networking.k8s.io'

/** As of Gateway API 1.6, standard channel, and Linkerd. */
const kinds: RouteKind[] = [
  {
    group: gatewayApi,
    kind: 'HTTPRoute',
    plural: 'httproutes',
    versions: ['v1', 'v1beta1'],
  },
  { group: gatewayApi, kind: 'GRPCRoute', plural: 'grpcroutes', versions: ['v1'] },
  { group: gatewayApi, kind: 'TLSRoute', plural: 'tlsroutes', versions: ['v1'] },
  { group: gatewayApi, kind: 'TCPRoute', plural: 'tcproutes', versions: ['v1'] },
  {
    group: 'policy.linkerd.io',
    kind: 'HTTPRoute',
    plural: 'httproutes',
    versions: ['v1beta3', 'v1beta2'],
  },
]

const text: JsonObject = { type: 'string' }
const anything: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true }
const anyObject: JsonObject = { type: 'object', ...anything }
const port: JsonObject = { type: 'integer', minimum: 1, maximum: 65_535 }
const listOf = (items: JsonObject): JsonObject => ({ type: 'array', items })

/** The text is that of the real definitions, so that those can be installed here as well. */
const servicePort = {
  rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
  message: 'Must have port for Service reference',
}

/** Only the Gateway API's own definitions ask for the port of a Service. */
const backendRef = (portRequired: boolean): JsonObject => ({
  type: 'object',
  required: ['name'],
  properties: {
    group: { ...text, default: '' },
    kind: { ...text, default: 'Service' },
    name: text,
    namespace: text,
    port,
    weight: { type: 'integer', default: 1, minimum: 0, maximum: 1_000_000 },
    filters: listOf(anyObject),
  },
  ...(portRequired ? { 'x-kubernetes-validations': [servicePort] } : {}),
})

const parentRef: JsonObject = {
  type: 'object',
  required: ['name'],
  properties: {
    group: { ...text, default: gatewayApi },
    kind: { ...text, default: 'Gateway' },
    name: text,
    namespace: text,
    port,
    sectionName: text,
  },
}

const rule = (portRequired: boolean): JsonObject => ({
  type: 'object',
  properties: {
    name: text,
    matches: listOf(anyObject),
    filters: listOf(anyObject),
    backendRefs: listOf(backendRef(portRequired)),
    timeouts: anyObject,
  },
})

const schema = (portRequired: boolean): JsonObject => ({
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      properties: {
        parentRefs: listOf(parentRef),
        hostnames: listOf(text),
        rules: listOf(rule(portRequired)),
      },
    },
    status: anyObject,
  },
})

const definition = (
  names: Pick<RouteKind, 'group' | 'kind' | 'plural'>,
  versions: JsonObject[],
): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${names.plural}.${names.group}` },
  spec: {
    group: names.group,
    scope: 'Namespaced',
    names: {
      kind: names.kind,
      listKind: `${names.kind}List`,
      plural: names.plural,
      singular: names.kind.toLowerCase(),
    },
    versions,
  },
})

/** The definitions of the routes that Linkerd follows, with the validation that matters to their weights. */
export const gatewayCrds = (): KubeObject[] =>
  kinds.map((kind) =>
    definition(
      kind,
      kind.versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema(kind.group === gatewayApi) },
      })),
    ),
  )

/** Linkerd's ServiceProfile, whose routes and overrides take a Service away from its Gateway API routes. */
export const serviceProfileCrd = (): KubeObject =>
  definition({ group: 'linkerd.io', kind: 'ServiceProfile', plural: 'serviceprofiles' }, [
    {
      name: 'v1alpha2',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: anyObject } } },
    },
  ])

/** The Link of Linkerd's multicluster extension, as far as it is read. */
export const linkCrd = (): KubeObject =>
  definition({ group: 'multicluster.linkerd.io', kind: 'Link', plural: 'links' }, [
    {
      name: 'v1alpha3',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: anyObject } } },
    },
  ])
