import { gatewayCodecs } from '../../src/routes/gateway.ts'
import { type Ref, ref, routeObject } from '../../src/routes/testing/gateway-objects.ts'
import type { Body } from '../control-plane/api.ts'
import { controlled, split, type Weights } from './objects.ts'

export type Kind =
  | 'HTTPRoute'
  | 'GRPCRoute'
  | 'TCPRoute'
  | 'TLSRoute'
  | 'HTTPRoute.policy.linkerd.io'
  | 'TrafficSplit'

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
  /** What some of these Services are besides, as a merge patch would say it. */
  readonly serviceParts?: Readonly<Record<string, ServiceParts>>
  readonly profiles?: readonly Body[]
  readonly told: readonly Told[]
  readonly mend: (hands: Hands) => Promise<void>
}

export interface ServiceParts {
  readonly annotations?: Readonly<Record<string, string>>
  readonly spec?: Body
}

/** A namespace without a fault that lasts. */
export type Setting = Pick<Row, 'namespace' | 'routes' | 'services' | 'serviceParts' | 'profiles'>

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
export function route(rules: readonly (readonly Ref[])[], more: More = {}): RouteOf {
  const { kind = 'HTTPRoute', name = 'web', annotations = {}, accepted = true } = more
  const codec = gatewayCodecs.find((one) => one.kind === kind)
  if (!codec) throw new Error(`no codec for ${kind}`)
  const metadata = { name, namespace: undefined, uid: undefined, labels: controlled, annotations }
  const { spec, ...object } = routeObject(codec, rules, metadata)
  const all = spec.rules.map((rule) => ({ ...rule, ...more.rule }))
  return { kind, name, accepted, object: { ...object, spec: { ...spec, rules: all, ...more.spec } } }
}

export const trafficSplit = (
  name: string,
  weights: Weights = { web: 1, east: 0 },
  annotations: Readonly<Record<string, string>> = {},
): RouteOf => ({ kind: 'TrafficSplit', name, accepted: true, object: split(name, weights, { annotations }) })

export const service = (
  name: string,
  ports: readonly number[],
  { annotations = {}, spec = {} }: ServiceParts = {},
): Body => ({
  metadata: { name, annotations },
  spec: { ports: ports.map((port) => ({ name: `p${port}`, port })), ...spec },
})

export const profile = (name: string, spec: Body): Body => ({
  apiVersion: 'linkerd.io/v1alpha2',
  kind: 'ServiceProfile',
  metadata: { name },
  spec,
})

export const usual = [ref('web', 1), ref('east', 0)]
export const below = (value: string): Body => ({ matches: [{ path: { type: 'PathPrefix', value } }] })
export const rulesOf = (...rules: readonly (readonly Ref[])[]): Body => ({
  spec: { rules: rules.map((backendRefs) => ({ backendRefs })) },
})
