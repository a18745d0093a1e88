import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { maxBytes, TooLarge } from './too-large.ts'

/** A whole answer. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const calledOff = () => new Error('cancelled')

/** Resolves with the head of the answer, the body still to be read; rejects if there is none. */
export function headOf(begin: () => ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(calledOff())
    const request = begin()
    let answer: IncomingMessage | undefined
    // Once the head is there the request itself can no longer be called off, only the answer.
    const callOff = () => (answer ?? request).destroy(calledOff())
    signal.addEventListener('abort', callOff)
    request.once('close', () => signal.removeEventListener('abort', callOff))
    request.once('response', (head) => {
      answer = head
      resolve(head)
    })
    // Later errors are the answer's too, and whoever reads it hears of them there.
    request.on('error', reject)
  })
}

/** Resolves with the whole answer; rejects if it is cut, or `TooLarge`. */
export function wholeOf(head: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    head.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) head.destroy(new TooLarge('the answer'))
      else chunks.push(chunk)
    })
    head.once('end', () => {
      const [only] = chunks
      const body = chunks.length === 1 && only ? only : Buffer.concat(chunks)
      resolve({ status: head.statusCode ?? 0, headers: head.headers, text: body.toString('utf8') })
    })
    head.once('error', reject)
  })
}
