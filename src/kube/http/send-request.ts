import type { Dispatcher } from 'undici'

/** A whole answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A request that a signal calls off. */
export interface Sendable extends Dispatcher.DispatchOptions {
  readonly signal: AbortSignal
}

/**
 * One request and its whole answer; rejects where that does not come. `start` is called as `holdBack` does. Straight
 * on the dispatcher, since a mass failover is thousands of these: undici's `request` makes a stream and listeners
 * for each.
 */
export function exchange(
  dispatcher: Dispatcher,
  { signal, ...options }: Sendable,
  start: () => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(calledOff())
    else dispatcher.dispatch(options, new ExchangeHandler({ signal, start, resolve, reject }))
  })
}

const calledOff = () => new Error('called off')

interface Exchange extends Pick<Sendable, 'signal'> {
  readonly start: () => void
  readonly resolve: (answer: Answer) => void
  readonly reject: (problem: Error) => void
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange
  readonly #chunks: Buffer[] = []
  readonly #callOff = () => this.#fail(calledOff())
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: Answer['headers'] = {}

  constructor(exchange: Exchange) {
    this.#exchange = exchange
    exchange.signal.addEventListener('abort', this.#callOff)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { signal, start } = this.#exchange
    if (signal.aborted) throw calledOff()
    start()
    this.#controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Answer['headers']): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#end()
    const [only] = this.#chunks
    const body = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks)
    this.#exchange.resolve({ status: this.#status, headers: this.#headers, text: body.toString('utf8') })
  }

  onResponseError(_: Dispatcher.DispatchController, problem: Error): void {
    this.#fail(problem)
  }

  #fail(problem: Error): void {
    this.#end()
    this.#exchange.reject(problem)
    this.#controller?.abort(problem)
  }

  #end(): void {
    this.#exchange.signal.removeEventListener('abort', this.#callOff)
  }
}
