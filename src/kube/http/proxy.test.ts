import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { createTransport } from './transport.ts'

let proxy: Server
let asked: { url: string | undefined; password: string | undefined }[]

afterEach(() => {
  proxy.close()
})

/** A proxy that refuses every tunnel. */
async function refusing(): Promise<number> {
  asked = []
  proxy = createServer().on('connect', ({ url, headers }: IncomingMessage, socket) => {
    asked.push({ url, password: headers['proxy-authorization'] })
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const address = proxy.address()
  return typeof address === 'object' && address ? address.port : 0
}

test.each([
  ['https://192.0.2.1:6443', '192.0.2.1:6443'],
  ['https://[2001:db8::1]:6443', '[2001:db8::1]:6443'],
  ['https://api.example', 'api.example:443'],
])('a proxy is asked for %s as its authority, and its refusal is told', async (server, authority) => {
  const port = await refusing()
  const proxyUrl = `http://me:secret@127.0.0.1:${port}`
  const config = { server, proxyUrl, credentials: () => ({ headers: {} }), source: 'a test' }
  const transport = createTransport(config, systemClock)
  const answer = await transport.request({ method: 'GET', path: '/' })
  await transport.close()
  expect(asked).toEqual([{ url: authority, password: `Basic ${btoa('me:secret')}` }])
  expect(answer).toMatchObject({
    error: {
      kind: 'unreachable',
      message: expect.stringContaining(`the proxy 127.0.0.1:${port} answered CONNECT ${authority} with 407`),
    },
  })
})
