import { once } from 'node:events'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { connect, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { certificate, key, stranger } from '../testing/certificate.ts'
import { createTransport, type Transport } from './transport.ts'

/** What stands in the files of certificates; tests replace it, as those who issue them do. */
let files: { ca: string; cert?: string; key?: string }
/** How many connections the proxy has tunnelled. */
let tunnels: number
let server: string
let proxyUrl: string
let transport: Transport
let cleanups: (() => void)[]

async function listen(one: Server): Promise<number> {
  const sockets = new Set<Socket>()
  one.on('connection', (socket) => sockets.add(socket))
  cleanups.push(() => {
    one.close()
    for (const socket of sockets) socket.destroy()
  })
  await once(one.listen(0, '127.0.0.1'), 'listening')
  const address = one.address()
  return typeof address === 'object' && address ? address.port : 0
}

beforeEach(async () => {
  files = { ca: certificate }
  tunnels = 0
  cleanups = []
  const tls = { cert: certificate, key, requestCert: true, rejectUnauthorized: false }
  const api = createServer(tls, ({ url, socket }, response) => {
    const who = socket instanceof TLSSocket ? (socket.getPeerCertificate().subject?.CN ?? null) : null
    response.write(`${JSON.stringify({ who })}\n`)
    if (url !== '/watch') response.end()
  })
  const proxy = createProxy().on('connect', ({ url = '' }, socket) => {
    tunnels += 1
    const { hostname, port } = new URL(`https://${url}`)
    const onward = connect(Number(port), hostname, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    for (const end of [socket, onward]) end.on('error', () => {})
    socket.pipe(onward).pipe(socket)
  })
  server = `https://127.0.0.1:${await listen(api)}`
  proxyUrl = `http://127.0.0.1:${await listen(proxy)}`
})
afterEach(async () => {
  await transport.close()
  for (const cleanup of cleanups) cleanup()
})

function open(more: { proxyUrl?: string }): void {
  const credentials = () => ({ headers: {}, ...files })
  const config = { server, credentials, source: 'a test', ...more }
  transport = createTransport(config, systemClock)
}

const ask = () => transport.request({ method: 'GET', path: '/' })

async function* watch() {
  const opened = await transport.stream({ method: 'GET', path: '/watch' })
  if (!opened.ok) throw new Error(opened.error.message)
  yield* opened.value
}

describe.each([
  ['directly', () => open({}), false],
  ['through a proxy', () => open({ proxyUrl }), true],
])('%s', (_, begin, tunnelled) => {
  test('a server is trusted that the CA file names by then', async () => {
    files = { ca: stranger }
    begin()
    expect(await ask()).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    files = { ca: certificate }
    expect(await ask()).toMatchObject({ ok: true })
    expect(tunnels > 0).toBe(tunnelled)
  })

  test('a client shows the certificate that it has by then, on connections that it keeps', async () => {
    begin()
    expect(await ask()).toEqual({ ok: true, value: { who: null } })
    files = { ca: certificate, cert: certificate, key }
    expect(await ask()).toEqual({ ok: true, value: { who: 'test' } })
    expect(await ask()).toEqual({ ok: true, value: { who: 'test' } })
  })

  test('a watch outlives the certificate that it began with, until all is closed', async () => {
    begin()
    const old = watch()
    expect(await old.next()).toMatchObject({ value: { who: null } })
    files = { ca: certificate, cert: certificate, key }
    const young = watch()
    expect(await young.next()).toMatchObject({ value: { who: 'test' } })
    const last = old.next()
    await transport.close()
    expect(await last).toMatchObject({ value: { error: { kind: 'timeout' } } })
  })
})
