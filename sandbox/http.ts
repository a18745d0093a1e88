import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, answer } from './answers.ts'
import { discover } from './discovery.ts'
import { formatOf } from './encode.ts'
import type { Faults } from './faults.ts'
import { bodyOf, type Call, type RequestLog, targetOf, verbOf } from './requests.ts'
import { ApiError, badRequest, notAcceptable } from './status.ts'
import { watch } from './watches.ts'
import type { World } from './world.ts'

const jsonHeaders = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }

function send(response: ServerResponse, { code, body }: Answer): void {
  response.writeHead(code, { ...jsonHeaders, 'content-length': Buffer.byteLength(body) }).end(body)
}

function sendError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'InternalError', error instanceof Error ? (error.stack ?? '') : String(error))
  if (response.headersSent) return void response.destroy()
  const retryAfter = known.details?.retryAfterSeconds
  if (typeof retryAfter === 'number') response.setHeader('retry-after', retryAfter)
  send(response, { code: known.code, body: JSON.stringify(known.status) })
}

/** What the real server says where nothing is served: no Status, just this text. */
function sendNothingHere(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n')
}

const acceptable = /\*\/\*|application\/\*|application\/json/
const probes = ['/healthz', '/livez', '/readyz']

function contentTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
}

/** The HTTP face of a world. */
export class Http {
  readonly server: Server
  readonly #world: World
  readonly #faults: Faults
  readonly #log: RequestLog

  constructor(world: World, faults: Faults, log: RequestLog) {
    this.#world = world
    this.#faults = faults
    this.#log = log
    this.server = createServer((request, response) => {
      this.#handle(request, response).catch((error) => sendError(response, error))
    })
    this.server.on('connection', (socket) => {
      if (faults.refusing) return void socket.destroy()
      socket.setNoDelay(true)
      faults.sockets.add(socket)
      socket.on('close', () => faults.sockets.delete(socket))
    })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    if (this.#faults.delayMs > 0) await pause(this.#faults.delayMs)
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const target = targetOf(this.#world.registry, url.pathname)
    const method = request.method ?? 'GET'
    const call = target && this.#call(method, target, url, request, body)
    if (call) this.#log.add(call)
    this.#faults.check(method, target?.resource.kind.plural)
    if (call) this.#answer(call, response)
    else if (probes.includes(url.pathname)) response.writeHead(200).end('ok')
    else this.#document(url.pathname, response)
  }

  #call(
    method: string,
    target: NonNullable<ReturnType<typeof targetOf>>,
    { searchParams: query }: URL,
    request: IncomingMessage,
    body: string,
  ): Call {
    const verb = verbOf(method, target, query)
    const accept = request.headers.accept ?? '*/*'
    return { ...target, verb, query, headers: { accept, contentType: contentTypeOf(request) }, body }
  }

  #answer(call: Call, response: ServerResponse): void {
    if (!acceptable.test(call.headers.accept)) throw notAcceptable()
    if (call.verb === 'watch') this.#watch(call, response)
    else send(response, answer(this.#world, call, this.#faults.frozen(call)))
  }

  #watch(call: Call, response: ServerResponse): void {
    const { socket } = response
    if (!socket) throw badRequest('the connection is gone')
    this.#faults.watchSockets.add(socket)
    response.on('close', () => this.#faults.watchSockets.delete(socket))
    const { resource, namespace, query } = call
    watch(this.#world, { resource, namespace, query, format: formatOf(call.headers.accept, query) }, response)
  }

  #document(path: string, response: ServerResponse): void {
    const document = discover(this.#world.registry, path)
    if (document) send(response, { code: 200, body: JSON.stringify(document) })
    else sendNothingHere(response)
  }
}
