import type { IncomingMessage, ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import type { Asset } from './assets.ts'

/** A file whose name carries the hash of its content never changes; the page itself is asked for each time. */
const cacheControl = (path = '') =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'

/** Ends a response with a file of the dashboard: packed, unless the reader does not say that it can unpack. */
export function file(request: IncomingMessage, response: ServerResponse, asset: Asset): void {
  const isPacked = takesGzip(request.headers['accept-encoding'])
  // Two forms of one file are two things to a cache.
  const etag = isPacked ? asset.etag : asset.etag.replace(/"$/, '-plain"')
  const headers = { etag, 'cache-control': cacheControl(request.url), vary: 'accept-encoding' }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end()
    return
  }
  const bytes = isPacked ? asset.gzipped : gunzipSync(asset.gzipped)
  const encoding = isPacked ? { 'content-encoding': 'gzip' } : {}
  const form = { 'content-type': asset.contentType, 'content-length': bytes.length, ...encoding }
  response.writeHead(200, { ...headers, ...form }).end(bytes)
}

/** Whether a list such as `br;q=0.9, gzip` names gzip, and not with the quality 0, which means "do not". */
const takesGzip = (accepted = '') => /(^|,)\s*gzip\s*(,|$|;\s*q=(1|0\.\d*[1-9]))/i.test(String(accepted))
