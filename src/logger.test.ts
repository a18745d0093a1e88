import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const logger = join(import.meta.dirname, 'logger.ts')

/** Logs 1,000 lines in a process of its own, which then ends as told; answers with what it wrote. */
function run(format: 'plain' | 'json', ending: string): string {
  const program = `
    import { createLogger } from ${JSON.stringify(logger)}
    const log = createLogger({ logLevel: 'info', logFormat: '${format}' })
    for (let i = 1; i <= 1000; i++) log.info({ i }, 'line ' + i)
    ${ending}`
  const node = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
  return node.stdout
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
