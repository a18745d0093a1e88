import { readFile, stat } from 'node:fs/promises'

/**
 * Answers with the trimmed text of a file that others replace now and then, such as a token. It is read again
 * only when the file changed (a look at its time per call). While a replacement is under way and the file
 * cannot be read, the last text is good enough; rejects only where there never was one.
 */
export function rotatingFile(path: string): () => Promise<string> {
  let version = ''
  let text: string | undefined
  return async () => {
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
    return text
  }
}
