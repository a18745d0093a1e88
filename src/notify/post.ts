import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
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
/**
 * How much of an answer is read, so that the connection can be used again, and how much is shown
 * (characters).
 */
const maxRead = 16_384
const maxShown = 200

/**
 * Sends over HTTP. Addresses are judged after the name is resolved and before a connection is opened, so that
 * no DNS record leads elsewhere; redirects are not followed.
 */
export function createPost(lookup: LookupFunction = systemLookup): { post: Post; close(): Promise<void> } {
  const agents = new Map<string, Agent>()
  const agentFor = (allowed: readonly Allowance[]) => {
    const key = [...allowed].sort().join()
    const known = agents.get(key)
    if (known) return known
    const connect = { lookup: guarded(lookup, allowed), timeout: connectTimeoutMs }
    const agent = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 })
    agents.set(key, agent)
    return agent
  }
  return {
    post: ({ url, headers, body, allowed, signal }) =>
      send(url, { method: 'POST', headers, body, signal, dispatcher: agentFor(allowed) }),
    close: async () => void (await Promise.all([...agents.values()].map((agent) => agent.destroy()))),
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

async function send(
  url: string,
  options: Parameters<typeof request>[1],
): Promise<Result<undefined, PostError>> {
  try {
    const { statusCode, headers, body } = await request(url, options)
    const text = await beginningOf(body)
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
