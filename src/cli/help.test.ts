import { describe, expect, test } from 'vitest'
import { version } from '../base/version.ts'
import { commands } from './program.ts'
import { run } from './testing/terminal.ts'

const listed = commands.filter(({ hidden }) => !hidden)
const sections = (text: string) => text.match(/^[A-Z][\w ]*:$/gm)

describe('help', () => {
  test('has the flags of all commands in a section of their own', async () => {
    expect(sections((await run('--help')).stdout)).toEqual(['Global flags:', 'Commands:'])
  })

  test.each(listed.map(({ name }) => name))('of %s names each flag once', async (name) => {
    const { stdout } = await run([name, '--help'])
    const own = sections(stdout)?.filter((title) => title !== 'Arguments:')
    expect(own).toEqual(['Flags:', 'Global flags:', 'Examples:'])
    const named = stdout.match(/^ {2}(-\w, )?--[\w-]+/gm) ?? []
    expect(new Set(named).size).toBe(named.length)
    expect(named.map((flag) => flag.trim())).toEqual(expect.arrayContaining(['-h, --help', '--kubeconfig']))
  })

  /** Lines that must stay as they are, so that one can paste them. */
  const isCommand = (line: string) => line.startsWith('  linkerd-failover ')

  test.each([
    ['80 characters off a terminal', undefined, 80],
    ['a narrow terminal', 72, 72],
    ['a wide terminal', 140, 140],
  ])('is wrapped once, at the width of %s', async (_, columns, width) => {
    for (const words of [[], ...listed.map(({ name }) => [name])]) {
      const { stdout } = await run([...words, '--help'], columns === undefined ? {} : { columns })
      const lines = stdout.split('\n').filter((line) => !isCommand(line))
      expect(lines.filter((line) => line.length > width)).toEqual([])
    }
  })

  test('uses the whole width', async () => {
    const { stdout } = await run('status --help', { columns: 140 })
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeGreaterThan(130)
  })

  test('shows arguments before flags, as the manual does', async () => {
    expect((await run('explain --help')).stdout).toContain('Usage: linkerd-failover explain <route>')
    expect((await run('explain --help')).stdout).not.toContain('[options]')
  })
})

describe('help COMMAND', () => {
  test.each(listed.map(({ name }) => name))('%s is the same as its --help', async (name) => {
    expect(await run(['help', name])).toEqual(await run([name, '--help']))
  })

  test.each(['', 'help', 'help help', '-h'])('%s is the list of commands', async (line) => {
    expect(await run(line)).toEqual(await run('--help'))
  })

  test('of a command that does not exist is a sentence', async () => {
    expect(await run('help nosuch')).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: "linkerd-failover: unknown command 'nosuch'; see linkerd-failover --help\n",
    })
  })
})

test.each(['--version', 'status --version', '--version check'])('%s prints the version', async (line) => {
  expect(await run(line)).toEqual({ exitCode: 0, stdout: `linkerd-failover ${version}\n`, stderr: '' })
})
