import { isObject, type Json, type JsonObject } from '../../../sandbox/json.ts'
import type { Transport } from '../../../src/kube/http/transport.ts'
import type { Planted } from './planted.ts'
import { withMore } from './tools.ts'

/** Bugs about for how long a policy bears what is not good enough. */
export const patiencePlants: readonly Planted[] = [
  {
    // Whoever had too few for long has them only now if it can be left.
    name: 'grace granted again after it was spent',
    breaks: ['late'],
    within: 10,
    seed: 3,
    policies: true,
    menu: ['too few for long'],
    plant: (transport) => enoughForAMoment(transport),
  },
]

/** Whenever a slice changes, a process is told that there is one more of each other slice, and that it is gone again. */
function enoughForAMoment(transport: Transport): Transport {
  const told = new Map<string, Slice>()
  return withMore(transport, 'endpointslices', (event) => {
    const slice = event.type === 'BOOKMARK' ? undefined : sliceOf(event)
    if (!slice) return [event]
    const name = `${slice.metadata.namespace}/${slice.metadata.name}`
    told.delete(name)
    const others = [...told.values()].map((one) => twinOf(one, slice.metadata.resourceVersion))
    if (event.type !== 'DELETED') told.set(name, slice)
    return [...['ADDED', 'DELETED'].flatMap((type) => others.map((object) => ({ type, object }))), event]
  })
}

type Slice = JsonObject & { readonly metadata: JsonObject }

const sliceOf = ({ object }: JsonObject): Slice | undefined =>
  isObject(object) && isObject(object.metadata) ? { ...object, metadata: object.metadata } : undefined

/** Another slice of the same Service, with as many endpoints of other Pods. */
function twinOf({ metadata, ...slice }: Slice, resourceVersion: Json = ''): JsonObject {
  const endpoints = Array.isArray(slice.endpoints) ? slice.endpoints.filter(isObject) : []
  const name = `${metadata.name}-twin`
  return {
    ...slice,
    metadata: { ...metadata, name, resourceVersion },
    endpoints: endpoints.map((one, place) => ({ ...one, targetRef: { uid: `${name}-${place}` } })),
  }
}
