import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseMetricLine } from './metric-line.ts'

const read = (line: string) => {
  const parsed = parseMetricLine(line)
  if (!parsed.ok) return parsed.error
  const { value: sample } = parsed
  return sample && [sample.name, Object.fromEntries(sample.labels), sample.value]
}

describe('a line of metrics', () => {
  test.each([
    ['up 1', ['up', {}, 1]],
    ['up{} 1', ['up', {}, 1]],
    ['a:b_c{x="1",y="2"} 0.5', ['a:b_c', { x: '1', y: '2' }, 0.5]],
    ['up{x="1",} 1e+03', ['up', { x: '1' }, 1000]],
    ['  up { x = "1" , y = "2" }\t7 1764412800000 ', ['up', { x: '1', y: '2' }, 7]],
    [String.raw`up{x="a\"b\\c\nd, e}"} 1`, ['up', { x: 'a"b\\c\nd, e}' }, 1]],
    ['up +Inf', ['up', {}, Number.POSITIVE_INFINITY]],
    ['up -Inf', ['up', {}, Number.NEGATIVE_INFINITY]],
    ['up NaN', ['up', {}, Number.NaN]],
  ])('%s', (line, sample) => {
    expect(read(line)).toEqual(sample)
  })

  test.each(['', '   ', '# HELP up Whether it is up.', '# TYPE up gauge', ' # a comment'])(
    'without a value: %j',
    (line) => expect(read(line)).toBeUndefined(),
  )

  test.each([
    ['<html>', 'it does not begin with the name of a metric'],
    ['{x="1"} 1', 'it does not begin with the name of a metric'],
    ['up', 'it has no value'],
    ['up{x="1"}', 'it has no value'],
    ['up one', 'it has no value'],
    ['up 0x10', 'it has no value'],
    ['up 1 2 3', 'it has no value'],
    ['up{x="1" 1', 'its labels cannot be read'],
    ['up{x="1', 'its labels cannot be read'],
    ['up{x=1} 1', 'its labels cannot be read'],
    ['up{x="1" y="2"} 1', 'its labels cannot be read'],
    [String.raw`up{x="\d"} 1`, 'its labels cannot be read'],
  ])('that cannot be read: %s', (line, problem) => expect(read(line)).toBe(problem))
})

/** As Go's client library writes it. */
const written = (name: string, labels: Record<string, string>, value: number): string => {
  const escaped = (text: string) =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`
}

it('reads whatever Go writes', () => {
  const word = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
  const labels = fc.dictionary(word, fc.string({ unit: fc.constantFrom(...'a"\\\n{},= #é🎈') }), {
    noNullPrototype: true,
    maxKeys: 5,
  })
  const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0)
  fc.assert(
    fc.property(word, labels, value, (name, of, number) => {
      expect(read(written(name, of, number))).toEqual([name, of, number])
    }),
  )
})

it('answers to any text with a sample or a sentence', () => {
  const piece = fc.constantFrom('up', '{', '}', '"', '\\', ',', '=', ' ', '1', 'x="', '\n', 'e', '-', '#')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 2000 }), (pieces) => {
      const parsed = parseMetricLine(pieces.join(''))
      if (parsed.ok) expect(parsed.value?.name ?? 'up').toMatch(/^[a-z][a-z0-9]*$/)
      else expect(parsed.error).toMatch(/^it(s labels cannot be read| has no value| does not begin)/)
    }),
  )
})
