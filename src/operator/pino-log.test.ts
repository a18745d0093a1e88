import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const logger = join(import.meta.dirname, 'pino-log.ts')
const clock = join(import.meta.dirname, '../base/clock.ts')

/** Logs 1,000 lines in a process of its own, which then ends as told; answers with what it wrote. */
function run(format: 'plain' | 'json', ending: string): string {
  return spawnSync(process.execPath, argumentsFor(format, ending), { encoding: 'utf8' }).stdout
}

function argumentsFor(format: 'plain' | 'json', ending: string): [string, string, string] {
  const program = `
    import { createLogger } from ${JSON.stringify(logger)}
    import { systemClock } from ${JSON.stringify(clock)}
    const log = createLogger({ logLevel: 'info', logFormat: '${format}' }, systemClock)
    for (let i = 1; i <= 1000; i++) log.info({ i }, 'line ' + i)
    ${ending}`
  return ['--input-type=module', '--eval', program]
}

test.each([
  { format: 'json', ending: '', name: 'a process that ends by itself' },
  { format: 'plain', ending: '', name: 'a process that ends by itself' },
  { format: 'json', ending: "throw new Error('a bug')", name: 'a bug' },
  { format: 'plain', ending: "throw new Error('a bug')", name: 'a bug' },
] as const)('$name loses no line of the $format log', ({ format, ending }) => {
  const lines = run(format, ending).trimEnd().split('\n')
  expect(lines).toHaveLength(1000)
  expect(lines.at(-1)).toContain('line 1000')
})

test('lines stay in order when a bug ends a process whose threads are busy', () => {
  const hash = `import { pbkdf2 } from 'node:crypto'; pbkdf2('a', 'b', 500_000, 64, 'sha512', () => {})`
  const [type, evaluate, program] = argumentsFor('json', "throw new Error('a bug')")
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  const { stdout } = spawnSync(process.execPath, [type, evaluate, `${hash}\n${program}`], {
    encoding: 'utf8',
    env,
  })
  const numbers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).i)
  expect(numbers).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
})

test('lines are written while the process goes on', async () => {
  const node = spawn(process.execPath, argumentsFor('json', 'setInterval(() => {}, 1000)'))
  const ended = once(node, 'exit')
  let lines = 0
  for await (const _ of createInterface({ input: node.stdout })) if (++lines === 1000) node.kill('SIGKILL')
  expect([lines, await ended]).toEqual([1000, [null, 'SIGKILL']])
})
