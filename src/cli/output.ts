import type { Io, Stream } from './io.ts'

type Paint = (text: string) => string

/** Colours by meaning. Where there is no terminal they change nothing. */
export interface Palette {
  readonly good: Paint
  readonly warning: Paint
  readonly bad: Paint
  readonly dim: Paint
}

const esc = String.fromCharCode(27)
const sgr =
  (code: number): Paint =>
  (text) =>
    `${esc}[${code}m${text}${esc}[0m`
const plain: Paint = (text) => text

/** Colours on a terminal only, and never where NO_COLOR is set (https://no-color.org) or TERM is dumb. */
export function paletteFor(stream: Stream, env: Io['env']): Palette {
  const asked = stream.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'
  if (!asked) return { good: plain, warning: plain, bad: plain, dim: plain }
  return { good: sgr(32), warning: sgr(33), bad: sgr(31), dim: sgr(2) }
}

/** One column of a table. `paint` colours a padded cell, so that colours do not disturb the widths. */
export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => string
  readonly paint?: (text: string, row: T) => string
}

const gap = '   '

/** Rows as aligned columns under their titles, the way kubectl prints them; ends with a newline. */
export function renderTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => oneLine(cell(row))))
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => widthOf(line[index] ?? ''))),
  )
  const pad = (text: string, index: number) =>
    index === columns.length - 1 ? text : text + ' '.repeat((widths[index] ?? 0) - widthOf(text))
  const head = columns.map(({ title }, index) => pad(title, index)).join(gap)
  const lines = rows.map((row, at) =>
    columns
      .map(({ paint }, index) => {
        const text = pad(cells[at]?.[index] ?? '', index)
        return paint ? paint(text, row) : text
      })
      .join(gap)
      .trimEnd(),
  )
  return [head.trimEnd(), ...lines].map((line) => `${line}\n`).join('')
}

const widthOf = (text: string): number => [...text].length
const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ')

/** A value as JSON or YAML text, with a newline at its end. */
export async function renderData(format: 'json' | 'yaml', value: unknown): Promise<string> {
  if (format === 'json') return `${JSON.stringify(value, null, 2)}\n`
  const { stringify } = await import('yaml')
  // Once through JSON, so that both formats leave out the same things.
  return stringify(JSON.parse(JSON.stringify(value)), { aliasDuplicateObjects: false, lineWidth: 0 })
}
