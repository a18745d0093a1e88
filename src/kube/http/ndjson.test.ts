import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineParser } from './ndjson.ts'

const parse = (chunks: Buffer[]) => {
  const lines = new LineParser()
  const values = chunks.flatMap((chunk) => [...lines.push(chunk)])
  return { values, isMidLine: lines.isMidLine }
}

test('values come out whole however the bytes are cut, also inside a character', () => {
  const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.jsonValue())
  fc.assert(
    fc.property(fc.array(value), fc.array(fc.nat(), { maxLength: 20 }), (values, cuts) => {
      const bytes = Buffer.from(values.map((it) => `${JSON.stringify(it)}\n`).join(''))
      const marks = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
      const chunks = marks.slice(1).map((mark, index) => bytes.subarray(marks[index], mark))
      const parsed = parse(chunks)
      expect(JSON.stringify(parsed.values)).toBe(JSON.stringify(values))
      expect(parsed.isMidLine).toBe(false)
    }),
  )
})

test('empty lines and carriage returns are no values', () => {
  expect(parse([Buffer.from('1\r\n\r\n\n2\n')]).values).toEqual([1, 2])
})

test('a line without end is known to be unfinished', () => {
  expect(parse([Buffer.from('1\n{"a":')])).toEqual({ values: [1], isMidLine: true })
})

test('a line that is not JSON throws', () => {
  expect(() => parse([Buffer.from('<html>\n')])).toThrow(SyntaxError)
})

test('a line that is too large for the memory of the operator throws', () => {
  const chunks = Array.from({ length: 21 }, () => Buffer.alloc(1024 * 1024, 'a'))
  expect(() => parse(chunks)).toThrow('a line has more than 20 MiB')
})

test('a line of many chunks takes time in proportion to its length', () => {
  const chunk = Buffer.alloc(1024, 'a')
  const long = [Buffer.from('"'), ...Array.from({ length: 16 * 1024 }, () => chunk), Buffer.from('"\n')]
  const { values } = parse(long)
  expect(String(values[0])).toHaveLength(16 * 1024 * 1024)
})
