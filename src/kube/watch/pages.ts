import * as z from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import type { Transport } from '../http/transport.ts'

/** The version that a collection has now: that of a page with one object, as a consistent read. */
export async function currentVersion(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<Result<string, KubeError>> {
  const page = await transport.request({
    method: 'GET',
    path,
    query: { limit: '1' },
    timeoutMs: 10_000,
    signal,
  })
  if (!page.ok) return page
  const parsed = pageSchema.safeParse(page.value)
  return parsed.success ? ok(parsed.data.metadata.resourceVersion) : err(noList(path))
}

/**
 * Objects per page. client-go asks for 500; half of that needs half of the memory, and hardly more time. A
 * page that is too large all the same (a slice can have 1,000 endpoints) is requested again with a quarter.
 */
const pageSize = 250
/** An object in etcd is a few MiB at most: so few of them are never too large. */
const smallestPage = 4

const pageSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullish(),
})

/**
 * Lists a collection page by page, as a consistent read; each object goes to `take` as it comes. Returns the
 * resourceVersion of the list. If it fails with `expired` half-way, discard what was taken and start over.
 */
export async function listPages(
  transport: Transport,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
  take: (object: unknown) => void,
): Promise<Result<string, KubeError>> {
  let next = ''
  let limit = pageSize
  do {
    const answer = await transport.request({
      method: 'GET',
      path,
      query: { ...query, limit: String(limit), ...(next === '' ? {} : { continue: next }) },
      timeoutMs: 60_000,
      signal,
    })
    if (!answer.ok && isTooLarge(answer.error) && limit >= smallestPage) {
      limit = Math.floor(limit / 4)
      continue
    }
    const page = answer.ok ? readPage(path, answer.value, next) : answer
    if (!page.ok) return page
    for (const object of page.value.items) take(object)
    next = page.value.next
    if (next === '') return ok(page.value.version)
  } while (!signal.aborted)
  return err({ kind: 'timeout', message: `GET ${path}: cancelled` })
}

/** The page that `token` asked for; `next` asks for the one after it, '' if it is the last. */
function readPage(path: string, answer: unknown, token: string) {
  const parsed = pageSchema.safeParse(answer)
  if (!parsed.success) return err(noList(path))
  const { items, metadata } = parsed.data
  const next = metadata.continue ?? ''
  if (next !== '' && next === token) return err(endless(path))
  return ok({ items: items ?? [], version: metadata.resourceVersion, next })
}

const isTooLarge = (error: KubeError) => error.kind === 'protocol' && error.isTooLarge === true

const noList = (path: string): KubeError => ({
  kind: 'protocol',
  message: `GET ${path}: the answer is not a list`,
})

const endless = (path: string): KubeError => ({
  kind: 'protocol',
  message: `GET ${path}: the list has no end: a page names itself as the next one`,
})
