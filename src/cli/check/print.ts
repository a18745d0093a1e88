import type { Context } from '../command.ts'
import type { Io } from '../io.ts'
import { type Palette, paletteFor } from '../output.ts'
import type { Outcome } from './finding.ts'
import { hintOf } from './manual.ts'

const marks = { success: '√', warning: '‼', error: '×' } as const
const tones = { success: 'good', warning: 'warning', error: 'bad' } as const

/** Prints outcomes as `linkerd check` does: one by one as text, or all at the end as one JSON object. */
export class Printer {
  readonly #io: Io
  readonly #output: 'table' | 'json' | 'short'
  readonly #advised: Context['advised']
  readonly #palette: Palette
  readonly #outcomes: Outcome[] = []
  #category: string | undefined

  constructor({ io, advised }: Pick<Context, 'io' | 'advised'>, output: 'table' | 'json' | 'short') {
    this.#io = io
    this.#advised = advised
    this.#output = output
    this.#palette = paletteFor(io.stdout, io.env)
  }

  add(given: Outcome): void {
    const { finding } = given
    const outcome =
      finding.result === 'success'
        ? given
        : { ...given, finding: { ...finding, error: this.#advised(finding.error) } }
    this.#outcomes.push(outcome)
    if (this.#output === 'json' || (this.#output === 'short' && outcome.finding.result === 'success')) return
    this.#io.stdout.write(this.#heading(outcome.category) + this.#text(outcome))
  }

  /** Prints the summary. Returns true if no check failed. */
  finish(): boolean {
    const success = this.#outcomes.every(({ finding }) => finding.result !== 'error')
    if (this.#output === 'json') {
      this.#io.stdout.write(outcomesJson(this.#outcomes, success))
      return success
    }
    const mark = success ? this.#palette.good(marks.success) : this.#palette.bad(marks.error)
    const gap = this.#category === undefined ? '' : '\n'
    this.#io.stdout.write(`${gap}Status check results are ${mark}\n`)
    return success
  }

  #heading(category: string): string {
    if (category === this.#category) return ''
    const gap = this.#category === undefined ? '' : '\n'
    this.#category = category
    return `${gap}${category}\n${'-'.repeat(category.length)}\n`
  }

  #text({ check, finding }: Outcome): string {
    const mark = this.#palette[tones[finding.result]](marks[finding.result])
    const why =
      finding.result === 'success' ? '' : `    ${finding.error}\n    see ${hintOf(check)} for hints\n`
    return `${mark} ${check.description}\n${why}`
  }
}

function outcomesJson(outcomes: readonly Outcome[], success: boolean): string {
  const names = [...new Set(outcomes.map(({ category }) => category))]
  const categories = names.map((categoryName) => ({
    categoryName,
    checks: outcomes.filter(({ category }) => category === categoryName).map(checkJson),
  }))
  return `${JSON.stringify({ success, categories }, null, 2)}\n`
}

const checkJson = ({ check, finding }: Outcome) => ({
  description: check.description,
  ...(finding.result === 'success' ? {} : { hint: hintOf(check), error: finding.error }),
  result: finding.result,
})
