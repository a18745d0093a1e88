import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { followDrains } from './drains/testing/drains.ts'
import { Shop } from './testing/shop.ts'

let shop: Shop
let folder: string
beforeAll(async () => {
  shop = await Shop.open()
  shop.service('web', 1)
  shop.split('web', { web: 1 })
  followDrains(shop)
  folder = mkdtempSync(join(tmpdir(), 'odd-'))
})
beforeEach(() => shop.sandbox.store.clearRequests())
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await shop.close()
})

/** Runs a command line that is refused in one line, before any request. */
async function refused(line: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await shop.run(line, { namespace: 'shop' })
  expect({ exitCode, stdout }, line.join(' ')).toEqual({ exitCode: 64, stdout: '' })
  expect(stderr).toMatch(/^linkerd-failover: .+; .+\n$/)
  expect(shop.sandbox.store.requestLog()).toEqual([])
  return stderr
}

const ofRoutes = ['explain', 'policy', 'history', 'status', 'pause', 'resume']
const oddNames = ['.', '..', 'a b', 'Web', 'web?x=1', 'web#1', 'web%2f', 'é', '-web', 'x'.repeat(254)]
const oddNamespaces = ['.', '..', 'a/b', 'Shop', 'a.b', ' ', 'é', '%2e', 'x'.repeat(64)]

describe('a name that would be another path of the API server is refused', () => {
  test.each(ofRoutes)('%s: of a route', async (command) => {
    for (const name of oddNames) {
      expect(await refused([command, `ts/${name}`])).toContain('is not the name of a route')
      expect(await refused([command, 'ts', name])).toMatch(/is not the name of a route|unknown option/)
    }
  })

  const drain = ['drain', 'service/web', '--for', '1h', '--reason', 'x', '--yes']
  const others = [
    ['check'],
    ['dashboard'],
    ['what-if', '--down', 'web'],
    ['migrate'],
    ['install'],
    ['upgrade'],
    ['prune'],
    ['undrain', 'x'],
    drain,
  ]
  test.each([...ofRoutes.map((command) => [command, 'ts/web']), ...others])(
    '%s: of a namespace',
    async (...line) => {
      for (const name of oddNamespaces)
        expect(await refused([...line, '-n', name])).toContain('A namespace has a name of lower-case letters')
      await refused([...line, '-L', '..'])
    },
  )

  test('of a Drain', async () => {
    for (const name of oddNames) await refused([...drain, '--name', name])
    await refused(['drain', 'service/..', '--for', '1h', '--reason', 'x', '--yes'])
  })
})

test.each([
  [['drain', 'service/web', '--yes', '--for', '1h', '--reason', ''], 'It must not be empty'],
  [['drain', 'service/web', '--yes', '--for', '1h', '--reason', '\n'], 'It must not be empty'],
  [['drain', 'service/web', '--yes', '--for', '99999999999999h', '--reason', 'x'], 'at most 87600h'],
  [['pause', 'ts/web', '--for', '99999999999999h'], 'at most 87600h'],
  [['version', '--as', 'me\n'], 'a character that a header cannot have'],
  [['version', '--as', 'me', '--as-group', 'a\nb'], 'a character that a header cannot have'],
])('%j is a wrong command line, not a bug', async (line, message) => {
  expect(await refused(line)).toContain(message)
})

test('what the API server will never accept is not to be tried again', async () => {
  const { exitCode, stderr } = await shop.run(['status', '-l', 'a=b=c'])
  expect(exitCode).toBe(69)
  expect(stderr).toMatch(/unable to parse requirement: a=b=c; correct what the message names\n$/)
})

test('a file with tags of its own prints nothing but our line', async () => {
  const path = join(folder, 'tags.yaml')
  writeFileSync(path, 'services: !mine {shop/web: down}\n')
  const warned = vi.spyOn(process, 'emitWarning')
  for (const line of [['what-if'], ['install', '--ignore-cluster'], ['migrate']])
    await shop.run([...line, '-f', path])
  expect(warned).not.toHaveBeenCalled()
  warned.mockRestore()
})
