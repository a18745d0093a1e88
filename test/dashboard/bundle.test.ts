import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleDashboard } from '../../packaging/dashboard.ts'
import { readAssets } from '../../src/admin/assets.ts'

let folder = ''
let files: { name: string; text: string }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dashboard-'))
  await bundleDashboard(folder)
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  files = await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => ({ name, text: await readFile(join(parentPath, name), 'utf8') })),
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('is less than 60 kB, compressed, with everything that it needs', () => {
  const bytes = files.reduce((sum, { text }) => sum + gzipSync(text).length, 0)
  expect(bytes).toBeLessThan(60_000)
})

it('loads nothing from elsewhere', () => {
  // Names of XML's languages look like addresses; nobody fetches them.
  const namespaces = /http:\/\/www\.w3\.org\/(1998\/Math\/MathML|1999\/xhtml|2000\/svg)/g
  for (const { name, text } of files) {
    expect(text.replace(namespaces, ''), name).not.toMatch(/https?:\/\/|url\(\s*["']?\/\//)
  }
})

it('has no script and no style within the page, which the policy of the server would not run', () => {
  const page = files.find(({ name }) => name === 'index.html')?.text ?? ''
  expect(page).toMatch(/<script type="module"[^>]* src="\.\/assets\//)
  expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/)
})

it('is a folder that the operator serves whole', () => {
  const assets = readAssets([folder])
  expect(assets.get('/')?.contentType).toContain('text/html')
  // The page itself is there under two names.
  expect(assets.size).toBe(files.length + 1)
})
