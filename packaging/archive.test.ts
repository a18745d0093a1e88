import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Entry, filesBelow, writeArchive } from './archive.ts'
import { run } from './run.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const entry = (path: string, text = path): Entry => ({ path, content: Buffer.from(text) })

async function archive(...entries: Entry[]): Promise<Buffer> {
  const file = join(folder, 'archive.tgz')
  await writeArchive(file, entries)
  return readFileSync(file)
}

test('the same entries give the same bytes, in whatever order they come', async () => {
  const once = await archive(entry('a'), entry('b/c'))
  expect((await archive(entry('b/c'), entry('a'))).equals(once)).toBe(true)
  expect((await archive(entry('a'), entry('b/d'))).equals(once)).toBe(false)
})

test('tar reads it back', async () => {
  await archive(entry('chart/Chart.yaml', 'name: x\n'), { ...entry('bin/run', '#!'), executable: true })
  const listed = await run('tar', ['tzvf', 'archive.tgz'], folder)
  expect(listed).toMatch(/^-rwxr-xr-x .*bin\/run$/m)
  expect(listed).toMatch(/^-rw-r--r-- .*chart\/Chart\.yaml$/m)
  expect(await run('tar', ['xzOf', 'archive.tgz', 'chart/Chart.yaml'], folder)).toBe('name: x\n')
})

test('owners and times of files do not get into it', async () => {
  mkdirSync(join(folder, 'files'))
  writeFileSync(join(folder, 'files', 'a'), 'a')
  const before = await archive(...filesBelow(folder, 'files'))
  utimesSync(join(folder, 'files', 'a'), 1, 1)
  expect((await archive(...filesBelow(folder, 'files'))).equals(before)).toBe(true)
  expect(gunzipSync(before).includes('files/a')).toBe(true)
})

test('a path that is a file is an entry, and one that is missing is an error', () => {
  writeFileSync(join(folder, 'a'), 'text')
  expect(filesBelow(folder, 'a')).toEqual([entry('a', 'text')])
  expect(() => filesBelow(folder, 'b')).toThrow('b')
})
