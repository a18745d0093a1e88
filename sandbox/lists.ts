import { encodeList, type Format } from './encode.ts'
import { dig, isObject, type Json, type JsonObject } from './json.ts'
import type { Resource } from './kinds.ts'
import { type KubeObject, keyOf } from './object.ts'
import { type Selector, selectorOf } from './selectors.ts'
import { ApiError, badRequest, expired, tooLargeVersion } from './status.ts'
import { lowerBound, rangeOf, type Snapshot } from './store.ts'
import type { World } from './world.ts'

/** Where the next page of a list begins, and the version that all its pages show. */
type Continue = { version: number; after: string }

const encodeToken = (token: Continue) => Buffer.from(JSON.stringify(token)).toString('base64url')

function decodeToken(text: string): Continue {
  let token: Json
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    throw badRequest('continue key is not valid')
  }
  const [version, after] = [dig(token, 'version'), dig(token, 'after')]
  if (!isObject(token) || typeof version !== 'number' || typeof after !== 'string')
    throw badRequest('continue key is not valid')
  return { version, after }
}

/** A resourceVersion parameter as a number; absent and empty are undefined. */
export function versionParameter(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? ''
  if (text === '') return undefined
  if (!/^\d+$/.test(text)) throw badRequest(`resourceVersion: Invalid value: "${text}": strconv.ParseUint`)
  return Number(text)
}

const continueExpired = () =>
  expired(
    'The provided continue parameter is too old to display a consistent list result. ' +
      'You can start a new list without the continue parameter.',
  )

const compacted = () => new ApiError(410, 'Expired', 'The resourceVersion for the provided list is too old.')

/** A token from before the server's etcd was restored from a backup. */
const futureRevision = () =>
  new ApiError(
    500,
    'InternalError',
    'rpc error: code = OutOfRange desc = etcdserver: mvcc: required revision is a future revision',
  )

/** The state that a list shows: now, or exactly what a version or an earlier page saw. */
function snapshotFor(world: World, resource: Resource, query: URLSearchParams, token?: Continue): Snapshot {
  const collection = world.store.collection(resource.kind)
  const asked = versionParameter(query)
  if (token) {
    if (asked) throw badRequest('specifying resource version is not allowed when using continue')
    if (token.version > world.store.version) throw futureRevision()
    const snapshot = collection.at(token.version)
    if (!snapshot) throw continueExpired()
    return snapshot
  }
  if (asked !== undefined && asked > world.store.version) throw tooLargeVersion(asked, world.store.version)
  const exact = asked !== undefined && query.get('resourceVersionMatch') === 'Exact'
  const snapshot = collection.at(exact ? asked : world.store.version)
  if (!snapshot) throw compacted()
  return snapshot
}

type Page = { objects: KubeObject[]; more: string | undefined; remaining: number }

function pageOf(
  snapshot: Snapshot,
  namespace: string | undefined,
  selector: Selector,
  after: string | undefined,
  limit: number,
): Page {
  const { keys } = snapshot
  const [first, end] = rangeOf(keys, namespace)
  const start = after === undefined ? first : Math.max(first, lowerBound(keys, `${after}\0`))
  const objects: KubeObject[] = []
  for (let index = start; index < end; index += 1) {
    const object = snapshot.get(keys[index] ?? '')
    if (!object || !selector(object)) continue
    const last = objects.at(-1)
    if (last && objects.length === limit) return { objects, more: keyOf(last), remaining: end - index }
    objects.push(object)
  }
  return { objects, more: undefined, remaining: 0 }
}

/** Answers a list request as JSON text: selected, paged, and consistent over its pages. */
export function list(
  world: World,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
  format: Format,
  frozen?: Snapshot,
): string {
  const text = query.get('continue') ?? ''
  const token = text ? decodeToken(text) : undefined
  const snapshot = frozen ?? snapshotFor(world, resource, query, token)
  const selector = selectorOf(query, resource.kind.selectable)
  const limit = Number(query.get('limit') ?? 0) || Number.POSITIVE_INFINITY
  const page = pageOf(snapshot, namespace, selector, token?.after, limit)
  const selected = query.get('labelSelector') || query.get('fieldSelector')
  const metadata: JsonObject = {
    resourceVersion: String(snapshot.version),
    ...(page.more ? { continue: encodeToken({ version: snapshot.version, after: page.more }) } : {}),
    ...(page.more && !selected ? { remainingItemCount: page.remaining } : {}),
  }
  return encodeList(resource, page.objects, metadata, format, world.clock.wallTime().getTime())
}
