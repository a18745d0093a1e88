import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { createExecPlugin } from './exec-plugin.ts'
import type { ExecConfig } from './kubeconfig-schema.ts'

const apiVersion = 'client.authentication.k8s.io/v1'

let dir = ''
let clock: ManualClock
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'exec-plugin-'))
  clock = createManualClock()
})
afterEach(() => rm(dir, { recursive: true }))

/** A plugin that counts its runs in a file, and prints what the code makes of the count. */
function plugin(code: string, more: Partial<ExecConfig> = {}, isTerminal = false) {
  const script = `
    const { appendFileSync, readFileSync } = require('node:fs')
    const file = ${JSON.stringify(join(dir, 'runs'))}
    appendFileSync(file, 'x')
    const run = readFileSync(file, 'utf8').length
    const print = (status, more) => console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: '${apiVersion}', status, ...more }))
    ${code}`
  const exec = { apiVersion, command: process.execPath, args: ['-e', script], ...more }
  const info = async () => ({ server: 'https://api.test' })
  return createExecPlugin(exec, info, { PATH: process.env.PATH, FROM: 'outside' }, clock, () => isTerminal)
}

const runs = () => readFileSync(join(dir, 'runs'), 'utf8').length

const failing = async (source: ReturnType<typeof plugin>) => {
  try {
    await source.current()
  } catch (problem) {
    return String(problem)
  }
  throw new Error('it did not fail')
}

test('one call at a time, however many requests wait, and its answer is kept', async () => {
  const source = plugin('print({ token: "t" + run })')
  const answers = await Promise.all([source.current(), source.current(), source.current()])
  expect(answers).toEqual([1, 2, 3].map(() => ({ authorization: 'Bearer t1' })))
  expect(source.current()).toBe(answers[0])
  expect(runs()).toBe(1)
})

test('it runs again once its credentials have expired', async () => {
  const end = new Date(clock.wallTime().getTime() + 60_000).toISOString()
  const source = plugin(`print({ token: "t" + run, expirationTimestamp: ${JSON.stringify(end)} })`)
  await source.current()
  await clock.advance(60_000)
  expect(source.current()).toEqual({ authorization: 'Bearer t1' })
  await clock.advance(1)
  expect(await source.current()).toEqual({ authorization: 'Bearer t2' })
})

test('it runs again after a 401, also without an expirationTimestamp, at most once in 5 s', async () => {
  const source = plugin('print({ token: "t" + run })')
  const first = await source.current()
  await clock.advance(4_999)
  expect(source.refuse?.(first)).toBe(false)
  expect(source.current()).toBe(first)
  await clock.advance(1)
  expect(source.refuse?.(first)).toBe(true)
  const second = await source.current()
  expect(second).toEqual({ authorization: 'Bearer t2' })
  // An answer to a request from before: the others are there already.
  expect(source.refuse?.(first)).toBe(true)
  expect(source.current()).toBe(second)
  expect(source.refuse?.(second)).toBe(false)
  expect(runs()).toBe(2)
})

test('a certificate with its key is an identity too', async () => {
  const source = plugin('print({ clientCertificateData: "CERT", clientKeyData: "KEY" })')
  expect(await source.current()).toEqual({ cert: 'CERT', key: 'KEY' })
})

test('it gets the environment, its own variables, and what client-go reports in KUBERNETES_EXEC_INFO', async () => {
  const echo = `const { KUBERNETES_EXEC_INFO, FROM, MINE } = process.env
    print({ token: Buffer.from(JSON.stringify([KUBERNETES_EXEC_INFO, FROM, MINE])).toString('base64') })`
  const seen = async (more: Partial<ExecConfig>) => {
    const { authorization = '' } = await plugin(echo, more).current()
    const [info, ...others] = JSON.parse(Buffer.from(authorization.slice(7), 'base64').toString())
    return [JSON.parse(info), ...others]
  }
  const kind = 'ExecCredential'
  expect(await seen({ env: [{ name: 'MINE', value: 'yes' }] })).toEqual([
    { kind, apiVersion, spec: { interactive: false } },
    'outside',
    'yes',
  ])
  const [info] = await seen({ provideClusterInfo: true })
  expect(info).toEqual({
    kind,
    apiVersion,
    spec: { interactive: false, cluster: { server: 'https://api.test' } },
  })
})

test.each<[string, string, Partial<ExecConfig>, RegExp]>([
  ['fails', 'console.error("log in first"); process.exit(3)', {}, /failed with exit code 3: log in first$/],
  ['prints nothing', '', {}, /printed something else than an ExecCredential/],
  ['prints no credentials', 'print({})', {}, /printed neither a token nor a certificate/],
  ['prints half a pair', 'print({ clientKeyData: "KEY" })', {}, /printed a certificate without its key, or/],
  ['prints no time', 'print({ token: "t", expirationTimestamp: "soon" })', {}, /that is not a time/],
  ['prints a token of two lines', 'print({ token: "a\\nb" })', {}, /token has characters/],
  [
    'has another version',
    `print({ token: "t" }, { apiVersion: "client.authentication.k8s.io/v1beta1" })`,
    {},
    /v1beta1; the kubeconfig asks for .*\/v1$/,
  ],
  [
    'is not installed',
    '',
    { command: 'no-such-plugin', installHint: 'Install it:\n  brew install it\n' },
    /no-such-plugin is not installed: Install it: brew install it$/,
  ],
  ['is not a program', '', { command: tmpdir() }, /cannot be run: .*EACCES/],
  [
    'is of an old version',
    '',
    { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
    /must have .*newer version/,
  ],
  ['asks questions', '', { interactiveMode: 'Always' }, /standard input is not a terminal$/],
  ['has another mode', '', { interactiveMode: 'Sometimes' }, /interactiveMode "Sometimes"/],
  ['has no command', '', { command: '' }, /has no command$/],
])('a plugin that %s: a sentence', async (_, code, more, sentence) => {
  expect(await failing(plugin(code, more))).toMatch(sentence)
})

test('a failed run is tried again by the next request', async () => {
  const source = plugin('run === 1 ? process.exit(1) : print({ token: "t" + run })')
  await failing(source)
  expect(await source.current()).toEqual({ authorization: 'Bearer t2' })
})
