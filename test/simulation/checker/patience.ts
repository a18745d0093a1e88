import type { Sent } from '../network/sent.ts'

/** Times are sums of fractions, of which the last digits are lost (ms). */
const roundingMs = 1e-6

/** Remembers who was asked to wait (Retry-After), and for what. */
export class Patience {
  readonly #until = new Map<string, number>()

  /** A process was told to wait before it sends this again. */
  asked(sent: Sent, now: number, seconds: number): void {
    if (!isAskedByMany(sent)) this.#until.set(keyOf(sent), now + seconds * 1000)
  }

  /** How much too early this is sent (ms); 0 or less when it is not. */
  earlyBy(sent: Sent): number {
    return isAskedByMany(sent) ? 0 : (this.#until.get(keyOf(sent)) ?? 0) - sent.at - roundingMs
  }
}

/** What is served each watch asks for itself. */
const isAskedByMany = ({ resource }: Sent): boolean => resource === 'discovery'

/** The same request is the same method for the same object; a creation names its object in the body. */
const keyOf = ({ process, request: { method, path, query, body } }: Sent) =>
  `${process.name} ${method} ${path} ${query?.labelSelector ?? ''} ${method === 'POST' ? JSON.stringify(body) : ''}`
