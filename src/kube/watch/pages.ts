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

/** Objects per page: what client-go asks for. */
const pageSize = '500'

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
  do {
    const page = await transport.request({
      method: 'GET',
      path,
      query: { ...query, limit: pageSize, ...(next === '' ? {} : { continue: next }) },
      timeoutMs: 60_000,
      signal,
    })
    if (!page.ok) return page
    const parsed = pageSchema.safeParse(page.value)
    if (!parsed.success) return err(noList(path))
    for (const object of parsed.data.items ?? []) take(object)
    next = parsed.data.metadata.continue ?? ''
    if (next === '') return ok(parsed.data.metadata.resourceVersion)
  } while (!signal.aborted)
  return err({ kind: 'timeout', message: `GET ${path}: cancelled` })
}

const noList = (path: string): KubeError => ({
  kind: 'protocol',
  message: `GET ${path}: the answer is not a list`,
})
