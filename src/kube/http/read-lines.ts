import type { IncomingMessage } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { KubeError } from '../errors.ts'
import { cut } from './connection-errors.ts'
import type { Deadline } from './deadline.ts'
import { LineParser } from './ndjson.ts'

/** What a stream that did not end by itself yields last. A stream that ends without it ended cleanly. */
export class StreamBreak {
  readonly error: KubeError

  constructor(error: KubeError) {
    this.error = error
  }
}

/**
 * Parsing goes on without a turn of the event loop for at most this many bytes: some milliseconds while V8 is
 * cold.
 */
const bytesPerTurn = 32 * 1024

/**
 * The values of a stream of JSON lines as they arrive; the last one is a `StreamBreak` if it did not end by
 * itself. Each byte renews the deadline. Leaving the iteration early closes the connection.
 */
export async function* readLines(what: string, body: IncomingMessage, deadline: Deadline) {
  const lines = new LineParser()
  let parsed = 0
  try {
    for await (const chunk of body) {
      deadline.renew()
      yield* lines.push(chunk)
      parsed += chunk.length
      if (parsed < bytesPerTurn) continue
      parsed = 0
      await nextTurn()
    }
    if (lines.isMidLine) yield new StreamBreak(cut(what, 'the stream ended in the middle of a line'))
  } catch (problem) {
    const error: KubeError =
      problem instanceof SyntaxError
        ? { kind: 'protocol', message: `${what}: not JSON: ${problem.message}` }
        : cut(what, problem)
    yield new StreamBreak(deadline.explain(what, error))
  } finally {
    deadline.stop()
    body.destroy()
  }
}
