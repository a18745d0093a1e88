import { readFile, stat } from 'node:fs/promises'
import type { Clock } from './clock.ts'

/** Whoever replaces a token lets the old one live on for far longer. */
const lookEveryMs = 1_000

/**
 * Answers with the trimmed text of a file that others replace now and then, such as a token: at once, unless a
 * second has gone since the last look at the file's time. It is read again only when that changed. While a
 * replacement is under way and the file cannot be read, the last text is good enough; rejects only where there
 * never was one.
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
