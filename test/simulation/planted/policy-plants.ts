import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { KubeRequest, Transport } from '../../../src/kube/http/transport.ts'
import { routeResources } from '../checker/facts.ts'
import type { Planted } from './planted.ts'
import {
  reworded,
  stepsOf,
  withEvents,
  withMetadata,
  withMore,
  withPatches,
  withSteps,
  withWeights,
} from './tools.ts'

/** Bugs about what the owner of a route asks for in annotations. */
export const policyPlants: readonly Planted[] = [
  {
    name: 'pause not heeded',
    breaks: ['not explained', 'not settled', 'not still'],
    within: 20,
    menu: ['edit while it fails over'],
    plant: (transport) => withoutAnnotation(transport, 'failover.linkerd.io/paused'),
  },
  {
    name: 'tiers not heeded',
    breaks: ['not explained', 'not settled', 'not still'],
    within: 20,
    plant: (transport) => withoutAnnotation(transport, 'failover.linkerd.io/tiers'),
  },
  {
    name: 'back before its time',
    breaks: ['early'],
    within: 40,
    menu: ['wait'],
    plant: (transport) => {
      const shorter = reworded(transport, 'trafficsplits', '"60s"', '"5s"')
      return withSteps(shorter, (steps) => steps.filter(({ path }) => !String(path).includes('annotations')))
    },
  },
  {
    name: 'too few endpoints taken for enough',
    breaks: ['not explained', 'not settled'],
    within: 20,
    menu: ['few'],
    plant: (transport) => withoutAnnotation(transport, 'failover.linkerd.io/min-ready'),
  },
  {
    name: 'a Pod in two slices counted twice',
    breaks: ['not explained', 'not settled'],
    within: 20,
    menu: ['few'],
    plant: (transport) =>
      withSlices(transport, (slice, name) => ({
        ...slice,
        endpoints: listOf(slice.endpoints).map((endpoint) => ({
          ...endpoint,
          targetRef: { uid: `${name} ${String(endpoint.addresses)}` },
        })),
      })),
  },
  {
    // Nobody looks again while a Service has any endpoint that is ready.
    name: 'counts of endpoints not followed',
    breaks: ['not explained', 'not settled'],
    within: 20,
    menu: ['few'],
    plant: (transport) => {
      const counted = new Map<string, JsonObject>()
      return withSlices(transport, (slice, name) => {
        const known = counted.get(name)
        const isSame = known !== undefined && isServed(known) && isServed(slice)
        if (!isSame) counted.set(name, slice)
        return isSame ? { ...slice, endpoints: listOf(known.endpoints) } : slice
      })
    },
  },
  {
    // They are said to be ready to the end where a Service publishes all of its Pods.
    name: 'Pods that terminate counted',
    breaks: ['not explained', 'not settled'],
    within: 20,
    seed: 22,
    menu: ['Pods go'],
    plant: (transport) => reworded(transport, 'endpointslices', '"terminating":true', '"terminating":false'),
  },
  {
    // Its addresses taken for Pods, as those of a headless mirror are: each is one host, which is ready.
    name: 'a mirror behind a gateway held to a count',
    breaks: ['not explained', 'not settled'],
    within: 40,
    seed: 25,
    menu: ['few'],
    plant: (transport) => withHosts(transport),
  },
  {
    name: 'whoever comes back displaces its peers',
    breaks: ['not explained'],
    within: 20,
    plant: (transport) => withPatches(transport, (req, known) => transport.request(displacing(req, known))),
  },
]

/** Changes every EndpointSlice that a watch tells of. */
const withSlices = (
  transport: Transport,
  change: (slice: JsonObject, name: string) => JsonObject,
): Transport =>
  withEvents(transport, ['endpointslices'], (event) =>
    isObject(event.object) && isObject(event.object.metadata) && event.type !== 'BOOKMARK'
      ? { ...event, object: change(event.object, String(event.object.metadata.name)) }
      : event,
  )

const isServed = ({ endpoints }: JsonObject): boolean =>
  listOf(endpoints).some(({ conditions }) => isObject(conditions) && conditions.ready !== false)

const listOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** Every address of a mirrored Service has a host, whose Endpoints are told before. */
const withHosts = (transport: Transport): Transport =>
  withMore(transport, 'endpoints', (event) => {
    const { object } = event
    const [subset] = isObject(object) ? listOf(object.subsets) : []
    if (!isObject(object) || !isObject(object.metadata) || !subset || event.type === 'BOOKMARK')
      return [event]
    const { resourceVersion, namespace, name } = object.metadata
    const hosts = listOf(subset.addresses).map(({ ip }, index) => ({ ip, hostname: `${name}-${index}` }))
    const ofHosts = hosts.map(({ ip, hostname }) => ({
      type: 'MODIFIED',
      object: {
        metadata: { resourceVersion, namespace, name: `${hostname}-` },
        subsets: [{ ...subset, addresses: [{ ip }], notReadyAddresses: [] }],
      },
    }))
    return [...ofHosts, { ...event, object: { ...object, subsets: [{ ...subset, addresses: hosts }] } }]
  })

/** A patch that gives a backend weight, and takes it from those beside it that it would have left alone. */
function displacing(req: KubeRequest, known: JsonObject): KubeRequest {
  const steps = stepsOf(req)
  const before = weightsIn(known)
  const after = weightsIn(withWeights(known, steps))
  const raised = [...after].flatMap(([path, weight]) =>
    weight > 0 && before.get(path) === 0 ? listIn(path) : [],
  )
  const peers = [...after].filter(
    ([path, weight]) => weight > 0 && before.get(path) === weight && raised.includes(listIn(path)),
  )
  return { ...req, body: [...steps, ...peers.map(([path]) => ({ op: 'replace', path, value: 0 }))] }
}

/** `/spec/rules/0/backendRefs` of a weight in it. */
const listIn = (path: string): string => path.split('/').slice(0, -2).join('/')

/** The weights of a route by their paths. */
function weightsIn({ spec }: JsonObject): ReadonlyMap<string, number> {
  const parts = isObject(spec) ? spec : {}
  const lists = [
    ...listOf(parts.rules).map(
      ({ backendRefs }, rule) => [`rules/${rule}/backendRefs`, backendRefs] as const,
    ),
    ['backends', parts.backends] as const,
  ]
  return new Map(
    lists.flatMap(([path, list]) =>
      listOf(list).map(
        ({ weight }, index) => [`/spec/${path}/${index}/weight`, Number(weight ?? 1)] as const,
      ),
    ),
  )
}

/** Whoever reads routes by it never sees the annotation, and its patches do not ask for any. */
function withoutAnnotation(transport: Transport, name: string): Transport {
  const without = withEvents(transport, routeResources, (event) =>
    withMetadata(event, ({ annotations, ...metadata }) => {
      if (!isObject(annotations)) return metadata
      const { [name]: _, ...others } = annotations
      return { ...metadata, annotations: others }
    }),
  )
  return withSteps(without, (steps) => steps.filter(({ path }) => !String(path).includes('annotations')))
}
