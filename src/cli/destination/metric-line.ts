import { err, ok, type Result } from '../../base/result.ts'

/** One value of a metric. */
export interface Sample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

const nameAt = /[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*/y
const labelAt = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\[\\"n])*)"[ \t]*/y
/** A value, and perhaps a time, which is left out. */
const valueAt = /[ \t]*(\S+)(?:[ \t]+-?\d+)?[ \t]*$/y
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * Reads one line of Prometheus' text format (version 0.0.4), without its line break; `undefined`: an empty
 * line or a comment. The error says what is wrong with it.
 */
export function parseMetricLine(line: string): Result<Sample | undefined, string> {
  if (/^[ \t]*(?:#|$)/.test(line)) return ok(undefined)
  const name = matchAt(nameAt, line, 0)
  if (!name) return err('it does not begin with the name of a metric')
  const labels =
    line[name.end] === '{' ? parseLabels(line, name.end + 1) : ok({ labels: new Map(), end: name.end })
  if (!labels.ok) return labels
  const found = matchAt(valueAt, line, labels.value.end)
  const value = numberOf(found?.groups[0] ?? '')
  if (value === undefined) return err('it has no value')
  return ok({ name: name.groups[0] ?? '', labels: labels.value.labels, value })
}

function parseLabels(
  line: string,
  begin: number,
): Result<{ labels: Map<string, string>; end: number }, string> {
  const labels = new Map<string, string>()
  let end = begin
  while (line[end] !== '}') {
    const label = matchAt(labelAt, line, end)
    if (!label) return err('its labels cannot be read')
    const [name = '', value = ''] = label.groups
    labels.set(name, unescaped(value))
    end = label.end
    if (line[end] === ',') end += 1
    else if (line[end] !== '}') return err('its labels cannot be read')
  }
  return ok({ labels, end: end + 1 })
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter))

/** As Go prints and reads them. */
function numberOf(text: string): number | undefined {
  if (decimal.test(text)) return Number(text)
  const word = text.toLowerCase()
  if (word === 'nan') return Number.NaN
  if (word === '+inf' || word === 'inf') return Number.POSITIVE_INFINITY
  return word === '-inf' ? Number.NEGATIVE_INFINITY : undefined
}

function matchAt(pattern: RegExp, text: string, at: number) {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  return match ? { groups: match.slice(1), end: pattern.lastIndex } : undefined
}
