import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { loadKubeconfig } from './kubeconfig.ts'

let dir = ''
const clock = createManualClock()
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
})
afterEach(() => rm(dir, { recursive: true }))

type Entries = { readonly cluster?: object; readonly user?: object; readonly users?: object[] }

async function load({ cluster, user = {}, users = [] }: Entries, env: NodeJS.ProcessEnv = {}) {
  const file = join(dir, 'config')
  const content = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://api.test:6443', ...cluster } }],
    users: [{ name: 'u', user }, ...users],
  }
  await writeFile(file, JSON.stringify(content))
  return loadKubeconfig([file], {}, env, clock)
}

async function good(...given: Parameters<typeof load>) {
  const config = await load(...given)
  if (!config.ok) throw new Error(config.error)
  return config.value
}

const authorizationOf = async (user: object) => {
  const config = await good({ user })
  return async () => (await config.credentials()).headers.authorization
}

describe('the server', () => {
  test.each<[object, string]>([
    [{ server: 'api.test:6443' }, 'http://api.test:6443'],
    [{ server: 'api.test:6443', 'insecure-skip-tls-verify': true }, 'https://api.test:6443'],
    [{ server: '10.0.0.1', 'certificate-authority-data': btoa('CA') }, 'https://10.0.0.1'],
    [{ server: '[fd00::1]:6443' }, 'http://[fd00::1]:6443'],
    [{ server: 'https://api.test/k8s/clusters/c-1/' }, 'https://api.test/k8s/clusters/c-1'],
  ])('%j is %s, as with kubectl', async (cluster, server) => {
    expect((await good({ cluster })).server).toBe(server)
  })

  test.each(['https://', 'http://[', 'ftp://api.test', 'api.test/path', 'https://me:secret@api.test', ' '])(
    '%j is refused, without showing it',
    async (server) => {
      const error = `kubeconfig ${join(dir, 'config')}: the server of cluster "c" is not a URL`
      const config = await load({ cluster: { server } })
      expect(config).toEqual({ ok: false, error: expect.stringContaining(error) })
      expect(JSON.stringify(config)).not.toContain('secret')
    },
  )
})

test('a certificate authority together with skipped verification is refused, as by kubectl', async () => {
  for (const ca of [{ 'certificate-authority': 'ca' }, { 'certificate-authority-data': btoa('CA') }]) {
    expect(await load({ cluster: { ...ca, 'insecure-skip-tls-verify': true } })).toEqual({
      ok: false,
      error: expect.stringContaining('cluster "c" has a certificate authority and insecure-skip-tls-verify'),
    })
  }
})

describe('the proxy', () => {
  const HTTPS_PROXY = 'http://from-env.test'
  test.each<[string | null | undefined, NodeJS.ProcessEnv, string | undefined]>([
    ['', {}, undefined],
    [null, {}, undefined],
    ['http://proxy.test', { HTTPS_PROXY }, 'http://proxy.test'],
    ['http://proxy.test', { NO_PROXY: '*' }, 'http://proxy.test'],
    ['', { HTTPS_PROXY }, HTTPS_PROXY],
    [undefined, { HTTPS_PROXY, NO_PROXY: '.test' }, undefined],
  ])('proxy-url %j and %j: %j', async (proxy, env, used) => {
    expect((await good({ cluster: { 'proxy-url': proxy } }, env)).proxyUrl).toBe(used)
  })

  test.each(['socks5://proxy.test', 'proxy.test:3128', 'http://'])('%s is refused', async (proxy) => {
    expect(await load({ cluster: { 'proxy-url': proxy } })).toEqual({
      ok: false,
      error: expect.stringContaining('the proxy-url of cluster "c" is not a URL of http or https'),
    })
  })
})

describe('the user', () => {
  test('tokenFile beats token, which serves while the file cannot be read', async () => {
    await writeFile(join(dir, 'token'), 'from-file\n')
    const authorization = await authorizationOf({ token: 'plain', tokenFile: 'token' })
    expect(await authorization()).toBe('Bearer from-file')
    await writeFile(join(dir, 'next'), 'rotated')
    await rename(join(dir, 'next'), join(dir, 'token'))
    await clock.advance(1_000)
    expect(await authorization()).toBe('Bearer rotated')
    const other = await authorizationOf({ token: 'plain', tokenFile: 'no-such-file' })
    expect(await other()).toBe('Bearer plain')
  })

  test('a token beats an exec plugin, which is not run', async () => {
    const exec = { command: 'no-such-plugin', apiVersion: 'client.authentication.k8s.io/v1' }
    expect(await (await authorizationOf({ token: 'plain', exec }))()).toBe('Bearer plain')
  })

  test.each<[object, RegExp]>([
    [{ token: 't', username: 'me' }, /both a token and a username/],
    [
      { exec: { command: 'x' }, 'auth-provider': { name: 'oidc' } },
      /both an exec plugin and an auth-provider/,
    ],
    [{ token: 'a\nb' }, /token has characters that a header cannot carry/],
    [{ 'client-certificate-data': btoa('CERT') }, /a client certificate without a key/],
    [{ 'client-key-data': btoa('KEY') }, /a key without a certificate/],
    [{ tokenFile: 'none' }, /none/],
    [{ token: 't', as: 'a\nb' }, /impersonate has characters that a header cannot carry/],
    [{ token: 't', as: 'a', 'as-groups': ['é'] }, /impersonate has characters that a header cannot carry/],
  ])('%j: a sentence', async (user, sentence) => {
    expect(await load({ user })).toMatchObject({ ok: false, error: expect.stringMatching(sentence) })
  })

  test('credentials stay the same object until something changes', async () => {
    const config = await good({ user: { token: 't' } })
    expect(config.credentials()).toBe(config.credentials())
  })

  test('a wrong entry is in the way of no other', async () => {
    const users = [{ name: 'old', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1' } } }]
    expect(await load({ user: { token: 't' }, users })).toMatchObject({ ok: true })
  })
})

describe('an exec plugin', () => {
  const apiVersion = 'client.authentication.k8s.io/v1'

  test('is found in the folder of the kubeconfig, and learns of the cluster what it asks for', async () => {
    const script = `#!${process.execPath}
      const { spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO)
      const token = Buffer.from(JSON.stringify(spec.cluster)).toString('base64')
      console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: '${apiVersion}', status: { token } }))`
    await mkdir(join(dir, 'bin'))
    await writeFile(join(dir, 'bin/plugin'), script)
    await chmod(join(dir, 'bin/plugin'), 0o755)
    await writeFile(join(dir, 'ca.pem'), 'CA FILE')
    const cluster = {
      'certificate-authority': 'ca.pem',
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'shop' } }],
    }
    const exec = { apiVersion, command: './bin/plugin', provideClusterInfo: true, interactiveMode: 'Never' }
    const config = await good({ cluster, user: { exec } })
    const { authorization } = (await config.credentials()).headers
    expect(JSON.parse(Buffer.from(String(authorization).slice(7), 'base64').toString())).toEqual({
      server: 'https://api.test:6443',
      'certificate-authority-data': btoa('CA FILE'),
      config: { audience: 'shop' },
    })
  })

  test('that fails: its words, and whose it is', async () => {
    const exec = { apiVersion, command: 'no-such-plugin', installHint: 'See the manual.' }
    expect(await load({ user: { exec } })).toMatchObject({
      error: expect.stringMatching(
        /no credentials for user "u": .* no-such-plugin is not installed: See the manual.$/,
      ),
    })
  })
})

describe('a file that is wrong', () => {
  const read = async (text: string) => {
    const file = join(dir, 'config')
    await writeFile(file, text)
    const config = await loadKubeconfig([file], {}, {}, clock)
    return config.ok ? 'ok' : config.error.replace(`kubeconfig ${file}`, 'FILE')
  }
  test.each([
    ['clusters: 5', 'FILE: clusters must be a list'],
    ['clusters: [{ name: c, cluster: { server: [] } }]', 'FILE: clusters[0].cluster.server must be a text'],
    ['users: [{ user: {} }]', 'FILE: users[0].name is missing'],
    ['- a', 'FILE: this is not a kubeconfig'],
  ])('%s', async (text, error) => {
    expect(await read(text)).toBe(error)
  })

  test('YAML that cannot be parsed shows no part of the file', async () => {
    const error = await read('users:\n- name: me\n  user: { token: secret-token\nclusters: []\n')
    expect(error).toMatch(/^FILE: [^\n]* line 4, column 1/)
    expect(error).not.toContain('secret')
  })
})
