import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import type { ClusterConfig, ClusterOptions } from './cluster.ts'
import { loadClusterConfig } from './find-cluster.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kube-config-'))
})
afterEach(() => rm(dir, { recursive: true }))

const put = async (name: string, content: string | object) => {
  const path = join(dir, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const kubeconfig = (more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'one',
  contexts: [
    { name: 'one', context: { cluster: 'c1', user: 'u1' } },
    { name: 'two', context: { cluster: 'c2', user: 'u2', namespace: 'shop' } },
  ],
  clusters: [
    {
      name: 'c1',
      cluster: {
        server: 'https://one:6443/',
        'certificate-authority-data': Buffer.from('CA').toString('base64'),
        'tls-server-name': 'api.one',
        'proxy-url': 'http://proxy:3128',
      },
    },
    { name: 'c2', cluster: { server: 'http://two:8080', 'insecure-skip-tls-verify': true } },
  ],
  users: [
    { name: 'u1', user: { token: 'secret-one' } },
    { name: 'u2', user: { username: 'me', password: 'pass' } },
  ],
  ...more,
})

const clock = createManualClock()

const load = (options: ClusterOptions, env: NodeJS.ProcessEnv = {}) =>
  loadClusterConfig(options, { HOME: dir, ...env }, clock, join(dir, 'serviceaccount'))

async function good(options: ClusterOptions, env?: NodeJS.ProcessEnv) {
  const loaded = await load(options, env)
  if (!loaded.ok) throw new Error(loaded.error)
  return loaded.value
}

const headersOf = async (config: ClusterConfig) => (await config.credentials()).headers
const caOf = async (config: ClusterConfig) => String((await config.credentials()).ca)
const certificatesOf = async (config: ClusterConfig) => {
  const { ca, cert, key } = await config.credentials()
  return [ca, cert, key].map(String)
}

async function bad(options: ClusterOptions, env?: NodeJS.ProcessEnv) {
  const loaded = await load(options, env)
  if (loaded.ok) throw new Error(`unexpected: ${loaded.value.source}`)
  return loaded.error
}

async function mountServiceAccount() {
  await mkdir(join(dir, 'serviceaccount'))
  await put('serviceaccount/token', 'pod-token\n')
  await put('serviceaccount/ca.crt', 'POD CA')
  await put('serviceaccount/namespace', 'shop')
  return { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }
}

describe('a kubeconfig', () => {
  test('gives the cluster and user of its current context', async () => {
    const path = await put('k', kubeconfig())
    const config = await good({ kubeconfig: path })
    expect(config).toMatchObject({
      server: 'https://one:6443',
      tlsServerName: 'api.one',
      proxyUrl: 'http://proxy:3128',
      skipTlsVerify: false,
      source: path,
    })
    expect(await caOf(config)).toBe('CA')
    expect(config.namespace).toBeUndefined()
    expect(await headersOf(config)).toEqual({ authorization: 'Bearer secret-one' })
  })

  test('follows --context, --cluster and --user', async () => {
    const path = await put('k', kubeconfig())
    const two = await good({ kubeconfig: path, context: 'two' })
    expect(two).toMatchObject({ server: 'http://two:8080', skipTlsVerify: true, namespace: 'shop' })
    expect(await headersOf(two)).toEqual({ authorization: `Basic ${btoa('me:pass')}` })
    const mixed = await good({ kubeconfig: path, cluster: 'c2', user: 'u1' })
    expect(mixed.server).toBe('http://two:8080')
    expect(await headersOf(mixed)).toEqual({ authorization: 'Bearer secret-one' })
  })

  test('over plain HTTP needs no user', async () => {
    const contexts = [{ name: 'one', context: { cluster: 'c', user: 'nobody' } }]
    const clusters = [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }]
    const users = [{ name: 'nobody', user: {} }]
    const config = await good({ kubeconfig: await put('k', kubeconfig({ contexts, clusters, users })) })
    expect(await headersOf(config)).toEqual({})
  })

  test('lets a user act as another', async () => {
    const path = await put('k', kubeconfig())
    const config = await good({ kubeconfig: path, as: 'jane', asGroups: ['dev', 'ops'] })
    expect(await headersOf(config)).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-group': ['dev', 'ops'],
    })
  })

  test('may itself name another user to act as', async () => {
    const users = [{ name: 'u1', user: { token: 't', as: 'joe', 'as-groups': ['qa'] } }]
    const config = await good({ kubeconfig: await put('k', kubeconfig({ users })) })
    expect(await headersOf(config)).toMatchObject({ 'impersonate-user': 'joe', 'impersonate-group': ['qa'] })
  })

  test('reads client certificates and the CA from files beside it', async () => {
    await put('cert.pem', 'CERT')
    await put('key.pem', 'KEY')
    await put('ca.pem', 'CA FILE')
    const users = [{ name: 'u1', user: { 'client-certificate': 'cert.pem', 'client-key': 'key.pem' } }]
    const clusters = [{ name: 'c1', cluster: { server: 'https://x', 'certificate-authority': 'ca.pem' } }]
    const config = await good({ kubeconfig: await put('k', kubeconfig({ users, clusters })) })
    expect(await certificatesOf(config)).toEqual(['CA FILE', 'CERT', 'KEY'])
  })

  test('reads a token file again when it rotates', async () => {
    await put('token', 'first')
    const users = [{ name: 'u1', user: { tokenFile: 'token' } }]
    const config = await good({ kubeconfig: await put('k', kubeconfig({ users })) })
    expect(await headersOf(config)).toEqual({ authorization: 'Bearer first' })
    await rename(await put('next', 'second'), join(dir, 'token'))
    expect(await headersOf(config)).toEqual({ authorization: 'Bearer first' })
    await clock.advance(1_000)
    expect(await headersOf(config)).toEqual({ authorization: 'Bearer second' })
  })

  test('reads certificate files again, the CA too', async () => {
    for (const name of ['ca', 'cert', 'key']) await put(name, 'first')
    const users = [{ name: 'u1', user: { 'client-certificate': 'cert', 'client-key': 'key' } }]
    const clusters = [{ name: 'c1', cluster: { server: 'https://x', 'certificate-authority': 'ca' } }]
    const config = await good({ kubeconfig: await put('k', kubeconfig({ users, clusters })) })
    for (const name of ['ca', 'cert', 'key']) await rename(await put('next', 'second'), join(dir, name))
    await clock.advance(1_000)
    expect(await certificatesOf(config)).toEqual(['second', 'second', 'second'])
  })

  test('reads the CA file again, whose last text is good enough while it is replaced', async () => {
    await put('ca', 'first')
    const clusters = [{ name: 'c1', cluster: { server: 'https://x', 'certificate-authority': 'ca' } }]
    const config = await good({ kubeconfig: await put('k', kubeconfig({ clusters })) })
    await rename(await put('next', 'second'), join(dir, 'ca'))
    await clock.advance(1_000)
    await headersOf(config)
    expect(await caOf(config)).toBe('second')
    await rm(join(dir, 'ca'))
    await clock.advance(1_000)
    expect(await headersOf(config)).toEqual({ authorization: 'Bearer secret-one' })
  })

  test('runs an exec plugin, and says what it says when it fails', async () => {
    const credential = JSON.stringify({ status: { token: 'from-plugin' } })
    const script = `console.log(${JSON.stringify(credential)})`
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath }
    const user = (code: string) => [{ name: 'u1', user: { exec: { ...exec, args: ['-e', code] } } }]
    const config = await good({ kubeconfig: await put('k', kubeconfig({ users: user(script) })) })
    expect(await headersOf(config)).toEqual({ authorization: 'Bearer from-plugin' })
    const failing = user('console.error("log in first"); process.exit(1)')
    const error = await bad({ kubeconfig: await put('l', kubeconfig({ users: failing })) })
    expect(error).toContain('log in first')
    expect(error).toContain('"u1"')
  })
})

describe('clear messages', () => {
  test.each<[string, ClusterOptions, object | string, string[]]>([
    ['a context that does not exist', { context: 'three' }, kubeconfig(), ['"three"', 'one, two']],
    ['a cluster that does not exist', { cluster: 'c3' }, kubeconfig(), ['"c3"', 'c1, c2']],
    ['a user that does not exist', { user: 'u3' }, kubeconfig(), ['"u3"', 'u1, u2']],
    [
      'a current context that does not exist',
      {},
      kubeconfig({ 'current-context': 'old' }),
      ['"old"', 'one, two'],
    ],
    [
      'no current context',
      {},
      kubeconfig({ 'current-context': '' }),
      ['no current context', '--context', 'one, two'],
    ],
    ['an empty file', {}, '', ['empty']],
    ['a file that is something else', {}, 'hello', ['not a kubeconfig']],
    ['a file that is no YAML', {}, 'a: [', ['k:']],
    ['a cluster without a server', {}, kubeconfig({ clusters: [{ name: 'c1', cluster: {} }] }), ['server']],
    [
      'a missing certificate',
      {},
      kubeconfig({ users: [{ name: 'u1', user: { 'client-certificate': 'no.pem' } }] }),
      ['no.pem', '"u1"'],
    ],
  ])('%s', async (_, options, content, words) => {
    const path = await put('k', content)
    const error = await bad({ kubeconfig: path, ...options })
    for (const word of [path, ...words]) expect(error).toContain(word)
  })

  test('a file that is not there', async () => {
    expect(await bad({ kubeconfig: join(dir, 'none') })).toContain(`${join(dir, 'none')}: no such file`)
    expect(await bad({ kubeconfig: dir })).toContain(dir)
  })

  test('nothing to be found', async () => {
    expect(await bad({})).toMatch(/no --kubeconfig, KUBECONFIG is not set/)
  })
})

describe('the order', () => {
  test('is flag, KUBECONFIG, Pod, home', async () => {
    const pod = await mountServiceAccount()
    const flag = await put('flag', kubeconfig())
    const env = { ...pod, KUBECONFIG: await put('env', kubeconfig()) }
    await mkdir(join(dir, '.kube'))
    const home = await put('.kube/config', kubeconfig())
    expect((await good({ kubeconfig: flag }, env)).source).toBe(flag)
    expect((await good({}, env)).source).toBe(env.KUBECONFIG)
    expect((await good({}, pod)).source).toContain('service account')
    expect((await good({ context: 'two' }, pod)).source).toBe(home)
    expect((await good({})).source).toBe(home)
  })

  test('of several files in KUBECONFIG: the first that names a thing wins, missing ones are left out', async () => {
    const first = await put('a', kubeconfig({ 'current-context': 'two', contexts: [], users: [] }))
    const clusters = [{ name: 'c2', cluster: { server: 'https://other' } }]
    const second = await put('b', kubeconfig({ clusters }))
    const KUBECONFIG = [join(dir, 'missing'), first, second].join(delimiter)
    const config = await good({}, { KUBECONFIG })
    expect(config.server).toBe('http://two:8080')
    expect(await headersOf(config)).toEqual({ authorization: `Basic ${btoa('me:pass')}` })
  })
})

describe('in a Pod', () => {
  test('server, CA and token come from its files, and rotate', async () => {
    const config = await good({ as: 'jane' }, await mountServiceAccount())
    expect(config.server).toBe('https://10.0.0.1:443')
    expect(await caOf(config)).toBe('POD CA')
    expect(config.namespace).toBe('shop')
    expect(await headersOf(config)).toEqual({ authorization: 'Bearer pod-token', 'impersonate-user': 'jane' })
    await rename(await put('next', 'rotated'), join(dir, 'serviceaccount/token'))
    await rename(await put('next', 'NEW CA'), join(dir, 'serviceaccount/ca.crt'))
    await clock.advance(1_000)
    expect(await headersOf(config)).toMatchObject({ authorization: 'Bearer rotated' })
    expect(await caOf(config)).toBe('NEW CA')
  })

  test('what was read is at hand for the next request, as the same object', async () => {
    const config = await good({}, await mountServiceAccount())
    const read = await config.credentials()
    expect(config.credentials()).toBe(read)
  })

  test('an IPv6 address is put in brackets', async () => {
    const env = { ...(await mountServiceAccount()), KUBERNETES_SERVICE_HOST: 'fd00::1' }
    expect((await good({}, env)).server).toBe('https://[fd00::1]:443')
  })

  test('the last token and CA are good enough while the files are replaced', async () => {
    const config = await good({}, await mountServiceAccount())
    await headersOf(config)
    for (const name of ['token', 'ca.crt']) await rm(join(dir, 'serviceaccount', name))
    await clock.advance(1_000)
    expect(await headersOf(config)).toEqual({ authorization: 'Bearer pod-token' })
    expect(await caOf(config)).toBe('POD CA')
  })
})
