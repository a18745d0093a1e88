import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { constants, gunzipSync, gzipSync } from 'node:zlib'

/** One file of the dashboard, in memory: once, as nearly all browsers take it. */
export interface Asset {
  readonly gzipped: Buffer
  readonly contentType: string
  /** HTTP's entity tag of the packed bytes, with its quotes. */
  readonly etag: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
}

/**
 * Reads and packs the built dashboard, all of it, from the first folder that has one: it is small, and what
 * is in memory needs no check of paths later.
 *
 * @returns its files by path (`/`, `/assets/…`); empty if no folder has it
 */
export function readAssets(folders: readonly string[]): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>()
  const folder = folders.find((candidate) => existsSync(join(candidate, 'index.html')))
  if (folder === undefined) return assets
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name)
    const contentType = types[extname(name)]
    if (contentType === undefined || !statSync(file).isFile()) continue
    const gzipped = gzipSync(readFileSync(file), { level: constants.Z_BEST_COMPRESSION })
    const etag = `"${createHash('sha256').update(gzipped).digest('base64url').slice(0, 22)}"`
    assets.set(`/${name.split(sep).join('/')}`, { gzipped, contentType, etag })
  }
  const index = assets.get('/index.html')
  if (index) assets.set('/', index)
  return assets
}

/**
 * A file with the hash of its content in its name never changes; the page itself is revalidated each time.
 */
const cacheControl = (path = '') =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'

/** Ends a response with a file of the dashboard: compressed, if the reader accepts gzip. */
export function sendAsset(request: IncomingMessage, response: ServerResponse, asset: Asset): void {
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
