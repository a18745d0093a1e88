import type { Agent, IncomingMessage } from 'node:http'
import { urlToHttpOptions } from 'node:url'
import type { Clock } from '../../base/clock.ts'
import { jsonAsGo } from '../../base/json-patch.ts'
import { programName } from '../../base/names.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { ClusterConfig, Credentials } from '../cluster/cluster.ts'
import type { KubeError } from '../errors.ts'
import { isGood, parseAnswer, refusal } from './answer.ts'
import { beginRequest, NotLeader, type Sendable } from './begin-request.ts'
import { cut, textOf, unreachable } from './connection-errors.ts'
import { type Connections, createConnections } from './connections.ts'
import { credentialsOf } from './credentials.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import { readLines } from './read-lines.ts'
import { headOf, wholeOf } from './send-request.ts'

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

/** The one way to the API server. Nothing here throws or rejects; errors are values. */
export interface Transport {
  /** The parsed JSON of a 2xx answer, `undefined` if that has no body; or its text, as `answerAs` asks. */
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

/** Watches have connections of their own, so a patch never waits behind one. */
export function createTransport(cluster: ClusterConfig, clock: Clock): Transport {
  const connections = createConnections(cluster)
  const url = new URL(cluster.server)
  const { hostname } = urlToHttpOptions(url)
  const server: Server = {
    cluster,
    clock,
    connections,
    address: {
      protocol: url.protocol === 'https:' ? 'https:' : 'http:',
      hostname: hostname ?? url.hostname,
      port: url.port,
    },
    prefix: url.pathname.replace(/\/$/, ''),
    open: new Set(),
  }
  return {
    request: (req) => request(server, req),
    stream: (req) => stream(server, req),
    close: async () => {
      for (const deadline of server.open) deadline.cancel()
      connections.close()
    },
  }
}

/** The server that the requests go to, and what they have in common. */
interface Server {
  readonly cluster: ClusterConfig
  readonly clock: Clock
  readonly connections: Connections
  readonly address: Pick<Sendable, 'protocol' | 'hostname' | 'port'>
  /** The path of the server's own URL, without a slash at its end. */
  readonly prefix: string
  /** The limits of all requests that are in flight. */
  readonly open: Set<Deadline>
}

async function request(server: Server, req: KubeRequest) {
  const what = `${req.method} ${req.path}`
  const deadline = begin(server, req)
  try {
    const head = await ask(server, req, deadline.signal, server.connections.requests)
    if (!head.ok) return err(deadline.explain(what, head.error))
    const answer = await wholeOf(head.value)
    if (!isGood(answer.status)) return err(refusal(what, answer))
    return req.answerAs === 'text' ? ok(answer.text) : parseAnswer(what, answer.text)
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
  const deadline = begin(server, req)
  const fail = (error: KubeError) => {
    deadline.stop()
    return err(deadline.explain(what, error))
  }
  try {
    const head = await ask(server, req, deadline.signal, server.connections.streams)
    if (!head.ok) return fail(head.error)
    const body = head.value
    if (!isGood(body.statusCode ?? 0)) return fail(refusal(what, await wholeOf(body)))
    deadline.extend(req.inactivityMs ?? 120_000)
    // If it is cut while nobody reads it, its error would end the process without a listener.
    body.on('error', () => {})
    return ok(readLines(what, body, deadline))
  } catch (problem) {
    return fail(cut(what, problem))
  }
}

/** The time limit of a request, which ends with the transport too. */
function begin({ clock, open }: Server, { timeoutMs = 30_000, signal }: KubeRequest): Deadline {
  const deadline = startDeadline(clock, timeoutMs, signal)
  open.add(deadline)
  const stop = () => {
    open.delete(deadline)
    deadline.stop()
  }
  return { ...deadline, stop }
}

type AgentFor = (credentials: Credentials) => Agent

/**
 * Sends the request, and classifies a failure; resolves with the head of the answer. If the API server does
 * not take the credentials (401, so nothing was done) and others may come, it is sent once more with these.
 */
async function ask(
  server: Server,
  req: KubeRequest,
  signal: AbortSignal,
  agentFor: AgentFor,
): Promise<Result<IncomingMessage, KubeError>> {
  const auth = await authOf(server, req, signal)
  if (!auth.ok) return auth
  const head = await askAs(auth.value, server, req, signal, agentFor)
  const isRefused = head.ok && head.value.statusCode === 401
  if (!isRefused || server.cluster.refuse?.(auth.value) !== true) return head
  head.value.on('error', () => {}).destroy()
  const others = await authOf(server, req, signal)
  return others.ok ? askAs(others.value, server, req, signal, agentFor) : others
}

async function authOf({ cluster }: Server, req: KubeRequest, signal: AbortSignal) {
  const auth = await credentialsOf(cluster, signal)
  if (auth.ok) return auth
  const message = `${req.method} ${req.path}: no credentials: ${textOf(auth.error)}`
  return err<KubeError>({ kind: 'unauthorized', message })
}

async function askAs(
  credentials: Credentials,
  { cluster, clock, address, prefix }: Server,
  req: KubeRequest,
  signal: AbortSignal,
  agentFor: AgentFor,
): Promise<Result<IncomingMessage, KubeError>> {
  const what = `${req.method} ${req.path}`
  let isSent = false
  const start = () => {
    if (req.mayStart?.() === false) throw new NotLeader()
    isSent = true
  }
  const sendable: Sendable = {
    ...address,
    agent: agentFor(credentials),
    method: req.method,
    path: prefix + pathOf(req),
    headers: {
      accept: req.answerAs === 'text' ? '*/*' : 'application/json',
      'user-agent': programName,
      ...credentials.headers,
      ...typeOf(req),
    },
    body: req.body === undefined ? undefined : jsonAsGo(req.body),
  }
  try {
    return ok(await headOf(() => beginRequest(sendable, clock, start), signal))
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
