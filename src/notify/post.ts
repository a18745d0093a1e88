import { lookup as systemLookup } from 'node:dns'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { err, ok, type Result } from '../base/result.ts'
import { type Allowance, refusalOfAddress } from './address.ts'

/** Why a message did not arrive. */
export interface PostError {
  readonly message: string
  /** Whether a retry may succeed; if not, the receiver has refused the message. */
  readonly passing: boolean
  /** The receiver asked for this wait (ms). */
  readonly retryAfterMs?: number | undefined
}

export interface PostRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly allowed: readonly Allowance[]
  readonly signal: AbortSignal
}

/**
 * Sends a message once, until `signal` aborts it. Never rejects: a message that did not arrive is an error
 * value.
 */
export type Post = (request: PostRequest) => Promise<Result<undefined, PostError>>

const connectTimeoutMs = 5_000
/** How long a connection is kept that nothing uses (ms). */
const idleMs = 30_000
/**
 * How much of an answer is read, so that the connection can be used again, and how much is shown
 * (characters).
 */
const maxRead = 16_384
const maxShown = 200

/**
 * The agents of receivers to which the same addresses are allowed: connections are not shared with others.
 */
interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/**
 * Sends over HTTP. Addresses are judged after the name is resolved and before a connection is opened, so that
 * no DNS record leads elsewhere; redirects are not followed.
 */
export function createPost(lookup: LookupFunction = systemLookup): { post: Post; close(): Promise<void> } {
  const all = new Map<string, Agents>()
  const agentsFor = (allowed: readonly Allowance[]): Agents => {
    const key = [...allowed].sort().join()
    const options = { keepAlive: true, timeout: idleMs, lookup: guarded(lookup, allowed) }
    const agents = all.get(key) ?? { http: new HttpAgent(options), https: new HttpsAgent(options) }
    all.set(key, agents)
    return agents
  }
  return {
    post: (message) => send(message, agentsFor(message.allowed)),
    close: async () => {
      for (const { http, https } of all.values()) for (const agent of [http, https]) agent.destroy()
    },
  }
}

/** A lookup that fails for a name with an address to which nothing may be sent. */
function guarded(lookup: LookupFunction, allowed: readonly Allowance[]): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, address, family) => {
      const addresses = Array.isArray(address) ? address.map((one) => one.address) : [address]
      const refusal = error ? undefined : addresses.flatMap((one) => refusalOfAddress(one, allowed) ?? [])[0]
      callback(refusal === undefined ? error : new Error(`${hostname}: ${refusal}`), address, family)
    })
}

async function send(message: PostRequest, agents: Agents): Promise<Result<undefined, PostError>> {
  try {
    const answer = await answerTo(message, agents)
    const { statusCode = 0, headers } = answer
    const text = await beginningOf(answer)
    if (statusCode >= 200 && statusCode < 300) return ok(undefined)
    const retryAfter = Number(headers['retry-after'])
    const why = headers.location === undefined ? text : 'redirects are not followed'
    return err({
      message: `${statusCode} ${why}`.trim(),
      passing: statusCode >= 500 || statusCode === 408 || statusCode === 425 || statusCode === 429,
      retryAfterMs: retryAfter > 0 ? Math.min(retryAfter, 3600) * 1000 : undefined,
    })
  } catch (problem) {
    return err({ message: problem instanceof Error ? problem.message : String(problem), passing: true })
  }
}

/** Resolves with the head of the answer; `signal` ends the reading of its body as well. */
function answerTo(
  { url, headers, body, signal }: PostRequest,
  { http, https }: Agents,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, signal, timeout: connectTimeoutMs }
    const request = url.startsWith('https:')
      ? httpsRequest(url, { ...options, agent: https }, resolve)
      : httpRequest(url, { ...options, agent: http }, resolve)
    request.once('error', reject)
    // Of an open connection the signal says how long an answer may take.
    request.once('timeout', () => {
      if (request.socket?.connecting) request.destroy(new Error('the connection was not open in time'))
    })
    request.end(body)
  })
}

/**
 * The beginning of an answer. It does not matter if the rest never comes: the status has arrived, and
 * counts.
 */
async function beginningOf(body: AsyncIterable<unknown>): Promise<string> {
  let text = ''
  try {
    for await (const chunk of body) {
      text += String(chunk)
      if (text.length >= maxRead) break
    }
  } catch {
    return text.slice(0, maxShown)
  }
  return text.slice(0, maxShown)
}
