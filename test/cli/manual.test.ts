import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, pages } from '../../docs/generate-cli.ts'
import { commands, parseCommandLine } from '../../src/cli/program.ts'

const wanted = await pages()

test.each([...wanted])(
  'docs/using/cli/%s is what the program says; if not: npm run docs:cli',
  (file, text) => {
    expect(readFileSync(join(folder, file), 'utf8')).toBe(text)
  },
)

test('there is no page of a command that is gone', () => {
  expect(readdirSync(folder).sort()).toEqual([...wanted.keys()].sort())
})

const examples = commands.flatMap(({ name, examples }) => examples.map(({ line }) => ({ name, line })))

test.each(examples)('an example is a command line that can be understood: $line', ({ line }) => {
  const [words = ''] = line.split(/ [|>] /)
  expect(parseCommandLine(words.split(' '), {})).toMatchObject({ ok: true, value: { kind: 'run' } })
})
