import { expect, test } from 'vitest'
import { proxyFromEnvironment } from './environment-proxy.ts'

const HTTPS_PROXY = 'http://proxy.test:3128'

test.each<[string, Record<string, string>, string | undefined]>([
  ['https://api.test:6443', {}, undefined],
  ['https://api.test:6443', { HTTPS_PROXY }, HTTPS_PROXY],
  ['https://api.test:6443', { https_proxy: HTTPS_PROXY }, HTTPS_PROXY],
  ['https://api.test:6443', { HTTPS_PROXY, https_proxy: 'http://other' }, HTTPS_PROXY],
  ['https://api.test:6443', { HTTPS_PROXY: '', https_proxy: HTTPS_PROXY }, HTTPS_PROXY],
  ['https://api.test:6443', { HTTP_PROXY: HTTPS_PROXY }, undefined],
  ['http://api.test:8080', { HTTP_PROXY: 'http://plain' }, 'http://plain'],
  ['http://api.test:8080', { HTTPS_PROXY }, undefined],
  ['https://api.test', { HTTPS_PROXY: 'proxy.test:3128' }, 'http://proxy.test:3128'],
])('%s with %j goes through %s', (server, env, proxy) => {
  expect(proxyFromEnvironment(server, env)).toEqual({ ok: true, value: proxy })
})

test.each(['https://localhost:6443', 'https://127.0.0.1:6443', 'https://127.9.9.9', 'https://[::1]:6443'])(
  '%s is never reached through a proxy',
  (server) => {
    expect(proxyFromEnvironment(server, { HTTPS_PROXY })).toEqual({ ok: true, value: undefined })
  },
)

test.each<[string, string, boolean]>([
  ['*', 'https://api.test', true],
  ['api.test', 'https://api.test', true],
  ['API.test', 'https://api.TEST', true],
  ['test', 'https://api.test', true],
  ['.test', 'https://api.test', true],
  ['.api.test', 'https://api.test', false],
  ['*.test', 'https://api.test', true],
  ['*.api.test', 'https://api.test', false],
  ['pi.test', 'https://api.test', false],
  ['a, ,api.test', 'https://api.test', true],
  ['api.test:6443', 'https://api.test:6443', true],
  ['api.test:443', 'https://api.test', true],
  ['api.test:443', 'https://api.test:6443', false],
  ['10.0.0.1', 'https://10.0.0.1:6443', true],
  ['10.0.0.1:6443', 'https://10.0.0.1:6443', true],
  ['10.0.0.1:443', 'https://10.0.0.1:6443', false],
  ['10.0.0.0/8', 'https://10.9.9.9:6443', true],
  ['10.0.0.0/8', 'https://11.0.0.1:6443', false],
  ['10.0.0.0/99', 'https://10.9.9.9:6443', false],
  ['0.0.1', 'https://10.0.0.1', false],
  ['fd00::/8', 'https://[fd00::1]:6443', true],
  ['fd00::1', 'https://[fd00::1]:6443', true],
  ['[fd00::1]:443', 'https://[fd00::1]:6443', false],
  ['fd00::/8', 'https://10.0.0.1', false],
  ['10.0.0.0/8', 'https://api.test', false],
  ['', 'https://api.test', false],
])('NO_PROXY=%s, %s: excluded %s', (NO_PROXY, server, isExcluded) => {
  const answer = proxyFromEnvironment(server, { HTTPS_PROXY, NO_PROXY })
  expect(answer).toEqual({ ok: true, value: isExcluded ? undefined : HTTPS_PROXY })
})

test.each(['socks5://proxy.test', 'http://', 'ftp://proxy.test', 'a b'])('%s is refused', (proxy) => {
  expect(proxyFromEnvironment('https://api.test', { HTTPS_PROXY: proxy })).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^the environment variable HTTPS_PROXY is /),
  })
})
