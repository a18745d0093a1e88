import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { root } from './bundle.ts'
import { lockedVersion, type Package } from './packages.ts'
import { product } from './product.ts'
import { bundlePrograms } from './programs.ts'
import { run } from './run.ts'
import { billOfMaterials } from './sbom.ts'
import { thirdParty } from './third-party.ts'

const component = z.object({
  type: z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  licenses: z.array(z.unknown()),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
})
const bill = z.object({ components: z.array(component) })

let out: string
let packages: Package[]

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'bill-'))
  packages = [...(await bundlePrograms(out)).packages]
})

afterAll(() => rmSync(out, { recursive: true, force: true }))

test('the bill lists what npm itself knows of the packages that are in the bundles', async () => {
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']
  const npms = bill.parse(JSON.parse(await run('npm', args, root)))
  const known = new Map(npms.components.map((it) => [it.purl, it]))
  const ours = bill.parse(JSON.parse(billOfMaterials(packages, '24.0.0')))
  const libraries = ours.components.filter(({ type }) => type === 'library')
  expect(libraries.length).toBeGreaterThan(20)
  for (const { purl, name, version, licenses, hashes } of libraries) {
    expect(known.get(purl), purl).toMatchObject({ name, version, licenses, hashes })
  }
})

test('what is bundled is listed, and what only tests need is not', () => {
  const names = packages.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['undici', 'zod', 'pino', 'commander', 'preact']))
  expect(names).not.toEqual(expect.arrayContaining(['vitest']))
  expect(names.filter((name) => name.startsWith('@types/'))).toEqual([])
})

test('the bill is for this version, on the Node.js of the lockfile, and names no place', () => {
  const text = billOfMaterials(packages, lockedVersion('node_modules/node'))
  expect(text).toContain(`pkg:npm/${product.name}@${product.version}`)
  expect(text).toContain(`pkg:generic/node@${process.versions.node}`)
  expect(text).not.toMatch(/https?:/)
})

test('every package goes along with its licence, word for word', () => {
  const text = thirdParty(packages)
  for (const { name, version, texts } of packages) {
    expect(text).toContain(`\n${name} ${version}, `)
    for (const licence of texts) expect(text).toContain(licence)
  }
  const undici = packages.find(({ name }) => name === 'undici')
  expect(undici?.texts.length, 'its own licence, and that of the parser inside').toBeGreaterThan(1)
  const silent = packages.filter(({ texts }) => texts.length === 0).map(({ name }) => name)
  expect(silent, 'their archives have no licence text').toEqual(['stream-buffers'])
})
