import type { KubeError } from '../errors.ts'
import { StreamBreak } from '../http/read-lines.ts'
import type { Transport } from '../http/transport.ts'
import type { ListBuffer } from './list-buffer.ts'
import { listPages } from './pages.ts'
import { readHead, readWatchEvent } from './watch-event.ts'

/**
 * A complete list as of `resourceVersion`. A streamed one goes on as a watch: `events`, which must be closed.
 */
export type Listed = {
  readonly kind: 'listed'
  readonly resourceVersion: string
  readonly events?: AsyncIterator<unknown> | undefined
}

/** The changes that follow a streamed list; none if it came in pages. Leaving the iteration closes them. */
export const eventsOf = ({ events }: Listed): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => events ?? nothing(),
})

async function* nothing(): AsyncGenerator<unknown> {}

/** `refused`: this server offers no streaming lists; ask for pages. */
export type ListOutcome =
  | Listed
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly error: KubeError }

export type ListOptions<T> = {
  readonly transport: Transport
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly stream: boolean
  readonly signal: AbortSignal
  readonly buffer: ListBuffer<T>
  readonly timeoutSeconds: string
  readonly onEvent: (item: unknown) => void
}

/** Reads the whole collection into `buffer`, by a stream or by pages. A consistent read either way. */
export async function listAll<T>(options: ListOptions<T>): Promise<ListOutcome> {
  options.buffer.begin()
  if (options.stream) return listByStream(options)
  const { transport, path, query, signal, buffer } = options
  const version = await listPages(transport, path, query, signal, (object) => {
    const head = readHead(object)
    if (head) buffer.take({ ...head, object })
  })
  return version.ok
    ? { kind: 'listed', resourceVersion: version.value }
    : { kind: 'failed', error: version.error }
}

/**
 * KEP-3157: the objects come as ADDED events, and a bookmark with an annotation marks the end of the list.
 */
async function listByStream<T>(options: ListOptions<T>): Promise<ListOutcome> {
  const opened = await options.transport.stream({
    method: 'GET',
    path: options.path,
    query: {
      ...options.query,
      watch: '1',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
      timeoutSeconds: options.timeoutSeconds,
    },
    inactivityMs: 120_000,
    signal: options.signal,
  })
  if (!opened.ok) {
    return isRefusal(opened.error) ? { kind: 'refused' } : { kind: 'failed', error: opened.error }
  }
  const events = opened.value[Symbol.asyncIterator]()
  const outcome = await readInitialEvents(options, events)
  if (outcome.kind !== 'listed') await events.return?.()
  return outcome
}

async function readInitialEvents<T>(
  { path, buffer, onEvent }: ListOptions<T>,
  events: AsyncIterator<unknown>,
): Promise<ListOutcome> {
  const failed = (error: KubeError): ListOutcome => ({ kind: 'failed', error })
  for (let next = await events.next(); !next.done; next = await events.next()) {
    if (next.value instanceof StreamBreak) return failed(next.value.error)
    onEvent(next.value)
    const event = readWatchEvent(`streaming list of ${path}`, next.value)
    if (event.kind === 'error') return failed(event.error)
    if (event.kind === 'bookmark' && event.endsInitialEvents) {
      return { kind: 'listed', resourceVersion: event.resourceVersion, events }
    }
    if (event.kind === 'object' && event.gone) buffer.drop(event)
    else if (event.kind === 'object') buffer.take(event)
  }
  return failed({ kind: 'protocol', message: `streaming list of ${path}: it ended before it was complete` })
}

const isRefusal = (error: KubeError) =>
  error.kind === 'invalid' || (error.kind === 'rejected' && error.status === 400)
