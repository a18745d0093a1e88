import { err, ok, type Result } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import { StreamBreak } from '../http/read-lines.ts'
import type { KubeRequest, Transport } from '../http/transport.ts'

/** A request that waits for the test's answer. */
export type Asked = KubeRequest & { answer(result: Result<unknown, KubeError>): void }

/** A stream that the test feeds. */
export interface Opened {
  readonly req: KubeRequest
  send(...events: unknown[]): void
  end(): void
  break(error: KubeError): void
  /** The reader left. */
  readonly closed: boolean
}

/** A transport whose server is the test: every request and stream waits until it is answered. */
export class FakeTransport implements Transport {
  readonly requests: Asked[] = []
  readonly streams: Opened[] = []
  /** Answers to streams that are to be refused, used up one by one. */
  readonly refusals: KubeError[] = []
  /** Questions for the version that the server has now, which are answered by themselves with `version`. */
  readonly doubts: KubeRequest[] = []
  version = '999999'

  request(req: KubeRequest): Promise<Result<unknown, KubeError>> {
    if (req.query?.limit === '1') {
      this.doubts.push(req)
      return Promise.resolve(ok({ metadata: { resourceVersion: this.version }, items: [] }))
    }
    return new Promise((resolve) => {
      this.requests.push({ ...req, answer: resolve })
      req.signal?.addEventListener('abort', () => resolve(err({ kind: 'timeout', message: 'called off' })))
    })
  }

  async stream(req: KubeRequest): Promise<Result<AsyncIterable<unknown>, KubeError>> {
    const refusal = this.refusals.shift()
    if (refusal) return err(refusal)
    const stream = new FakeStream(req)
    this.streams.push(stream)
    return ok(stream.read())
  }

  async close(): Promise<void> {}

  /** The stream opened last. */
  get last(): Opened {
    const last = this.streams.at(-1)
    if (!last) throw new Error('no stream was opened')
    return last
  }
}

class FakeStream implements Opened {
  readonly req: KubeRequest
  closed = false
  readonly #items: unknown[] = []
  #ended = false
  #wake: () => void = () => {}

  constructor(req: KubeRequest) {
    this.req = req
    req.signal?.addEventListener('abort', () => this.break({ kind: 'timeout', message: 'called off' }))
  }

  send(...events: unknown[]): void {
    this.#items.push(...events)
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  break(error: KubeError): void {
    this.send(new StreamBreak(error))
    this.end()
  }

  async *read(): AsyncGenerator<unknown> {
    try {
      while (!this.#ended || this.#items.length > 0) {
        while (this.#items.length > 0) yield this.#items.shift()
        if (!this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      this.closed = true
    }
  }
}
