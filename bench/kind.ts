import { acceptedFor } from '../sandbox/demo/routes.ts'
import { type Resource, resourcePath } from '../src/kube/resource.ts'
import { ref } from '../src/routes/testing/gateway-objects.ts'
import type { Api, Body } from '../test/control-plane/api.ts'
import { type Definition, released, trafficSplits } from '../test/control-plane/definitions.ts'
import { controlled, split } from '../test/e2e/objects.ts'

/** A kind of route under measurement: all that floor, stand and observer must know of it. */
export interface Kind {
  readonly resource: Resource
  /** What it adds to the name of a figure. */
  readonly aside: string
  readonly definition: () => Definition
  /** JSON Pointers to the weights of each of its splits. */
  readonly weights: readonly (readonly [primary: string, secondary: string])[]
  /** Adds a route of this name over the Services `NAME` and `NAME-b`, all traffic to the first. */
  readonly add: (api: Api, name: string) => Promise<void>
}

/** Where the routes of a kind are, or one of them. */
export const pathOf = ({ resource }: Pick<Kind, 'resource'>, name?: string): string =>
  resourcePath(resource, 'default', name)

const smi = { group: 'split.smi-spec.io', version: 'v1alpha2', plural: 'trafficsplits' }

export const trafficSplit: Kind = {
  resource: smi,
  aside: '',
  definition: trafficSplits,
  weights: [['/spec/backends/0/weight', '/spec/backends/1/weight']],
  add: (api, name) => api.create(pathOf({ resource: smi }), split(name, { [name]: 1, [`${name}-b`]: 0 })),
}

const gateway = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' }
const prefixes = ['/cart', '/orders', '/']

/** Three rules each, which the loss of the one primary moves together, in one patch. */
export const httpRoute: Kind = {
  resource: gateway,
  aside: `, HTTPRoutes of ${prefixes.length} rules`,
  definition: () => released('standard', gateway.plural),
  weights: prefixes.map((_, rule) => [weightAt(rule, 0), weightAt(rule, 1)]),
  add: async (api, name) => {
    await api.create(pathOf({ resource: gateway }), route(name))
    await api.patch(`${pathOf({ resource: gateway }, name)}/status`, {
      status: { parents: [acceptedFor(parent(name))] },
    })
  },
}

function weightAt(rule: number, backend: number): string {
  return `/spec/rules/${rule}/backendRefs/${backend}/weight`
}

const parent = (name: string) => ({ group: '', kind: 'Service', name, port: 80 })

const route = (name: string): Body => ({
  apiVersion: `${gateway.group}/${gateway.version}`,
  kind: 'HTTPRoute',
  metadata: { name, labels: controlled },
  spec: {
    parentRefs: [parent(name)],
    rules: prefixes.map((value) => ({
      matches: [{ path: { type: 'PathPrefix', value } }],
      backendRefs: [ref(name, 1), ref(`${name}-b`, 0)],
    })),
  },
})
