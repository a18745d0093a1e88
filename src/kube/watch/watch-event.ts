import { intern } from '../../base/intern.ts'
import { field } from '../../base/json.ts'
import { errorOfStatus, type KubeError } from '../errors.ts'

/** The key of an object, and which version of it this is. */
export type ObjectHead = { readonly key: string; readonly resourceVersion: string }

/** One event of a watch, as far as a reflector needs to understand it. */
export type WatchEvent =
  | ({ readonly kind: 'object'; readonly gone: boolean; readonly object: unknown } & ObjectHead)
  | { readonly kind: 'bookmark'; readonly resourceVersion: string; readonly endsInitialEvents: boolean }
  | { readonly kind: 'error'; readonly error: KubeError }
  | { readonly kind: 'unreadable'; readonly why: string }

/** The type of an event as received, for counting; 'unknown' if it has none. */
export function typeOfEvent(item: unknown): string {
  const type = field(item, 'type')
  return typeof type === 'string' ? type : 'unknown'
}

/**
 * Reads one event. Total; by hand rather than by schema, since every change in the cluster passes through
 * here.
 */
export function readWatchEvent(what: string, item: unknown): WatchEvent {
  const type = field(item, 'type')
  const object = field(item, 'object')
  if (type === 'ERROR') return { kind: 'error', error: errorOfStatus(what, object) }
  if (type === 'BOOKMARK') return readBookmark(object)
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') {
    return { kind: 'unreadable', why: `an event of type ${JSON.stringify(type)}` }
  }
  const head = readHead(object)
  if (!head) return { kind: 'unreadable', why: `an object without name or resourceVersion (${type})` }
  return { kind: 'object', gone: type === 'DELETED', object, ...head }
}

/**
 * `namespace/name` (only `name` without a namespace) and version of an object; `undefined` if it has none.
 */
export function readHead(object: unknown): ObjectHead | undefined {
  const metadata = field(object, 'metadata')
  const name = field(metadata, 'name')
  const namespace = field(metadata, 'namespace')
  const resourceVersion = field(metadata, 'resourceVersion')
  if (typeof name !== 'string' || typeof resourceVersion !== 'string') return undefined
  return { key: intern(typeof namespace === 'string' ? `${namespace}/${name}` : name), resourceVersion }
}

function readBookmark(object: unknown): WatchEvent {
  const metadata = field(object, 'metadata')
  const resourceVersion = field(metadata, 'resourceVersion')
  if (typeof resourceVersion !== 'string') return { kind: 'unreadable', why: 'a bookmark without version' }
  const ends = field(field(metadata, 'annotations'), 'k8s.io/initial-events-end')
  return { kind: 'bookmark', resourceVersion, endsInitialEvents: ends === 'true' }
}
