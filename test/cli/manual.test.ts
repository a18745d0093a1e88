import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, pages } from '../../docs/generate-cli.ts'
import { commands } from '../../src/cli/program.ts'
import { run } from '../../src/cli/testing/terminal.ts'

test.each([...pages()])('docs/cli/%s is what the program says; if not: npm run docs:cli', (file, text) => {
  expect(readFileSync(join(folder, file), 'utf8')).toBe(text)
})

test('there is no page of a command that is gone', () => {
  expect(readdirSync(folder).sort()).toEqual([...pages().keys()].sort())
})

const examples = commands.flatMap(({ name, examples }) => examples.map(({ line }) => ({ name, line })))

test.each(examples)('an example is a command line that can be understood: $line', async ({ line }) => {
  const [words = ''] = line.split(/ [|>] /)
  const { stderr } = await run(words.split(' '))
  expect(stderr).not.toMatch(/unknown|missing|too many|invalid/)
})
