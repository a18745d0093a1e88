import { answer } from './answers.ts'
import { discover } from './discovery.ts'
import { formatOf } from './encode.ts'
import type { Faults } from './faults.ts'
import { type Call, type RequestLog, targetOf, verbOf } from './requests.ts'
import { ApiError, notAcceptable } from './status.ts'
import { type WatchSink, watch } from './watches.ts'
import type { World } from './world.ts'

/** A request, whichever way it came in. */
export type ApiRequest = {
  method: string
  path: string
  query: URLSearchParams
  accept: string
  /** Of the body, without parameters. */
  contentType: string
  body: string
}

/** A whole answer, or a watch, which writes lines for as long as it lasts. */
export type ApiReply =
  | { kind: 'answer'; code: number; contentType: string; body: string; retryAfterSeconds?: number }
  | { kind: 'watch'; start: (sink: WatchSink) => void }

const acceptable = /\*\/\*|application\/\*|application\/json/
const probes = ['/healthz', '/livez', '/readyz']

const json = (code: number, body: string): ApiReply => ({
  kind: 'answer',
  code,
  contentType: 'application/json',
  body,
})

/** Answers requests out of a world, all at once: a write is done, or refused, when `handle` returns. */
export class Api {
  readonly #world: World
  readonly #faults: Faults
  readonly #log: RequestLog

  constructor(world: World, faults: Faults, log: RequestLog) {
    this.#world = world
    this.#faults = faults
    this.#log = log
  }

  /**
   * Never throws: what goes wrong is a Status, as a client gets it. Reads show the state as of version
   * `asOf`, where that is given and not forgotten: a server whose cache is behind.
   */
  handle(request: ApiRequest, asOf?: number): ApiReply {
    try {
      return this.#handle(request, asOf)
    } catch (error) {
      return refusal(error)
    }
  }

  #handle(request: ApiRequest, asOf: number | undefined): ApiReply {
    const { method, path } = request
    const call = this.#callOf(request)
    if (call) this.#log.add(call)
    this.#faults.check(method, call?.resource.kind.plural)
    if (call) return this.#answer(call, asOf)
    if (probes.includes(path)) return { kind: 'answer', code: 200, contentType: 'text/plain', body: 'ok' }
    return this.#document(path)
  }

  #callOf({ method, path, query, accept, contentType, body }: ApiRequest): Call | undefined {
    const target = targetOf(this.#world.registry, path)
    return (
      target && {
        ...target,
        verb: verbOf(method, target, query),
        query,
        headers: { accept, contentType },
        body,
      }
    )
  }

  #answer(call: Call, asOf: number | undefined): ApiReply {
    if (!acceptable.test(call.headers.accept)) throw notAcceptable()
    const { resource, namespace, query, headers } = call
    const past = asOf === undefined ? undefined : this.#world.store.collection(resource.kind).at(asOf)
    const frozen = past ?? this.#faults.frozen(call)
    if (call.verb === 'watch') {
      const format = formatOf(headers.accept, query)
      return { kind: 'watch', start: watch(this.#world, { resource, namespace, query, format, past }) }
    }
    const { code, body } = answer(this.#world, call, frozen)
    return json(code, body)
  }

  #document(path: string): ApiReply {
    const document = discover(this.#world.registry, path)
    if (document) return json(200, JSON.stringify(document))
    // What the real server says where nothing is served: no Status, just this text.
    return {
      kind: 'answer',
      code: 404,
      contentType: 'text/plain; charset=utf-8',
      body: '404 page not found\n',
    }
  }
}

function refusal(error: unknown): ApiReply {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'InternalError', error instanceof Error ? (error.stack ?? '') : String(error))
  const retryAfterSeconds = known.details?.retryAfterSeconds
  const reply = { kind: 'answer', code: known.code, contentType: 'application/json' } as const
  const body = JSON.stringify(known.status)
  return typeof retryAfterSeconds === 'number' ? { ...reply, body, retryAfterSeconds } : { ...reply, body }
}
