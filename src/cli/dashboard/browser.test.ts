import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openBrowser } from './browser.ts'

const url = 'http://localhost:50750'
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'browser-'))
  // Only programs of the test can be found: no real browser may open.
  vi.stubEnv('PATH', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function program(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
  await chmod(join(folder, name), 0o755)
}

test.each([
  ['linux', 'xdg-open', url],
  ['freebsd', 'xdg-open', url],
  ['darwin', 'open', url],
  ['win32', 'cmd', `/c start  ${url}`],
] as const)('on %s, %s is told the URL', async (platform, name, told) => {
  await program(name, `echo "$*" > '${folder}/told'`)
  expect(await openBrowser(url, platform)).toEqual({ ok: true, value: undefined })
  expect(await readFile(join(folder, 'told'), 'utf8')).toBe(`${told}\n`)
})

test('where there is no such program, that is said', async () => {
  expect(await openBrowser(url, 'linux')).toEqual({ ok: false, error: 'spawn xdg-open ENOENT' })
})

test('where it fails, that is said', async () => {
  await program('xdg-open', 'exit 3')
  expect(await openBrowser(url, 'linux')).toEqual({ ok: false, error: 'xdg-open exited with status 3' })
})
