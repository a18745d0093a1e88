import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import { routeResources } from '../checker/facts.ts'
import type { Planted } from './planted.ts'
import { reworded, withEvents, withMetadata, withSteps } from './tools.ts'

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
