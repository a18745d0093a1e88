import { describe, expect, test } from 'vitest'
import { paletteFor, renderData, renderTable } from './output.ts'

const terminal = { write: () => {}, isTerminal: true, columns: 80 }
const pipe = { write: () => {}, isTerminal: false, columns: undefined }
const red = '\u001b[31mno\u001b[0m'

describe('colours', () => {
  test('are there on a terminal', () => {
    expect(paletteFor(terminal, {}).bad('no')).toBe(red)
  })

  test.each([
    ['in a pipe', pipe, {}],
    ['with NO_COLOR', terminal, { NO_COLOR: '1' }],
    ['on a dumb terminal', terminal, { TERM: 'dumb' }],
  ])('are not there %s', (_, stream, env) => {
    expect(paletteFor(stream, env).bad('no')).toBe('no')
  })

  test('an empty NO_COLOR says nothing', () => {
    expect(paletteFor(terminal, { NO_COLOR: '' }).bad('no')).toBe(red)
  })
})

describe('a table', () => {
  const columns = [
    { title: 'NAME', cell: ({ name }: { name: string }) => name },
    { title: 'LENGTH', cell: ({ name }: { name: string }) => String(name.length) },
    { title: 'WHY', cell: () => 'because' },
  ]

  test('aligns its columns, and leaves no blanks at the ends of lines', () => {
    expect(renderTable(columns, [{ name: 'a' }, { name: 'longer-than-that' }])).toBe(
      [
        'NAME               LENGTH   WHY',
        'a                  1        because',
        'longer-than-that   16       because',
        '',
      ].join('\n'),
    )
  })

  test('has its titles without any row too', () => {
    expect(renderTable(columns, [])).toBe('NAME   LENGTH   WHY\n')
  })

  test('counts characters, not colours and not bytes', () => {
    const paint = (text: string) => `\u001b[31m${text}\u001b[0m`
    const [name, length] = columns
    const painted = [{ title: 'X', cell: () => '√', paint }, ...(name && length ? [name, length] : [])]
    expect(renderTable(painted, [{ name: 'a' }])).toBe('X   NAME   LENGTH\n\u001b[31m√\u001b[0m   a      1\n')
  })

  test('keeps a cell on one line', () => {
    expect(renderTable(columns, [{ name: 'two\n  lines' }])).toContain('two lines')
  })
})

describe('data', () => {
  const value = { name: 'web', none: undefined, list: [1, { a: null }] }

  test('as JSON', async () => {
    expect(JSON.parse(await renderData('json', value))).toEqual({ name: 'web', list: [1, { a: null }] })
  })

  test('as YAML, with the same content', async () => {
    expect(await renderData('yaml', value)).toBe('name: web\nlist:\n  - 1\n  - a: null\n')
  })

  test('long text is not folded in YAML', async () => {
    const long = 'word '.repeat(60).trim()
    expect(await renderData('yaml', { long })).toBe(`long: ${long}\n`)
  })
})
