import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { filesBelow } from './archive.ts'
import { root } from './bundle.ts'
import { readStages } from './dockerfile.ts'
import { dockerfile, imageContext } from './image-context.ts'
import { lockedVersion } from './packages.ts'
import { bundleOperator } from './programs.ts'
import { run } from './run.ts'

const image = readStages(dockerfile).at(-1) ?? []
const of = (name: string) => image.filter((it) => it.name === name).map(({ text }) => text)

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'image-context-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('the context is enough: its commands make the same bundle there as here', {
  timeout: 120_000,
}, async () => {
  const context = emptyFolder()
  for (const { path, content } of imageContext()) {
    mkdirSync(dirname(join(context, path)), { recursive: true })
    writeFileSync(join(context, path), content)
  }
  symlinkSync(join(root, 'node_modules'), join(context, 'node_modules'))
  const [, build = expect.fail('the Dockerfile makes no bundle')] =
    readStages(dockerfile)[0]?.filter(({ name }) => name === 'RUN') ?? []
  const [program, ...args] = build.text.split(' ')
  expect(program).toBe('node')
  await run(process.execPath, args, context)

  const here = emptyFolder()
  await bundleOperator(here)
  for (const { path, content } of filesBelow(here, '.')) {
    expect(readFileSync(join(context, 'dist', 'operator', path)).equals(content), path).toBe(true)
  }
})

test('the image has the Node.js of the lockfile, on which the tests ran', () => {
  expect(dockerfile).toContain(`ARG NODE_VERSION=${lockedVersion('node_modules/node')}\n`)
  expect(dockerfile.match(/node:(?!\$\{NODE_VERSION\})/), 'no stage takes another one').toBeNull()
})

test('nothing is run in the image while it is made: it has no shell', () => {
  expect(of('RUN')).toEqual([])
  expect(of('FROM')).toEqual([expect.stringMatching(/^gcr\.io\/distroless\//)])
})

test('the image runs as a user that is a number, so that a cluster can see that it is not root', () => {
  expect(of('USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)])
})

test('the entry point is a list, so that signals reach the operator', () => {
  const [entrypoint = ''] = of('ENTRYPOINT')
  expect(JSON.parse(entrypoint)).toEqual(expect.arrayContaining(['/operator/operator.mjs']))
})
