import { isObject, type JsonObject } from '../../../sandbox/json.ts'
import type { KubeObject } from '../../../sandbox/server.ts'
import type { Split } from './table.ts'

const label = 'failover.linkerd.io/controlled-by'
const primaryAnnotation = 'failover.linkerd.io/primary-service'
const pausedAnnotation = 'failover.linkerd.io/paused'

/** A route as the checker understands it. */
export interface Route {
  readonly object: KubeObject
  readonly split: Split
  /** It carries the label: the operator may write it. */
  readonly ours: boolean
}

/** Reads a TrafficSplit as the documents describe it. */
export function readRoute(object: KubeObject): Route {
  const { namespace = '', labels = {}, annotations = {} } = object.metadata
  const entries = backendsOf(object)
  const named = annotations[primaryAnnotation]
  const weights = entries.map(({ weight }) => weightOf(weight))
  const names = entries.map(({ service }) => `${namespace}/${String(service)}`)
  const primary = named === undefined ? names[0] : `${namespace}/${named}`
  return {
    object,
    ours: label in labels,
    split: {
      backends: names.map((service, index) => ({ service, weight: weights[index] ?? 0 })),
      primary: primary ?? '',
      paused: annotations[pausedAnnotation] === 'true',
      broken: primary === undefined || !names.includes(primary) || weights.includes(undefined),
      limit: 429_496,
    },
  }
}

/** The object without its weights and what every write changes: all that the operator must leave alone. */
export function foreignParts(object: KubeObject): JsonObject {
  const { resourceVersion: _, generation: __, ...metadata } = object.metadata
  const spec = typeof object.spec === 'object' && object.spec !== null ? object.spec : {}
  const backends = backendsOf(object).map(({ weight: _, ...rest }) => rest)
  return { ...object, metadata, spec: { ...spec, backends } }
}

function backendsOf({ spec }: KubeObject): JsonObject[] {
  if (typeof spec !== 'object' || spec === null || !('backends' in spec)) return []
  const { backends } = spec
  return Array.isArray(backends) ? backends.filter(isObject) : []
}

/** A number, a number in a string, or a quantity with m or k; absent is 0; undefined: none of these. */
function weightOf(raw: unknown): number | undefined {
  if (raw === undefined || raw === null) return 0
  const [, digits, unit] = /^([\d.]+)([mk]?)$/.exec(String(raw)) ?? []
  if (digits === undefined) return undefined
  const factor = unit === 'm' ? 0.001 : unit === 'k' ? 1000 : 1
  return Number(digits) * factor
}
