import { err, ok, type Result } from '../base/result.ts'
import type { KubeError } from '../kube/errors.ts'
import type { Transport } from '../kube/http/transport.ts'
import { type Resource, resourcePath } from '../kube/resource.ts'
import { listPages } from '../kube/watch/pages.ts'
import { type Failure, refused } from './failure.ts'

/** What to list, in one namespace or in all. */
export interface Listing {
  readonly resource: Resource
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** Where to read from, and when to stop. */
export interface Reading {
  readonly transport: Transport
  readonly signal: AbortSignal
}

/** How often a list is started in all, if the server drops its pages before the last one is read. */
const attempts = 3

/**
 * Passes each object of a collection to `take`. `begin` is called first, and again if the list starts over.
 */
export async function list(
  { transport, signal }: Reading,
  { resource, namespace, labelSelector, fieldSelector }: Listing,
  take: (object: unknown) => void,
  begin: () => void = () => {},
): Promise<Result<void, KubeError>> {
  const path = resourcePath(resource, namespace)
  const query = {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  }
  for (let attempt = 1; ; attempt += 1) {
    begin()
    const listed = await listPages(transport, path, query, signal, take)
    if (listed.ok) return ok(undefined)
    if (listed.error.kind !== 'expired' || attempt === attempts) return listed
  }
}

/**
 * All objects of a collection, each as `read` understands it; what `read` does not understand is left out.
 */
export async function listAs<T>(
  reading: Reading,
  listing: Listing,
  read: (object: unknown) => T | undefined,
): Promise<Result<T[], Failure>> {
  const listed = await listAll(reading, listing, read)
  return listed.ok ? listed : err(refused(listed.error))
}

/** The same, with the error of the API server itself. */
export async function listAll<T>(
  reading: Reading,
  listing: Listing,
  read: (object: unknown) => T | undefined,
): Promise<Result<T[], KubeError>> {
  let found: T[] = []
  const take = (object: unknown) => {
    const value = read(object)
    if (value !== undefined) found.push(value)
  }
  const listed = await list(reading, listing, take, () => {
    found = []
  })
  return listed.ok ? ok(found) : listed
}
