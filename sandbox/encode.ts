import { type JsonObject, without } from './json.ts'
import { apiVersionOf, type Resource, toVersion } from './kinds.ts'
import type { KubeObject } from './object.ts'
import type { Change, ChangeType } from './store.ts'

/** How a client wants objects: as they are, or as rows of a table. */
export type Format = { table: boolean; includeObject: 'None' | 'Metadata' | 'Object' }

/** Reads what the `Accept` header and `includeObject` ask for. */
export function formatOf(accept: string, query: URLSearchParams): Format {
  const include = query.get('includeObject')
  return {
    table: /as=Table/.test(accept.split(',')[0] ?? ''),
    includeObject: include === 'None' || include === 'Object' ? include : 'Metadata',
  }
}

function row(
  resource: Resource,
  stored: KubeObject,
  include: Format['includeObject'],
  now: number,
): JsonObject {
  const cells = resource.kind.columns.map((column) => column.cell(stored, now))
  if (include === 'None') return { cells, object: null }
  const object: JsonObject =
    include === 'Object'
      ? toVersion(resource.version, stored)
      : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: stored.metadata }
  return { cells, object }
}

/** A server-side table, as `kubectl get` prints it. */
export function table(
  resource: Resource,
  objects: KubeObject[],
  metadata: JsonObject,
  include: Format['includeObject'],
  now: number,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: resource.kind.columns.map(({ name, type, priority }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: name,
      priority,
    })),
    rows: objects.map((object) => row(resource, object, include, now)),
  }
}

/** One object as JSON text. */
export function encodeObject(resource: Resource, stored: KubeObject, format: Format, now: number): string {
  if (!format.table) return JSON.stringify(toVersion(resource.version, stored))
  const { resourceVersion } = stored.metadata
  return JSON.stringify(table(resource, [stored], { resourceVersion }, format.includeObject, now))
}

/** A list as JSON text. Items of built-in kinds do not repeat their type, as on the real server. */
export function encodeList(
  resource: Resource,
  objects: KubeObject[],
  metadata: JsonObject,
  format: Format,
  now: number,
): string {
  const { kind, version } = resource
  if (format.table) return JSON.stringify(table(resource, objects, metadata, format.includeObject, now))
  const items = objects.map((stored) => {
    const object = toVersion(version, stored)
    return kind.custom ? object : without(object, 'apiVersion', 'kind')
  })
  return JSON.stringify({ kind: `${kind.kind}List`, apiVersion: apiVersionOf(version), metadata, items })
}

/** One line of a watch. */
export const encodeEvent = (type: string, object: string) => `{"type":"${type}","object":${object}}\n`

/** The line of a change for watchers of one form; made once for all of them. */
export function changeLine(
  change: Change,
  type: ChangeType,
  object: KubeObject,
  resource: Resource,
  format: Format,
  now: number,
): string {
  const form = format.table ? `table ${format.includeObject}` : 'object'
  const cacheKey = `${type} ${apiVersionOf(resource.version)} ${form}`
  const known = change.encoded.get(cacheKey)
  if (known) return known
  const line = encodeEvent(type, encodeObject(resource, object, format, now))
  change.encoded.set(cacheKey, line)
  return line
}
