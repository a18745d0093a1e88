import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import { readLines } from './lines.ts'

const limits = { lineLength: 20, bytes: 2 ** 20 }

async function* chunks(...parts: readonly (string | Buffer)[]) {
  for (const part of parts) yield Buffer.from(part)
}

async function linesOf(all: AsyncIterable<Buffer>, allowed = limits): Promise<string | string[]> {
  const lines: string[] = []
  const read = await readLines(all, allowed, (line) => {
    lines.push(line)
    return ok(undefined)
  })
  return read.ok ? lines : read.error
}

it('cuts a text into the same lines, however it arrives', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '🎈', '\n'), maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (whole, size) => {
      const bytes = Buffer.from(whole)
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      expect(await linesOf(chunks(...parts), { ...limits, lineLength: 1000 })).toEqual(whole.split('\n'))
    }),
  )
})

test.each([
  ['a line that is too long', chunks('a\n', 'b'.repeat(21), '\n')],
  ['a line that never ends', chunks('b'.repeat(15), 'b'.repeat(15))],
])('%s is refused', async (_, all) => {
  expect(await linesOf(all)).toBe('a line of its answer is longer than 20 characters')
})

it('refuses a text that is too large, and reads no further', async () => {
  let read = 0
  async function* endless() {
    for (;;) {
      read += 1
      yield Buffer.from('line\n'.repeat(1024))
    }
  }
  expect(await linesOf(endless())).toBe('its answer is larger than 1 MiB')
  expect(read).toBeLessThan(210)
})

it('says that a text broke off', async () => {
  async function* broken() {
    yield Buffer.from('a\n')
    throw new Error('aborted')
  }
  expect(await linesOf(broken())).toBe('its answer broke off: aborted')
})

it('stops where it is told to', async () => {
  const seen: string[] = []
  const read = await readLines(chunks('a\nb\nc\n'), limits, (line) => {
    seen.push(line)
    return line === 'b' ? err('enough') : ok(undefined)
  })
  expect(read).toEqual(err('enough'))
  expect(seen).toEqual(['a', 'b'])
})
