import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { run } from '../../src/cli/testing/terminal.ts'

/** What bash completes after these words, the last of them unfinished. */
async function complete(...words: string[]): Promise<string[]> {
  const { stdout: script } = await run('completion bash')
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _linkerd_failover; printf '%s\\n' "\${COMPREPLY[@]}"`
  const answer = execFileSync('bash', ['-c', `${script}\n${ask}`, 'bash', 'linkerd-failover', ...words])
  return answer.toString().trim().split('\n')
}

test('bash completes commands, flags, and values that only some flags have', async () => {
  expect(await complete('wha')).toEqual(['what-if'])
  expect(await complete('status', '--wa')).toEqual(['--watch'])
  expect(await complete('--context', 'x', 'status', '-o', '')).toEqual(['table', 'json', 'yaml'])
  expect(await complete('completion', 'z')).toEqual(['zsh'])
  expect(await complete('status', '-n', '')).toEqual([''])
  expect(await complete('what-if', '-f', 'package.j')).toEqual(['package.json'])
})
