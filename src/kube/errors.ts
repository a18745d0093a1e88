import * as z from 'zod'

/**
 * What an API server, or the way to it, can answer instead of a value. Messages say what was asked and what
 * the server said about it.
 *
 * `unreachable`: no connection, so nothing was applied. `timeout`: no whole answer (too slow, cut, or
 * cancelled), so it is not known whether it was applied. `expired`: 410, the resourceVersion or continue
 * token is too old. `invalid`: 422, also a JSON Patch whose `test` failed. `rejected`: any other 4xx.
 * `protocol`: an answer that is not what the API promises, or one that is too large to be read. `notLeader`:
 * not sent, since this replica may not write now.
 */
export type KubeError =
  | { readonly kind: 'unreachable'; readonly message: string }
  | { readonly kind: 'timeout'; readonly message: string }
  | { readonly kind: 'unauthorized'; readonly message: string }
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'notFound'; readonly message: string }
  | { readonly kind: 'conflict'; readonly message: string }
  | { readonly kind: 'expired'; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'throttled'; readonly message: string; readonly retryAfterMs?: number }
  | {
      readonly kind: 'server'
      readonly status: number
      readonly message: string
      readonly retryAfterMs?: number
    }
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string }
  | { readonly kind: 'protocol'; readonly message: string; readonly isTooLarge?: true }
  | { readonly kind: 'notLeader'; readonly message: string }

const statusSchema = z.object({
  code: z.number().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional().catch(undefined),
})

type PlainKind = 'unauthorized' | 'forbidden' | 'notFound' | 'conflict' | 'expired' | 'invalid'

const kindOfStatus = new Map<number, PlainKind>([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'notFound'],
  [409, 'conflict'],
  [410, 'expired'],
  [422, 'invalid'],
])

/**
 * The error for an HTTP answer of `status` (not 2xx) to `what`. `body` is the server's Status object where it
 * sent one, else its text. `retryAfter` is the header of that name; only its form in seconds is read.
 */
export function errorOfAnswer(what: string, status: number, body: unknown, retryAfter?: string): KubeError {
  const parsed = statusSchema.safeParse(body)
  const message = describe(what, status, parsed.data?.message ?? (typeof body === 'string' ? body : ''))
  const kind = kindOfStatus.get(status)
  if (kind !== undefined) return { kind, message }
  const wait = retryAfterMs(retryAfter) ?? retryAfterMs(parsed.data?.details?.retryAfterSeconds)
  const patience = wait === undefined ? {} : { retryAfterMs: wait }
  if (status === 429) return { kind: 'throttled', message, ...patience }
  if (status >= 500) return { kind: 'server', status, message, ...patience }
  if (status >= 400) return { kind: 'rejected', status, message }
  return { kind: 'protocol', message }
}

/** The error in a Status object that came inside a watch, as the object of an ERROR event. */
export function errorOfStatus(what: string, object: unknown): KubeError {
  const code = statusSchema.safeParse(object).data?.code
  return code === undefined
    ? { kind: 'protocol', message: `${what}: an error without a status code` }
    : errorOfAnswer(what, code, object)
}

/** True if the same request may succeed a little later. */
export function isPassing(error: KubeError): boolean {
  return ['unreachable', 'timeout', 'throttled', 'server'].includes(error.kind)
}

/** True if the server may have done what was asked: no answer says that it did not. */
export function mayBeApplied(error: KubeError): boolean {
  return ['timeout', 'server', 'protocol'].includes(error.kind)
}

/** How long the server asked to wait, in ms, at most a minute; `undefined` if it did not. */
export function waitAskedBy(error: KubeError): number | undefined {
  return error.kind === 'throttled' || error.kind === 'server' ? error.retryAfterMs : undefined
}

function describe(what: string, status: number, said: string): string {
  const text = said.trim().slice(0, 1000)
  return text === '' ? `${what}: answered ${status}` : `${what}: answered ${status}: ${text}`
}

/** kube-apiserver asks for 32 s at most; a proxy that asks for hours must not stop failovers. */
const longestWaitMs = 60_000

function retryAfterMs(seconds: string | number | undefined): number | undefined {
  if (seconds === undefined || seconds === '') return undefined
  const value = Number(seconds)
  return Number.isFinite(value) && value >= 0 ? Math.min(value * 1000, longestWaitMs) : undefined
}
