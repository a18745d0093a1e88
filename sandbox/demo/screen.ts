/** A block of lines at the bottom of a terminal that is drawn again and again in the same place. */

export interface Output {
  write(text: string): unknown
}

/** Around each frame: terminals that know it show the frame at once, and a recorder can tell frames apart. */
export const frameBegin = '\x1b[?2026h'
export const frameEnd = '\x1b[?2026l'

const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'
const clearLine = '\x1b[2K'
const clearBelow = '\x1b[J'
/** A line too long for the terminal is cut: one that wrapped would spoil the counting of lines. */
const cutLines = '\x1b[?7l'
const wrapLines = '\x1b[?7h'

export class Screen {
  readonly #out: Output
  #height = 0
  #last = ''

  constructor(out: Output) {
    this.#out = out
  }

  /** Puts `lines` where the last ones were; writes nothing if they are the same. */
  draw(lines: readonly string[]): void {
    const text = lines.map((line) => `${clearLine}${line}\n`).join('')
    if (text === this.#last) return
    const up = this.#height > 0 ? `\x1b[${this.#height}A` : ''
    this.#out.write(`${frameBegin}${hideCursor}${up}${cutLines}\r${text}${wrapLines}${clearBelow}${frameEnd}`)
    this.#height = lines.length
    this.#last = text
  }

  /** Puts `lines` there for good; what is drawn next comes below them. */
  say(lines: readonly string[]): void {
    if (this.#height > 0) this.#out.write(`\x1b[${this.#height}A\r${clearBelow}`)
    for (const line of lines) this.#out.write(`${line}\n`)
    this.#height = 0
    this.#last = ''
  }

  /** Leaves what is drawn where it is, and gives the cursor back. */
  end(): void {
    if (this.#height > 0) this.#out.write(showCursor)
    this.#height = 0
    this.#last = ''
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/** May lines be drawn over? On a terminal that can, or where FORCE_COLOR asks for it. */
export function isLive(tty: boolean, env: Environment): boolean {
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true
  return tty && env.TERM !== 'dumb'
}

/** https://no-color.org: any value of NO_COLOR that is not empty means none. */
export function hasColour(live: boolean, env: Environment): boolean {
  return live && !env.NO_COLOR
}
