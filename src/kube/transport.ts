import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import { err, ok, type Result } from '../result.ts'
import type { ClusterConfig, Headers } from './config.ts'
import { createConnections } from './connections.ts'
import { startDeadline } from './deadline.ts'
import { errorOfAnswer, type KubeError } from './errors.ts'
import { holdBack, NotLeader } from './hold-back.ts'
import { LineParser } from './ndjson.ts'

export type KubeRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  /** Of the body; application/json unless told. */
  readonly contentType?: string | undefined
  /** For the whole answer of a request, for the head of a stream; 30 s unless told. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Take the answer as text, whatever it is; JSON unless told. */
  readonly answerAs?: 'text' | undefined
  /** Asked once more right before the first byte leaves, however long that took; `false` calls the request off. */
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
   * The values of a stream of JSON lines as they arrive. After `inactivityMs` (120 s unless told) without a
   * byte it breaks. To leave the iteration early closes the connection.
   */
  stream(
    req: KubeRequest & { readonly inactivityMs?: number | undefined },
  ): Promise<Result<AsyncIterable<unknown>, KubeError>>
  /** Cuts what is under way, and closes all connections. */
  close(): Promise<void>
}

/** Parsing goes on without a turn of the event loop for at most this many bytes: some milliseconds while V8 is cold. */
const bytesPerTurn = 32 * 1024

/** Watches have connections of their own, so a patch never waits behind one. */
export function createTransport(cluster: ClusterConfig, clock: Clock): Transport {
  const connections = createConnections(cluster)
  return {
    request: (req) => request(connections.requests, cluster, clock, req),
    stream: (req) => stream(connections.streams, cluster, clock, req),
    close: connections.close,
  }
}

async function request(dispatcher: Dispatcher, cluster: ClusterConfig, clock: Clock, req: KubeRequest) {
  const what = `${req.method} ${req.path}`
  const deadline = startDeadline(clock, req.timeoutMs ?? 30_000, req.signal)
  try {
    const head = await ask(dispatcher, cluster, req, deadline.signal)
    if (!head.ok) return err(deadline.explain(what, head.error))
    const text = await head.value.body.text()
    if (!isGood(head.value)) return err(refusal(what, head.value, text))
    return req.answerAs === 'text' ? ok(text) : parseAnswer(what, text)
  } catch (problem) {
    return err(deadline.explain(what, cut(what, problem)))
  } finally {
    deadline.stop()
  }
}

async function stream(
  dispatcher: Dispatcher,
  cluster: ClusterConfig,
  clock: Clock,
  req: KubeRequest & { readonly inactivityMs?: number | undefined },
): Promise<Result<AsyncIterable<unknown>, KubeError>> {
  const what = `${req.method} ${req.path}`
  const deadline = startDeadline(clock, req.timeoutMs ?? 30_000, req.signal)
  const fail = (error: KubeError) => {
    deadline.stop()
    return err(deadline.explain(what, error))
  }
  try {
    const head = await ask(dispatcher, cluster, req, deadline.signal)
    if (!head.ok) return fail(head.error)
    if (!isGood(head.value)) return fail(refusal(what, head.value, await head.value.body.text()))
    deadline.extend(req.inactivityMs ?? 120_000)
    // One that is cut while nobody reads it is destroyed with an error that nobody else would take.
    head.value.body.on('error', () => {})
    return ok(readLines(what, head.value.body, deadline))
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

/** Sends the request, and answers with the head of the answer. */
async function ask(
  dispatcher: Dispatcher,
  cluster: ClusterConfig,
  req: KubeRequest,
  signal: AbortSignal,
): Promise<Result<Dispatcher.ResponseData, KubeError>> {
  const what = `${req.method} ${req.path}`
  const auth = await credentials(cluster, signal)
  if (!auth.ok) return err({ kind: 'unauthorized', message: `${what}: no credentials: ${auth.error}` })
  const server = new URL(cluster.server)
  let isSent = false
  const start = () => {
    if (req.mayStart?.() === false) throw new NotLeader()
    isSent = true
  }
  try {
    const head = await holdBack(dispatcher, start).request({
      origin: server.origin,
      path: server.pathname.replace(/\/$/, '') + pathOf(req),
      method: req.method,
      headers: {
        accept: req.answerAs === 'text' ? '*/*' : 'application/json',
        'user-agent': 'linkerd-failover',
        ...auth.value,
        ...typeOf(req),
      },
      body: req.body === undefined ? null : JSON.stringify(req.body),
      signal,
    })
    return ok(head)
  } catch (problem) {
    if (problem instanceof NotLeader) return err(problem.error(what))
    return err(isSent ? cut(what, problem) : unreachable(cluster, problem))
  }
}

async function credentials(cluster: ClusterConfig, signal: AbortSignal): Promise<Result<Headers, string>> {
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error('they took too long'))
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
  })
  try {
    return ok(await Promise.race([cluster.headers(), aborted]))
  } catch (problem) {
    return err(textOf(problem))
  }
}

function pathOf(req: KubeRequest): string {
  const query = new URLSearchParams(req.query).toString()
  return query === '' ? req.path : `${req.path}?${query}`
}

const typeOf = (req: KubeRequest): Record<string, string> =>
  req.body === undefined ? {} : { 'content-type': req.contentType ?? 'application/json' }

const isGood = (head: Dispatcher.ResponseData) => head.statusCode >= 200 && head.statusCode < 300

function parseAnswer(what: string, text: string): Result<unknown, KubeError> {
  const value = parse(text)
  if (value === undefined && text !== '') {
    return err({ kind: 'protocol', message: `${what}: the answer is not JSON: ${text.slice(0, 200)}` })
  }
  return ok(value)
}

function refusal(what: string, head: Dispatcher.ResponseData, text: string): KubeError {
  const retryAfter = head.headers['retry-after']
  return errorOfAnswer(
    what,
    head.statusCode,
    parse(text) ?? text,
    typeof retryAfter === 'string' ? retryAfter : undefined,
  )
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

const cut = (what: string, problem: unknown): KubeError => ({
  kind: 'timeout',
  message: `${what}: the connection broke: ${textOf(problem)}`,
})

function textOf(problem: unknown): string {
  if (problem instanceof AggregateError && problem.message === '')
    return problem.errors.map(textOf).join('; ')
  return problem instanceof Error ? problem.message : String(problem)
}
