import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { err, ok, type Result } from '../../base/result.ts'
import type { Item } from './bag.ts'

/** Writes a `.tar.gz` that only its owner may read; the error says why it cannot. An existing file stays. */
export async function writeArchive(
  file: string,
  folder: string,
  items: readonly Item[],
  mtime: Date,
): Promise<Result<void, string>> {
  const tar = pack()
  for (const { path, text } of items) tar.entry({ name: `${folder}/${path}`, mode: 0o600, mtime }, text)
  tar.finalize()
  try {
    await pipeline(tar, createGzip(), createWriteStream(file, { flags: 'wx', mode: 0o600 }))
    return ok(undefined)
  } catch (problem) {
    return err(problem instanceof Error ? problem.message : String(problem))
  }
}
