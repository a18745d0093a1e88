import { createHmac } from 'node:crypto'
import type { Message } from './message.ts'

const prefix = 'whsec_'
const base64 = /^(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Why receivers could not check what is signed with a secret. Base64 without padding or of the URL-safe alphabet is
 * refused: the specification's libraries read it differently (`findings/webhook-secret-read-three-ways.sh`).
 */
export const secretProblem = (secret: string): string | undefined =>
  !secret.startsWith(prefix) || base64.test(secret.slice(prefix.length))
    ? undefined
    : `what is after ${prefix} is not base64 with its padding, such as openssl rand -base64 32 prints`

/**
 * The headers of the Standard Webhooks specification (standardwebhooks.com): an id that stays the same when a
 * message is sent again, the time of this attempt, and, where there is a secret, an HMAC-SHA256 over both and
 * the body. A secret that begins with `whsec_` is base64 behind it; any other counts as the bytes it is.
 */
export function webhookHeaders(
  { id, body }: Message,
  secret: string | undefined,
  now: Date,
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp }
  if (secret === undefined) return headers
  const key = secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : secret
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${signature}` }
}
