import { err, ok, type Result } from '../base/result.ts'
import type { RawValues } from './coalesce.ts'

/** A key of a map, or a place in a list. */
type Step = string | number

/** Longest list that an index may ask for, as in Helm. */
const maxIndex = 65_536

/**
 * Reads what `--set` and `--set-string` take, as Helm does: `a.b=1,c[0]=x,d={y,z}`, with a backslash before a
 * comma, dot, brace or equals sign that means itself (source: Helm's documentation, "The Format and
 * Limitations of --set"). `typed` makes numbers, booleans and null of the words for them.
 */
export function parseSet(text: string, typed: boolean, onto: RawValues = {}): Result<RawValues, string> {
  let values: unknown = onto
  for (const part of splitParts(text)) {
    const [, path = '', value] = /^([^=]*)=(.*)$/s.exec(part) ?? []
    const steps = parsePath(path)
    if (value === undefined || steps === undefined)
      return err(`"${part}" is not KEY=VALUE, such as image.tag=1.2`)
    if (value.startsWith('{') && !value.endsWith('}')) return err(`"${part}" is a list without a closing "}"`)
    values = setAt(values, steps, parseValue(value, typed))
  }
  return ok(asMap(values))
}

/** Splits at commas, except at those in a list, which begins right after the first equals sign. */
function splitParts(text: string): string[] {
  const parts = ['']
  let inList = false
  for (const token of tokensOf(text)) {
    const part = parts.at(-1) ?? ''
    if (token === '{' && /^[^=]*=$/.test(part)) inList = true
    if (token === '}') inList = false
    if (token === ',' && !inList) parts.push('')
    else parts[parts.length - 1] = part + token
  }
  return parts
}

/** Single characters, and escaped ones: a backslash and the character that it makes literal. */
const tokensOf = (text: string): string[] => [...text.matchAll(/\\.|./gs)].map(([token]) => token)

function splitAt(text: string, sign: ',' | '.'): string[] {
  const parts = ['']
  for (const token of tokensOf(text)) {
    if (token === sign) parts.push('')
    else parts[parts.length - 1] += token
  }
  return parts
}

const unescaped = (text: string): string => text.replaceAll(/\\(.?)/gs, '$1')

/** `a.b[0]` as steps; `undefined` if it makes no sense. */
function parsePath(path: string): Step[] | undefined {
  const steps: Step[] = []
  for (const part of splitAt(path, '.')) {
    const [, key, indexes = ''] = /^((?:\\.|[^\\[\]])+)((?:\[\d+\])*)$/s.exec(part) ?? []
    if (key === undefined) return undefined
    steps.push(unescaped(key), ...[...indexes.matchAll(/\d+/g)].map(([digits]) => Number(digits)))
  }
  return steps.some((step) => typeof step === 'number' && step > maxIndex) ? undefined : steps
}

function parseValue(text: string, typed: boolean): unknown {
  if (!text.startsWith('{')) return parseScalar(text, typed)
  return splitAt(text.slice(1, -1), ',').map((item) => parseScalar(item, typed))
}

const words = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Helm knows whole numbers only; one with a zero in front is a text. */
function parseScalar(text: string, typed: boolean): unknown {
  if (!typed) return unescaped(text)
  const word = words.get(text.toLowerCase())
  if (word !== undefined) return word
  const isWhole = /^(0|-?[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text))
  return isWhole ? Number(text) : unescaped(text)
}

/** A copy with the value at that place; maps and lists on the way are made where there are none. */
function setAt(container: unknown, [step, ...rest]: readonly Step[], value: unknown): unknown {
  if (step === undefined) return value
  if (typeof step === 'string') {
    const map = asMap(container)
    return { ...map, [step]: setAt(map[step], rest, value) }
  }
  const list: unknown[] = Array.isArray(container) ? [...container] : []
  while (list.length < step) list.push(null)
  list[step] = setAt(list[step], rest, value)
  return list
}

const asMap = (value: unknown): RawValues =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
