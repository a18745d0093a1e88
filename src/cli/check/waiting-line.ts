import type { Stream } from '../io.ts'

/**
 * What a check waits for, on standard error: on a terminal one line that goes away, elsewhere one line in
 * all.
 */
export class WaitingLine {
  readonly #stderr: Stream
  #width = 0
  #wasShown = false

  constructor(stderr: Stream) {
    this.#stderr = stderr
  }

  show(line: string): void {
    if (!this.#stderr.isTerminal) {
      if (!this.#wasShown) this.#stderr.write(`${line}\n`)
      this.#wasShown = true
      return
    }
    const shown = line.slice(0, (this.#stderr.columns ?? 80) - 1)
    this.#width = shown.length
    this.#stderr.write(`${shown}\r`)
  }

  clear(): void {
    if (this.#width > 0) this.#stderr.write(`${' '.repeat(this.#width)}\r`)
    this.#width = 0
  }
}
