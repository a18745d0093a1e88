import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { constants, gzipSync } from 'node:zlib'

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
 * Reads and packs the built dashboard, all of it, from the first folder that has one: it is small, and what is in
 * memory needs no check of paths later.
 *
 * @returns its files by path (`/`, `/assets/…`); empty where no folder has it
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
