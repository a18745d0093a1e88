import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packNpmPackage } from './npm-package.ts'
import { product } from './product.ts'
import { bundlePrograms } from './programs.ts'
import { run } from './run.ts'
import { withShop } from './testing/shop.ts'

let out: string
let project: string

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'npm-package-'))
  project = join(out, 'project')
  mkdirSync(project)
  const { cli } = await bundlePrograms(out)
  const archive = join(out, 'package.tgz')
  await packNpmPackage(cli, archive)
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', archive], project)
}, 120_000)

afterAll(() => rmSync(out, { recursive: true, force: true }))

/** Runs the program as the shell of the project finds it. */
const linkerdFailover = (...args: string[]) =>
  run(join('node_modules', '.bin', 'linkerd-failover'), args, project)

test('the package installs without a network, since it depends on nothing', () => {
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'linkerd-failover',
  ])
})

test('the package has the program, licences, and nothing else', () => {
  const files = readdirSync(join(project, 'node_modules', 'linkerd-failover'))
  expect(files.filter((file) => !file.endsWith('.mjs')).sort()).toEqual([
    'LICENSE',
    'README.md',
    'THIRD-PARTY.txt',
    'package.json',
  ])
})

test('the installed program runs, and says its version', async () => {
  expect(await linkerdFailover('--help')).toContain('linkerd-failover COMMAND')
  expect(await linkerdFailover('version', '--client')).toContain(product.version)
})

test('the installed program reads a cluster by a kubeconfig', () =>
  withShop(out, async (kubeconfig) => {
    expect(await linkerdFailover('status', '-A', '--kubeconfig', kubeconfig)).toMatch(
      /shop +TrafficSplit +cart/,
    )
  }))
