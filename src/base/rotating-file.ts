import { readFile, stat } from 'node:fs/promises'
import type { Clock } from './clock.ts'

/** Far less than the time for which an old token stays valid after it was replaced. */
const lookEveryMs = 1_000

/**
 * Returns the trimmed text of a file that others replace now and then, such as a token: at once, unless the
 * file's time was last checked more than a second ago. The file is read again only if its time has changed.
 * If it cannot be read because it is being replaced, the last text is used; rejects only if the file could
 * never be read.
 */
export function rotatingFile(path: string, clock: Clock): () => string | Promise<string> {
  let lookedAt = Number.NEGATIVE_INFINITY
  let version = ''
  let text: string | undefined
  const look = async () => {
    try {
      const { mtimeMs, ino, size } = await stat(path)
      const current = `${mtimeMs} ${ino} ${size}`
      if (text === undefined || current !== version) {
        text = (await readFile(path, 'utf8')).trim()
        version = current
      }
    } catch (problem) {
      if (text === undefined) throw problem
    }
    lookedAt = clock.now()
    return text
  }
  return () => (text !== undefined && clock.now() - lookedAt < lookEveryMs ? text : look())
}
