import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Host names that the page and its API answer to, besides IP addresses and single words. */
const ownNames = /^(localhost|[a-z0-9-]+|[a-z0-9.-]+\.(svc|svc\.cluster\.local|localhost))$/i

/**
 * Why a request for the API or the page is refused, or `undefined`. A foreign name in `Host` is a sign of DNS
 * rebinding: a page elsewhere that has its own name point at this address. An IP address cannot be that. A
 * foreign `Origin` is a page elsewhere that asks openly.
 */
export function refusalOf({ headers }: IncomingMessage): string | undefined {
  const host = headers.host ?? ''
  const name = hostnameOf(host)
  if (name === undefined || (isIP(name) === 0 && !ownNames.test(name))) {
    return `this server does not answer to the host name "${host}"; use localhost, an IP address or NAME.NAMESPACE.svc`
  }
  const { origin } = headers
  const isForeign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`
  return isForeign || headers['sec-fetch-site'] === 'cross-site'
    ? 'requests from pages of other origins are not allowed'
    : undefined
}

/** The name of `NAME[:PORT]`, without the brackets of an IPv6 address. */
function hostnameOf(host: string): string | undefined {
  const [, bracketed, name] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::\d+)?$/i.exec(host) ?? []
  return bracketed ?? name
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of every answer: no content from other origins, no frames, no guessing of types. */
export const securityHeaders = {
  'content-security-policy': policy,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const
