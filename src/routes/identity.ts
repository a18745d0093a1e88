import { readMetadata } from './metadata.ts'
import type { Route, RouteCodec } from './route.ts'

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
  const { apiVersion, metadata } = readMetadata(object)
  const { namespace, name, uid, generation, labels, annotations } = metadata
  return { identity: { apiVersion, kind, objectKind, namespace, name, uid, generation, labels }, annotations }
}
