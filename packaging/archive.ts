import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { pack } from 'tar-stream'

/** One file of an archive: where it lies in it, and what is in it. */
export interface Entry {
  readonly path: string
  readonly content: Buffer
  readonly executable?: boolean
}

/** The files below a folder (or the file itself), by their path from `base`. */
export function filesBelow(base: string, path: string): Entry[] {
  const full = join(base, path)
  if (!statSync(full).isDirectory()) return [{ path, content: readFileSync(full) }]
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .map((file) => ({ path: relative(base, file), content: readFileSync(file) }))
}

/** Writes a `.tgz` whose bytes depend on the entries alone: no times, no owners, sorted by path. */
export async function writeArchive(file: string, entries: readonly Entry[]): Promise<void> {
  const archive = pack()
  const bytes = buffer(archive)
  for (const { path, content, executable } of entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    archive.entry({ name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0) }, content)
  }
  archive.finalize()
  writeFileSync(file, await promisify(gzip)(await bytes, { level: 9 }))
}
