import { text } from '../base/json.ts'
import { programName, standbyName } from '../base/names.ts'
import { type ManagedFields, readMetadata } from './metadata.ts'
import { type Mover, pausedAnnotation, type Route, type RouteCodec, steeringAnnotations } from './route.ts'

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
    ...writersOf(managedFields),
    ...pausedAtIn(managedFields, annotations),
    annotations: steeringOf(annotations),
  }
  return { identity, annotations }
}

/** Names of the field managers under which the operator writes. */
const movers: ReadonlyMap<string, Mover> = new Map([
  [programName, 'leader'],
  [standbyName, 'standby'],
])

type Writers = Pick<Route, 'writer' | 'movedBy'> & Partial<Pick<Route, 'movedAt' | 'writtenAt'>>

/**
 * Who wrote the weights last: a replica of the operator (`movedBy`), and the last besides. The lists that hold
 * them are owned as a whole, by the last who wrote any part of them, or by several who applied the very same.
 */
function writersOf(entries: readonly ManagedFields[]): Writers {
  const owners = entries
    .filter(({ subresource, spec }) => subresource === '' && lists.some((list) => spec.includes(list)))
    .sort((a, b) => Number(a.time < b.time) - Number(a.time > b.time))
  const others = owners.filter(({ manager }) => !movers.has(manager))
  const own = owners.find(({ manager }) => movers.has(manager))
  const writer = others[0]?.manager
  const at = timeOf(own ?? others[0])
  if (!own) return { writer, ...(at === undefined ? {} : { writtenAt: at }) }
  return { writer, movedBy: movers.get(own.manager), ...(at === undefined ? {} : { movedAt: at }) }
}

function timeOf(entry: ManagedFields | undefined): number | undefined {
  const at = Date.parse(entry?.time ?? '')
  return Number.isNaN(at) ? undefined : at
}

/** Of a manager that wrote more than annotations the time may be that of something else. */
function pausedAtIn(entries: readonly ManagedFields[], annotations: Readonly<Record<string, string>>) {
  if (annotations[pausedAnnotation] !== 'true') return {}
  const at = timeOf(entries.find(({ onlyAnnotations }) => onlyAnnotations.includes(`f:${pausedAnnotation}`)))
  return at === undefined ? {} : { pausedAt: at }
}

/** As `managedFields` call `backends` of a TrafficSplit and `rules` of a Gateway API route. */
const lists = ['f:backends', 'f:rules']

/** The others are dropped: `kubectl apply` keeps whole objects in one. */
function steeringOf(all: Readonly<Record<string, string>>): Route['annotations'] {
  const entries = Object.entries(all)
  if (entries.length === 0) return undefined
  return Object.fromEntries(entries.filter(([key]) => steeringAnnotations.includes(key)))
}
