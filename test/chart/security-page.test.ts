import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'operating', 'SECURITY.md'), 'utf8')

/** `path`: "name", "name" */
const named = [...page.matchAll(/`([^`]+\.test\.ts)`((?::|,) "[^"]+"(?:, "[^"]+")*)?/g)].map(
  ([, path = '', names = '']) => ({
    path,
    names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }),
)

it('names a test for its claims', () => {
  expect(named.length).toBeGreaterThan(15)
})

it.each(named)('docs/operating/SECURITY.md names $path $names, and that is there', ({ path, names }) => {
  expect(existsSync(join(root, path))).toBe(true)
  const text = readFileSync(join(root, path), 'utf8')
  for (const name of names) expect(text).toContain(name)
})
