import type { Dispatcher } from 'undici'
import { maxBytes, TooLarge } from './too-large.ts'

/** A whole answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A request that a signal can cancel. */
export interface Sendable extends Dispatcher.DispatchOptions {
  readonly signal: AbortSignal
}

/**
 * Sends one request and resolves with its whole answer; rejects if there is none, or if it is `TooLarge`.
 * Calls `start` as `beforeSend` does. Uses the dispatcher itself, because a mass failover sends thousands of requests, and
 * undici's `request` makes a stream and listeners for each.
 */
export function sendRequest(
  dispatcher: Dispatcher,
  { signal, ...options }: Sendable,
  start: () => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(calledOff())
    else dispatcher.dispatch(options, new AnswerHandler({ signal, start, resolve, reject }))
  })
}

const calledOff = () => new Error('cancelled')

interface PendingRequest extends Pick<Sendable, 'signal'> {
  readonly start: () => void
  readonly resolve: (answer: Answer) => void
  readonly reject: (problem: Error) => void
}

class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #request: PendingRequest
  readonly #chunks: Buffer[] = []
  readonly #callOff = () => this.#fail(calledOff())
  #controller: Dispatcher.DispatchController | undefined
  #bytes = 0
  #status = 0
  #headers: Answer['headers'] = {}

  constructor(request: PendingRequest) {
    this.#request = request
    request.signal.addEventListener('abort', this.#callOff)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { signal, start } = this.#request
    if (signal.aborted) throw calledOff()
    start()
    this.#controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Answer['headers']): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > maxBytes) this.#fail(new TooLarge('the answer'))
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#end()
    const [only] = this.#chunks
    const body = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks)
    this.#request.resolve({ status: this.#status, headers: this.#headers, text: body.toString('utf8') })
  }

  onResponseError(_: Dispatcher.DispatchController, problem: Error): void {
    this.#fail(problem)
  }

  #fail(problem: Error): void {
    this.#end()
    this.#request.reject(problem)
    this.#controller?.abort(problem)
  }

  #end(): void {
    this.#request.signal.removeEventListener('abort', this.#callOff)
  }
}
