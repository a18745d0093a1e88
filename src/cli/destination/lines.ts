import { StringDecoder } from 'node:string_decoder'
import { err, ok, type Result } from '../../base/result.ts'
import { brokeOff } from '../forwarding.ts'

export interface LineLimits {
  /** Of one line, in characters. */
  readonly lineLength: number
  /** Of the whole text, in bytes. */
  readonly bytes: number
}

/**
 * Passes each line of a text to `take`, without its line break, and keeps no more than one line. `take` ends
 * the reading by answering with an error. The error says why the text was not read to its end.
 */
export async function readLines(
  chunks: AsyncIterable<Buffer>,
  limits: LineLimits,
  take: (line: string) => Result<void, string>,
): Promise<Result<void, string>> {
  const decoder = new StringDecoder('utf8')
  let [rest, bytes] = ['', 0]
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > limits.bytes) return err(`its answer is larger than ${limits.bytes / 2 ** 20} MiB`)
      const lines = (rest + decoder.write(chunk)).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > limits.lineLength) return err(tooLong(limits))
      const taken = takeAll(lines, limits, take)
      if (!taken.ok) return taken
    }
  } catch (problem) {
    return err(brokeOff(problem))
  }
  return take(rest + decoder.end())
}

function takeAll(
  lines: readonly string[],
  limits: LineLimits,
  take: (line: string) => Result<void, string>,
): Result<void, string> {
  for (const line of lines) {
    const taken = line.length > limits.lineLength ? err(tooLong(limits)) : take(line)
    if (!taken.ok) return taken
  }
  return ok(undefined)
}

const tooLong = ({ lineLength }: LineLimits): string =>
  `a line of its answer is longer than ${lineLength} characters`
