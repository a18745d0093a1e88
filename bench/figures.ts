import type { Plot } from './plot.ts'

/** One line of the result: what was measured, for the operator and, in the same run, for its floor. */
export interface Figure {
  readonly measure: string
  readonly unit: 'ms' | 'MiB' | 'B' | 'writes' | 'writes/s' | 'looks' | '%'
  readonly operator: number
  /** What the least possible program needed; absent where there is no such program. */
  readonly floor?: number
  /** What the operator of an earlier commit needed in the same run; absent if none was measured. */
  readonly before?: number
  /** The most that `operator / floor` may be, or `operator` alone where there is no floor. */
  readonly aim?: number
}

/** What a scenario found. */
export interface Outcome {
  readonly figures: readonly Figure[]
  readonly plots?: readonly Plot[]
}

/** What a figure is judged by: the ratio to its floor, or the value where it has none. */
export const judged = ({ operator, floor }: Figure): number =>
  floor === undefined ? operator : operator / floor

export const meets = (figure: Figure): boolean => figure.aim === undefined || judged(figure) <= figure.aim

/** The value below which a share `p` (0 to 1) of the samples lies; NaN without samples. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5)

const columns = ['measure', 'floor', 'operator', 'ratio', 'aim', '', 'before', 'now/before'] as const

/** The figures as aligned text, one line each. */
export function table(figures: readonly Figure[]): string {
  const titles = figures.some(({ before }) => before !== undefined) ? columns : columns.slice(0, -2)
  const rows = [[...titles], ...figures.map(cells)]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const align = (cell: string, index: number) =>
    index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)
  return rows.map((row) => row.map(align).join('  ').trimEnd()).join('\n')
}

function cells(figure: Figure): string[] {
  const { measure, floor, operator, unit, aim, before } = figure
  return [
    measure,
    floor === undefined ? '-' : written(floor, unit),
    written(operator, unit),
    floor === undefined ? '-' : (operator / floor).toFixed(2),
    aim === undefined ? '-' : `<= ${floor === undefined ? written(aim, unit) : aim}`,
    aim === undefined ? '' : meets(figure) ? 'met' : 'MISSED',
    before === undefined ? '' : written(before, unit),
    before === undefined ? '' : (operator / before).toFixed(2),
  ]
}

function written(value: number, unit: Figure['unit']): string {
  const digits = unit === 'writes' ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0
  return `${value.toFixed(digits)} ${unit}`
}
