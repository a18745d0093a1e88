import { describe, expect, it, test } from 'vitest'
import { stringify } from 'yaml'
import { readTokenKubeconfig } from './token-kubeconfig.ts'

const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
const base64 = (text: string) => Buffer.from(text).toString('base64')

const kubeconfig = ({
  cluster = {},
  user = { token: 'secret-token' },
  ...more
}: Record<string, object | string> = {}) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'east',
    contexts: [{ name: 'east', context: { cluster: 'east', user: 'remote' } }],
    clusters: [
      {
        name: 'east',
        cluster: {
          server: 'https://east.example.com:6443',
          'certificate-authority-data': base64(pem),
          ...Object(cluster),
        },
      },
    ],
    users: [{ name: 'remote', user }],
    ...more,
  })

const read = (text: string) => readTokenKubeconfig(text, 'a Secret')

test('a kubeconfig as Linkerd links with it', async () => {
  const config = read(kubeconfig())
  if (!config.ok) throw new Error(config.error)
  expect(config.value).toMatchObject({ server: 'https://east.example.com:6443', source: 'a Secret' })
  const credentials = await config.value.credentials()
  expect(credentials.headers).toEqual({ authorization: 'Bearer secret-token' })
  expect(String(credentials.ca)).toBe(pem)
  // Always the same: a request need not wait for it, and no connection is opened anew.
  expect(config.value.credentials()).toBe(credentials)
})

test.each<[object, object]>([
  [{ 'proxy-url': '' }, { proxyUrl: undefined }],
  [{ 'proxy-url': 'http://proxy.test' }, { proxyUrl: 'http://proxy.test' }],
  [{ server: 'east.example.com:6443' }, { server: 'https://east.example.com:6443' }],
  [{ server: 'https://east.example.com/k8s/' }, { server: 'https://east.example.com/k8s' }],
])('%j is understood as kubectl does', (cluster, config) => {
  expect(read(kubeconfig({ cluster }))).toMatchObject({ ok: true, value: config })
})

describe('is refused', () => {
  test.each([
    ['no YAML', 'a: [', 'no kubeconfig'],
    ['nothing', '', 'no kubeconfig'],
    ['something else', 'hello', 'no kubeconfig'],
    ['a user without a token', kubeconfig({ user: {} }), 'users.0.user.token'],
    ['a program to run', kubeconfig({ user: { exec: { command: 'sh' } } }), 'users.0.user.token'],
    ['a file to read', kubeconfig({ user: { tokenFile: '/etc/passwd' } }), 'users.0.user.token'],
    ['a token of two lines', kubeconfig({ user: { token: 'a\nb' } }), 'users.0.user.token is not a token'],
    [
      'another protocol',
      kubeconfig({ cluster: { server: 'ftp://east' } }),
      'clusters.0.cluster.server is not a URL',
    ],
    ['no server', kubeconfig({ cluster: { server: '' } }), 'clusters.0.cluster.server'],
    ['a strange proxy', kubeconfig({ cluster: { 'proxy-url': 'socks5://p' } }), 'proxy-url is not a URL'],
    [
      'no certificate',
      kubeconfig({ cluster: { 'certificate-authority-data': base64('not a CA') } }),
      'certificate-authority-data is not a certificate',
    ],
    [
      'a CA that is not to be verified',
      kubeconfig({ cluster: { 'insecure-skip-tls-verify': true } }),
      'clusters.0.cluster.insecure-skip-tls-verify contradicts certificate-authority-data',
    ],
    ['no context', kubeconfig({ 'current-context': 'west' }), 'no current context'],
    ['no cluster', kubeconfig({ clusters: [] }), 'lacks the cluster'],
    ['no user', kubeconfig({ users: [] }), 'lacks the user'],
  ])('%s', (_, text, words) => {
    const answer = read(text)
    expect(answer).toMatchObject({ ok: false, error: expect.stringContaining(words) })
  })

  it('without showing what is in it', () => {
    const answer = read(`${kubeconfig()}\n  broken: [`)
    expect(JSON.stringify(answer)).not.toContain('secret-token')
    expect(answer.ok).toBe(false)
  })
})
