import { text } from '../base/json.ts'
import { programName } from '../base/names.ts'
import { type ManagedFields, readMetadata } from './metadata.ts'
import { type Route, type RouteCodec, steeringAnnotations } from './route.ts'

/** A route without its splits, and the annotations that say how to treat them. */
export interface Identified {
  readonly identity: Omit<Route, 'apexes' | 'splits' | 'places'>
  readonly annotations: Readonly<Record<string, string>>
}

/** Reads who a route object is; total, absent parts are empty. */
export function identify(
  { kind, objectKind }: Pick<RouteCodec, 'kind' | 'objectKind'>,
  object: unknown,
): Identified {
  const { namespace, name, uid, generation, labels, annotations, managedFields } = readMetadata(object)
  const identity = {
    apiVersion: text(object, 'apiVersion'),
    kind,
    objectKind,
    namespace,
    name,
    uid,
    generation,
    labels,
    writer: writerOf(managedFields),
    annotations: steeringOf(annotations),
  }
  return { identity, annotations }
}

/**
 * Who wrote the weights last, besides the operator itself. The lists that hold them are owned as a whole, by
 * the last who wrote any part of them, or by several who applied the very same.
 */
function writerOf(entries: readonly ManagedFields[]): string | undefined {
  const others = entries.filter(
    ({ manager, subresource, spec }) =>
      manager !== programName && subresource === '' && lists.some((list) => spec.includes(list)),
  )
  return others.sort((a, b) => Number(a.time < b.time) - Number(a.time > b.time))[0]?.manager
}

/** As `managedFields` call `backends` of a TrafficSplit and `rules` of a Gateway API route. */
const lists = ['f:backends', 'f:rules']

/** The others are dropped: `kubectl apply` keeps whole objects in one. */
function steeringOf(all: Readonly<Record<string, string>>): Route['annotations'] {
  const entries = Object.entries(all)
  if (entries.length === 0) return undefined
  return Object.fromEntries(entries.filter(([key]) => steeringAnnotations.includes(key)))
}
