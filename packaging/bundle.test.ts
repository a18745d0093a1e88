import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleFile, bundleModules, cli, docsAddress, filesIn, operator, root } from './bundle.ts'
import { packagesOf } from './packages.ts'
import { product } from './product.ts'
import { run } from './run.ts'

let out: string
const contents = new Map<string, Metafile>()

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'bundle-'))
  for (const program of [operator, cli]) {
    contents.set(program.name, await bundleModules(program, join(out, program.name)))
  }
})

afterAll(() => rmSync(out, { recursive: true, force: true }))

/** The files that are read at the start: the program's own and all that they import, but not lazily. */
function filesAtStart(name: string): string[] {
  const { outputs } = contents.get(name) ?? expect.fail(`there is no bundle of ${name}`)
  const reached = new Set(Object.keys(outputs).filter((path) => basename(path) === `${name}.mjs`))
  for (const path of reached) {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && next in outputs) reached.add(next)
    }
  }
  return [...reached]
}

function packages(name: string, files?: readonly string[]): string[] {
  const { inputs = {}, outputs = {} } = contents.get(name) ?? {}
  const chosen = Object.entries(outputs).filter(([path]) => files?.includes(path) ?? true)
  return packagesOf(filesIn({ inputs, outputs: Object.fromEntries(chosen) })).map((it) => it.name)
}

const start = (name: string, ...args: string[]) =>
  run(process.execPath, [`${name}.mjs`, ...args], join(out, name))

describe('the bundle of the operator', () => {
  test('has the kubeconfig library in a file that a Pod never reads', () => {
    expect(packages('operator')).toContain('@kubernetes/client-node')
    const atStart = packages('operator', filesAtStart('operator'))
    expect(atStart).toContain('zod')
    expect(atStart).not.toContain('@kubernetes/client-node')
    // Which that library uses, and which costs memory.
    expect(atStart).not.toContain('undici')
  })

  test('starts without the undici of Node.js, which no part of it uses', async () => {
    const report = `process.on('exit', () => console.log(process.moduleLoadList.join()))`
    const loaded = await run(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(report)}`, 'operator.mjs', '--help'],
      join(out, 'operator'),
    )
    expect(loaded).toContain('NativeModule http')
    expect(loaded).not.toContain('undici')
  })

  test('is all that it needs: it starts in a folder with nothing else', async () => {
    expect(await start('operator', '--help')).toContain('--admin-addr')
  })
})

describe('the bundle of the command line', () => {
  test('reads nothing but its words at the start, so that --help is quick', () => {
    expect(packages(cli.name)).toContain('zod')
    expect(packages(cli.name, filesAtStart(cli.name))).toEqual(['commander'])
  })

  test('points to the documents that the build names, not to a folder of this machine', async () => {
    const hints = contents.get(cli.name)?.outputs ?? {}
    const texts = Object.keys(hints).map((path) => readFileSync(join(root, path), 'utf8'))
    expect(texts.some((text) => text.includes(docsAddress))).toBe(true)
    expect(docsAddress).toMatch(/^https:\/\/.*\/$/)
  })

  test('is also one file, for the executable', async () => {
    const file = join(out, 'one.cjs')
    await bundleFile(cli, file)
    expect(await run(process.execPath, [file, '--version'], out)).toContain(product.version)
  })

  test('says the version of package.json', async () => {
    expect(await start(cli.name, 'version', '--client')).toContain(product.version)
  })
})

test('a bundle tells nothing of the folder where it was made', () => {
  for (const { name } of [operator, cli]) {
    for (const file of readdirSync(join(out, name))) {
      expect(readFileSync(join(out, name, file), 'utf8').includes(root), file).toBe(false)
    }
  }
})
