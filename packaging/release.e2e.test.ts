import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { binary } from '../test/programs/binaries.ts'
import { root } from './bundle.ts'
import { platform } from './executable.ts'
import { product } from './product.ts'
import { makeRelease } from './release.ts'
import { run, runBoth } from './run.ts'
import { withShop } from './testing/shop.ts'

const { name, version } = product
const executable = `${name}-${version}-${platform}`

let out: string
let files: string[]
let empty: string

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'release-'))
  empty = join(out, 'empty')
  mkdirSync(empty)
  files = await makeRelease(join(out, 'first'))
})

afterAll(() => rmSync(out, { recursive: true, force: true }))

const released = (file: string, turn = 'first') => join(out, turn, 'release', file)

/** Runs the executable in an empty folder, with nothing in its environment: no PATH, no HOME. */
const start = (...args: string[]) => runBoth(released(executable), args, empty, {})

test('a release is these files, with the checksum of each', async () => {
  expect(files).toEqual([
    executable,
    `${name}-${version}.cdx.json`,
    `${name}-${version}.tgz`,
    `${name}-image-${version}.tgz`,
    `${name}-npm-${version}.tgz`,
    `${name}-operator-${version}.tgz`,
    'SHA256SUMS',
  ])
  const { stdout } = await runBoth('sha256sum', ['--check', '--strict', 'SHA256SUMS'], released('.'))
  expect(stdout.match(/: OK$/gm)).toHaveLength(files.length - 1)
})

test('a second run, elsewhere, makes the same bytes', async () => {
  await makeRelease(join(out, 'second'))
  const sums = (turn: string) => readFileSync(released('SHA256SUMS', turn), 'utf8')
  expect(sums('second')).toBe(sums('first'))
})

test('helm takes the archive of the chart for the chart', async () => {
  const template = (chart: string) => run(binary('helm'), ['template', 'linkerd-failover', chart], root)
  expect(await template(released(`${name}-${version}.tgz`))).toBe(await template(join('charts', name)))
})

test('the executable needs no Node.js, and says what the sources say', async () => {
  const fromSources = await runBoth(process.execPath, ['src/cli/main.ts', '--help'], root)
  expect(await start('--help')).toEqual(fromSources)
})

test('the executable starts from compiled code: Node.js would warn on standard error if it could not', async () => {
  expect(await start('version', '--client')).toEqual({ stdout: expect.stringContaining(version), stderr: '' })
})

test('the executable reads a cluster by a kubeconfig', () =>
  withShop(out, async (kubeconfig) => {
    const { stdout, stderr } = await start('status', '-A', '--kubeconfig', kubeconfig)
    expect(stdout).toMatch(/shop +TrafficSplit +cart/)
    expect(stderr).toBe('')
  }))
