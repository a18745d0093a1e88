/** What happened, in order: always as one number, as text only where somebody wants to read it. */
export class Trace {
  readonly lines: string[] = []
  readonly #keep: boolean
  #high = 0x9e3779b9
  #low = 0x811c9dc5

  constructor(keep: boolean) {
    this.#keep = keep
  }

  add(now: number, line: string): void {
    const text = `${clockOf(now)} ${line}`
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      this.#low = Math.imul(this.#low ^ code, 0x01000193)
      this.#high = Math.imul(this.#high ^ (this.#low >>> 11) ^ code, 0x85ebca6b)
    }
    if (this.#keep) this.lines.push(text)
  }

  /** Equal for equal traces, and hardly ever for others: 64 bits in hexadecimal. */
  get hash(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }
}

/** Virtual milliseconds as hours, minutes and seconds. */
export function clockOf(ms: number): string {
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60]
  const seconds = ((ms % 60_000) / 1000).toFixed(3).padStart(6, '0')
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}:${seconds}`
}
