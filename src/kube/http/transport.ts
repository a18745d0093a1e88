import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../base/clock.ts'
import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { ClusterConfig, Credentials } from '../cluster/cluster.ts'
import { errorOfAnswer, type KubeError } from '../errors.ts'
import { beforeSend, NotLeader } from './before-send.ts'
import { type Connections, createConnections } from './connections.ts'
import { credentialsOf } from './credentials.ts'
import { startDeadline } from './deadline.ts'
import { LineParser } from './ndjson.ts'
import { type Answer, type Sendable, sendRequest } from './send-request.ts'
import { TooLarge } from './too-large.ts'

export type KubeRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  /** Of the body; the default is application/json. */
  readonly contentType?: string | undefined
  /** For the whole answer of a request, for the head of a stream; the default is 30 s. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Take the answer as text, whatever it is; the default is JSON. */
  readonly answerAs?: 'text' | undefined
  /** Called right before the first byte is sent, however long that took; `false` cancels the request. */
  readonly mayStart?: (() => boolean) | undefined
}

/** What a stream that did not end by itself yields last. A stream that ends without it ended cleanly. */
export class StreamBreak {
  readonly error: KubeError

  constructor(error: KubeError) {
    this.error = error
  }
}

/** The one way to the API server. Nothing here throws or rejects; errors are values. */
export interface Transport {
  /** The parsed JSON of a 2xx answer, `undefined` where that has no body; or its text, as `answerAs` asks. */
  request(req: KubeRequest): Promise<Result<unknown, KubeError>>
  /**
   * The values of a stream of JSON lines as they arrive. After `inactivityMs` (120 s by default) without a
   * byte it breaks. Leaving the iteration early closes the connection.
   */
  stream(
    req: KubeRequest & { readonly inactivityMs?: number | undefined },
  ): Promise<Result<AsyncIterable<unknown>, KubeError>>
  /** Cuts the requests in flight, and closes all connections. */
  close(): Promise<void>
}

/**
 * Parsing goes on without a turn of the event loop for at most this many bytes: some milliseconds while V8 is
 * cold.
 */
const bytesPerTurn = 32 * 1024

/** Watches have connections of their own, so a patch never waits behind one. */
export function createTransport(cluster: ClusterConfig, clock: Clock): Transport {
  const connections = createConnections(cluster)
  const { origin, pathname } = new URL(cluster.server)
  const server = { cluster, clock, connections, origin, prefix: pathname.replace(/\/$/, '') }
  return {
    request: (req) => request(server, req),
    stream: (req) => stream(server, req),
    close: connections.close,
  }
}

/** The server that the requests go to, and what they have in common. */
interface Server {
  readonly cluster: ClusterConfig
  readonly clock: Clock
  readonly connections: Connections
  readonly origin: string
  /** The path of the server's own URL, without a slash at its end. */
  readonly prefix: string
}

async function request(server: Server, req: KubeRequest) {
  const what = `${req.method} ${req.path}`
  const deadline = startDeadline(server.clock, req.timeoutMs ?? 30_000, req.signal)
  try {
    const answer = await ask(server, req, deadline.signal, (credentials, options, start) =>
      sendRequest(server.connections.requests(credentials), options, start),
    )
    if (!answer.ok) return err(deadline.explain(what, answer.error))
    const { status, text } = answer.value
    if (!isGood(status)) return err(refusal(what, answer.value))
    return req.answerAs === 'text' ? ok(text) : parseAnswer(what, text)
  } catch (problem) {
    return err(deadline.explain(what, cut(what, problem)))
  } finally {
    deadline.stop()
  }
}

async function stream(
  server: Server,
  req: KubeRequest & { readonly inactivityMs?: number | undefined },
): Promise<Result<AsyncIterable<unknown>, KubeError>> {
  const what = `${req.method} ${req.path}`
  const deadline = startDeadline(server.clock, req.timeoutMs ?? 30_000, req.signal)
  const fail = (error: KubeError) => {
    deadline.stop()
    return err(deadline.explain(what, error))
  }
  try {
    const head = await ask(server, req, deadline.signal, (credentials, options, start) =>
      beforeSend(server.connections.streams(credentials), start).request(options),
    )
    if (!head.ok) return fail(head.error)
    const { statusCode: status, headers, body } = head.value
    if (!isGood(status)) return fail(refusal(what, { status, headers, text: await body.text() }))
    deadline.extend(req.inactivityMs ?? 120_000)
    // If it is cut while nobody reads it, its error would end the process without a listener.
    body.on('error', () => {})
    return ok(readLines(what, body, deadline))
  } catch (problem) {
    return fail(cut(what, problem))
  }
}

type Deadline = ReturnType<typeof startDeadline>

async function* readLines(what: string, body: Dispatcher.ResponseData['body'], deadline: Deadline) {
  const lines = new LineParser()
  let parsed = 0
  try {
    for await (const chunk of body) {
      deadline.renew()
      yield* lines.push(chunk)
      parsed += chunk.length
      if (parsed < bytesPerTurn) continue
      parsed = 0
      await nextTurn()
    }
    if (lines.isMidLine) yield new StreamBreak(cut(what, 'the stream ended in the middle of a line'))
  } catch (problem) {
    const error: KubeError =
      problem instanceof SyntaxError
        ? { kind: 'protocol', message: `${what}: not JSON: ${problem.message}` }
        : cut(what, problem)
    yield new StreamBreak(deadline.explain(what, error))
  } finally {
    deadline.stop()
    body.destroy()
  }
}

/**
 * Sends the request with `send`, and classifies a failure: a call of `start` says that something was sent.
 */
async function ask<T>(
  { cluster, origin, prefix }: Server,
  req: KubeRequest,
  signal: AbortSignal,
  send: (credentials: Credentials, options: Sendable, start: () => void) => Promise<T>,
): Promise<Result<T, KubeError>> {
  const what = `${req.method} ${req.path}`
  const auth = await credentialsOf(cluster, signal)
  if (!auth.ok) {
    return err({ kind: 'unauthorized', message: `${what}: no credentials: ${textOf(auth.error)}` })
  }
  let isSent = false
  const start = () => {
    if (req.mayStart?.() === false) throw new NotLeader()
    isSent = true
  }
  try {
    const options = {
      origin,
      path: prefix + pathOf(req),
      method: req.method,
      headers: {
        accept: req.answerAs === 'text' ? '*/*' : 'application/json',
        'user-agent': programName,
        ...auth.value.headers,
        ...typeOf(req),
      },
      body: req.body === undefined ? null : JSON.stringify(req.body),
      signal,
    }
    return ok(await send(auth.value, options, start))
  } catch (problem) {
    if (problem instanceof NotLeader) return err(problem.error(what))
    return err(isSent ? cut(what, problem) : unreachable(cluster, problem))
  }
}

function pathOf({ path, query }: KubeRequest): string {
  const search = new URLSearchParams(query).toString()
  return search === '' ? path : `${path}?${search}`
}

const typeOf = (req: KubeRequest): Record<string, string> =>
  req.body === undefined ? {} : { 'content-type': req.contentType ?? 'application/json' }

const isGood = (status: number) => status >= 200 && status < 300

function parseAnswer(what: string, text: string): Result<unknown, KubeError> {
  const value = parse(text)
  if (value === undefined && text !== '') {
    return err({ kind: 'protocol', message: `${what}: the answer is not JSON: ${text.slice(0, 200)}` })
  }
  return ok(value)
}

function refusal(what: string, { status, headers, text }: Answer): KubeError {
  const retryAfter = headers['retry-after']
  const seconds = typeof retryAfter === 'string' ? retryAfter : undefined
  return errorOfAnswer(what, status, parse(text) ?? text, seconds)
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const unreachable = (cluster: ClusterConfig, problem: unknown): KubeError => ({
  kind: 'unreachable',
  message: `cannot reach the API server at ${cluster.server} (from ${cluster.source}): ${textOf(problem)}`,
})

function cut(what: string, problem: unknown): KubeError {
  if (problem instanceof TooLarge)
    return { kind: 'protocol', message: `${what}: ${problem.message}`, isTooLarge: true }
  return { kind: 'timeout', message: `${what}: the connection broke: ${textOf(problem)}` }
}

function textOf(problem: unknown): string {
  if (problem instanceof AggregateError && problem.message === '')
    return problem.errors.map(textOf).join('; ')
  return problem instanceof Error ? problem.message : String(problem)
}
