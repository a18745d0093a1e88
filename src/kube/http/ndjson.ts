import { maxBytes, TooLarge } from './too-large.ts'

const newline = 0x0a

/**
 * Cuts a byte stream into lines of JSON. A line is decoded only when whole, so a character that two chunks
 * share is safe, and a line of many chunks is copied once.
 */
export class LineParser {
  #pending: Buffer[] = []
  #pendingBytes = 0;

  /**
   * Values of the lines that end in `chunk`, parsed one by one as they are asked for. Throws on bad JSON, and
   * `TooLarge`.
   */
  *push(chunk: Buffer): Generator<unknown> {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const line = this.#complete(chunk.subarray(start, end))
      start = end + 1
      if (line.trim() !== '') yield JSON.parse(line)
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
  }

  /** True when bytes wait for the end of their line: the stream must not end now. */
  get isMidLine(): boolean {
    return this.#pendingBytes > 0
  }

  #complete(tail: Buffer): string {
    if (this.#pendingBytes === 0) return tail.toString('utf8')
    const line = Buffer.concat([...this.#pending, tail]).toString('utf8')
    this.#pending = []
    this.#pendingBytes = 0
    return line
  }

  #keep(rest: Buffer): void {
    this.#pending.push(rest)
    this.#pendingBytes += rest.length
    if (this.#pendingBytes > maxBytes) throw new TooLarge('a line')
  }
}
