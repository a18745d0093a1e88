import { isObject, type Json, type JsonObject } from '../../../sandbox/json.ts'
import type { Access, KubeObject } from '../../../sandbox/server.ts'
import type { Acts, Entry, Named, WorldSteps } from './step.ts'

/** The namespace of all routes. */
export const own = 'shop'
export const controlledBy = 'failover.linkerd.io/controlled-by'
const gatewayApi = 'gateway.networking.k8s.io'

/** The kinds of routes that stories are about, by their resource. */
export const kinds: Readonly<Record<string, { readonly apiVersion: string; readonly kind: string }>> = {
  trafficsplits: { apiVersion: 'split.smi-spec.io/v1alpha1', kind: 'TrafficSplit' },
  httproutes: { apiVersion: `${gatewayApi}/v1`, kind: 'HTTPRoute' },
  grpcroutes: { apiVersion: `${gatewayApi}/v1`, kind: 'GRPCRoute' },
}
const crdOf = (resource: string): string =>
  `${resource}.${kinds[resource]?.apiVersion.split('/')[0] ?? resource}`

type RouteSteps = Pick<
  WorldSteps,
  | 'route'
  | 'weights'
  | 'exchange'
  | 'rotate'
  | 'insert'
  | 'remove'
  | 'move'
  | 'accept'
  | 'annotate'
  | 'label'
  | 'delete'
  | 'crd'
>
type Edit = (object: KubeObject) => KubeObject
/** What a list of rules becomes. */
type Change = (rules: JsonObject[]) => JsonObject[]

/** The people who own routes, the tools that they use, and whoever installs the CRDs. */
export class RouteOwners {
  readonly #store: Access
  readonly #crds = new Map<string, KubeObject>()

  constructor(store: Access) {
    this.#store = store
    for (const resource of Object.keys(kinds)) {
      const crd = store.get('customresourcedefinitions', '', crdOf(resource))
      if (!crd) throw new Error(`the sandbox has no CRD of ${resource}`)
      const { resourceVersion: _, uid: __, ...metadata } = crd.metadata
      const { spec = {} } = crd
      const plain = { ...crd, metadata, spec: withoutDefaultWeight(spec) }
      this.#crds.set(resource, plain)
      store.update(plain)
    }
  }

  readonly acts: Acts<RouteSteps> = {
    route: (step) => {
      const [resource, name] = partsOf(step.route)
      if (!this.#serves(resource)) return
      const object = newRoute(resource, name, step)
      if (this.#store.get(crdOf(resource), own, name)) this.#store.update(object)
      else this.#store.create(object)
    },
    weights: ({ route, rule, weights }) =>
      this.#backends(route, rule, (backends) =>
        backends.map(({ weight: _, ...backend }, index) => {
          const weight = weights[index]
          return weight === null ? backend : { ...backend, weight: weight ?? 0 }
        }),
      ),
    exchange: ({ route, rule, place, ...named }) =>
      this.#backends(route, rule, (backends) =>
        backends.map((backend, index) => (index === place ? exchanged(backend, named) : backend)),
      ),
    rotate: ({ route, rule }) =>
      this.#backends(route, rule, (backends) => [...backends.slice(-1), ...backends.slice(0, -1)]),
    insert: ({ route, rule, backends }) =>
      this.#rules(route, (rules) => rules.toSpliced(rule, 0, newRule(backends))),
    remove: ({ route, rule }) => this.#rules(route, (rules) => rules.toSpliced(rule, 1)),
    move: ({ route, rule, to }) =>
      this.#rules(route, (rules) =>
        rules.toSpliced(rule, 1).toSpliced(to, 0, ...rules.slice(rule, rule + 1)),
      ),
    accept: ({ route, accepted }) =>
      this.#edit(route, (object) => ({ ...object, status: { parents: [parentStatus(accepted)] } })),
    annotate: ({ route, name, value }) => this.#edit(route, annotated(name, value)),
    label: ({ route, ours }) =>
      this.#edit(route, (object) => {
        const { [controlledBy]: _, ...others } = object.metadata.labels ?? {}
        const labels = ours ? { ...others, [controlledBy]: 'linkerd-failover' } : others
        return { ...object, metadata: { ...object.metadata, labels } }
      }),
    delete: ({ route }) => {
      const [resource, name] = partsOf(route)
      if (this.#serves(resource)) this.#store.delete(crdOf(resource), own, name)
    },
    crd: ({ resource, served }) => {
      const crd = this.#crds.get(resource)
      if (served === this.#serves(resource) || !crd) return
      if (served) this.#store.create(crd)
      else this.#store.delete('customresourcedefinitions', '', crdOf(resource))
    },
  }

  #serves(resource: string): boolean {
    return this.#store.get('customresourcedefinitions', '', crdOf(resource)) !== undefined
  }

  #edit(route: string, edit: Edit): void {
    const [resource, name] = partsOf(route)
    const object = this.#serves(resource) ? this.#store.get(crdOf(resource), own, name) : undefined
    if (object) this.#store.update(edit(object))
  }

  /** Changes the rules of a Gateway API route. */
  #rules(route: string, change: Change): void {
    this.#edit(route, (object) => ({
      ...object,
      spec: { ...specOf(object), rules: change(listIn(object.spec, 'rules')) },
    }))
  }

  /** Changes the backends of one rule, or those of a TrafficSplit. */
  #backends(route: string, place: number, change: Change): void {
    if (!route.startsWith('trafficsplits/')) {
      this.#rules(route, (rules) =>
        rules.map((rule, index) =>
          index === place ? { ...rule, backendRefs: change(listIn(rule, 'backendRefs')) } : rule,
        ),
      )
      return
    }
    this.#edit(route, (object) => ({
      ...object,
      spec: { ...specOf(object), backends: change(listIn(object.spec, 'backends')) },
    }))
  }
}

/** The namespace and the name of a Service. */
export function placeOf(service: string): [namespace: string, name: string] {
  const [name = '', namespace = own] = service.split('/').reverse()
  return [namespace, name]
}

function partsOf(route: string): [resource: string, name: string] {
  const [resource = '', name = ''] = route.split('/')
  return [resource, name]
}

/** A definition whose schema gives no default to a weight: an absent one stays absent. */
function withoutDefaultWeight(part: Json, name = ''): Json {
  if (Array.isArray(part)) return part.map((item) => withoutDefaultWeight(item))
  if (!isObject(part)) return part
  const kept: JsonObject = {}
  for (const [key, value] of Object.entries(part)) {
    const isDefault = name === 'weight' && key === 'default'
    if (value !== undefined && !isDefault) kept[key] = withoutDefaultWeight(value, key)
  }
  return kept
}

type NewRoute = Pick<WorldSteps['route'], 'rules' | 'primary' | 'ours'>

function newRoute(resource: string, name: string, { rules, primary, ours }: NewRoute): KubeObject {
  const parentRefs = [{ group: '', kind: 'Service', name, port: 80 }]
  const backends = (rules[0] ?? []).map(({ service, weight = 0 }) => ({ service, weight }))
  const spec =
    resource === 'trafficsplits' ? { service: name, backends } : { parentRefs, rules: rules.map(newRule) }
  return {
    apiVersion: '',
    kind: '',
    ...kinds[resource],
    metadata: {
      namespace: own,
      name,
      labels: { team: 'shop', ...(ours ? { [controlledBy]: 'linkerd-failover' } : {}) },
      ...(primary === undefined ? {} : { annotations: { 'failover.linkerd.io/primary-service': primary } }),
    },
    spec,
  }
}

const newRule = (backends: readonly Entry[]): JsonObject => ({
  backendRefs: backends.map(({ weight, ...named }) => ({
    port: 80,
    ...refTo(named),
    ...(weight === undefined ? {} : { weight }),
  })),
})

/** A backendRef as far as it says which backend it is. */
function refTo({ service, ...rest }: Named): JsonObject {
  const [namespace, name] = placeOf(service)
  return { name, ...(namespace === own ? {} : { namespace }), ...rest }
}

/** A backend that has become another one: nothing is left of the old one but weight and port. */
function exchanged(backend: JsonObject, named: Named): JsonObject {
  if ('service' in backend) return { ...backend, service: named.service }
  const { port = 80, weight } = backend
  return { port, ...refTo(named), ...(weight === undefined ? {} : { weight }) }
}

const parentStatus = (accepted: boolean): JsonObject => ({
  controllerName: 'linkerd.io/policy-controller',
  conditions: [{ type: 'Accepted', status: accepted ? 'True' : 'False' }],
})

const annotated =
  (name: string, value: string | undefined): Edit =>
  (object) => {
    const { [name]: __, ...others } = object.metadata.annotations ?? {}
    const annotations = value === undefined ? others : { ...others, [name]: value }
    const { annotations: _, ...metadata } = object.metadata
    const some = Object.keys(annotations).length > 0 ? { annotations } : {}
    return { ...object, metadata: { ...metadata, ...some } }
  }

const specOf = ({ spec }: KubeObject): JsonObject => (isObject(spec) ? spec : {})

const listIn = (value: unknown, field: string): JsonObject[] => {
  const list = isObject(value) ? value[field] : undefined
  return Array.isArray(list) ? list.filter(isObject) : []
}
