import { describe, expect, test } from 'vitest'
import { buildProgram, commands } from '../program.ts'
import { run } from '../testing/terminal.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { type FlagWords, wordsOf } from './words.ts'
import { zshScript } from './zsh.ts'

const shells = ['bash', 'zsh', 'fish']
const words = wordsOf(buildProgram({}, () => {}))

describe.each(shells)('%s', (shell) => {
  test('knows every command and every flag', async () => {
    const { exitCode, stdout, stderr } = await run(['completion', shell])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const dashes = shell === 'fish' ? '-l ' : '--'
    for (const { name, flags } of words.commands) {
      expect(stdout).toContain(name)
      for (const { long } of [...flags, ...words.globals]) expect(stdout).toContain(`${dashes}${long}`)
    }
  })

  test('does not offer what is for programs only', async () => {
    const { stdout } = await run(['completion', shell])
    expect(stdout).not.toContain('_extension-metadata')
    expect(stdout).not.toContain('no-verbose')
  })
})

test('every command that help lists can be completed', () => {
  const listed = commands.filter(({ hidden }) => !hidden).map(({ name }) => name)
  expect(words.commands.map(({ name }) => name)).toEqual([...listed, 'help'])
  expect(words.commands.at(-1)?.choices).toEqual(listed)
})

test.each([
  ['completion', "missing required argument 'shell'"],
  ['completion powershell', 'Allowed choices are bash, zsh, fish'],
])('%s is refused', async (line, message) => {
  const { exitCode, stderr } = await run(line)
  expect(exitCode).toBe(64)
  expect(stderr).toContain(message)
})

/** One flag of each sort, with text that a shell could misread. */
const flag = (special: Partial<FlagWords>): FlagWords => ({
  short: undefined,
  long: 'flag',
  text: `it's [a]: $x`,
  takesValue: false,
  isFile: false,
  choices: [],
  ...special,
})
const small = {
  commands: [
    {
      name: 'show',
      text: "Show what's there: all",
      flags: [
        flag({ short: 'f', long: 'file', takesValue: true, isFile: true }),
        flag({ short: 'o', long: 'output', takesValue: true, choices: ['table', 'json'] }),
        flag({ long: 'name', takesValue: true }),
        flag({ short: 'w', long: 'watch' }),
      ],
      choices: ['all', 'some'],
    },
  ],
  globals: [flag({ long: 'verbose' })],
}

test.each([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
])('the whole script for %s', (_, script) => {
  expect(script('my-tool', small)).toMatchSnapshot()
})
