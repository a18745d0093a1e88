import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ClusterConfig } from '../cluster/cluster.ts'
import { forwardPort } from './port-forward.ts'

/**
 * API server and kubelet, as far as one WebSocket goes: channel 0 is data, 1 is what went wrong, and the
 * first message of each names the port. That the real ones are like this is shown in
 * test/cli/dashboard.e2e.test.ts.
 */
let server: Server
/** The connection that was opened last, and what asked for it. */
let opened: Promise<{ request: IncomingMessage; socket: Duplex }>
let cluster: ClusterConfig

const to = { namespace: 'linkerd-failover', pod: 'operator-1', port: 8080 }
const portOf = (listening: Server): number => {
  const address = listening.address()
  return typeof address === 'object' && address ? address.port : 0
}

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened = new Promise((resolve) => {
    server.on('upgrade', (request, socket) => {
      socket.on('error', () => {})
      const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
      const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${guid}`)
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept.digest('base64')}\r\nsec-websocket-protocol: v4.channel.k8s.io\r\n\r\n`,
      )
      for (const channel of [0, 1]) socket.write(frame(channel, Buffer.from([0x90, 0x1f])))
      resolve({ request, socket })
    })
  })
  cluster = {
    server: `http://127.0.0.1:${portOf(server)}`,
    credentials: async () => ({ headers: { authorization: 'Bearer t', 'impersonate-group': ['a', 'b'] } }),
    source: 'test',
  }
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  if (server.listenerCount('upgrade') > 0) (await Promise.race([opened, undefined]))?.socket.destroy()
})

/** A message of the server on a channel: binary, in one piece, not masked. */
function frame(channel: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt8(0x82, 0)
  head.writeUInt8(126, 1)
  head.writeUInt16BE(data.length + 1, 2)
  return Buffer.concat([head, Buffer.from([channel]), data])
}

/** The payload of a client's short message, unmasked. */
function unmask(message: Buffer): Buffer {
  const length = message.readUInt8(1) & 0x7f
  const mask = message.subarray(2, 6)
  return Buffer.from(message.subarray(6, 6 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)))
}

async function open(signal = new AbortController().signal): Promise<Duplex> {
  const forwarded = await forwardPort(cluster, to, signal)
  if (!forwarded.ok) throw new Error(forwarded.error.message)
  return forwarded.value
}

describe('a connection to a port of a Pod', () => {
  test('is asked of the API server, as the user', async () => {
    const duplex = await open()
    const { request } = await opened
    expect(request.url).toBe('/api/v1/namespaces/linkerd-failover/pods/operator-1/portforward?ports=8080')
    expect(request.headers).toMatchObject({ authorization: 'Bearer t', 'impersonate-group': 'a, b' })
    expect(request.headers['sec-websocket-protocol']).toContain('v4.channel.k8s.io')
    duplex.destroy()
  })

  test('carries bytes both ways, and no port numbers', async () => {
    const duplex = await open()
    const { socket } = await opened
    duplex.write('ping')
    const [message] = await once(socket, 'data')
    expect(unmask(message).toString()).toBe('\0ping')
    socket.write(frame(0, Buffer.from('pong')))
    expect(String((await once(duplex, 'data'))[0])).toBe('pong')
    duplex.destroy()
  })

  test('ends when the Pod ends it', async () => {
    const duplex = await open()
    const { socket } = await opened
    socket.write(frame(0, Buffer.from('last words')))
    socket.end(Buffer.from([0x88, 0]))
    let text = ''
    for await (const chunk of duplex) text += chunk
    expect(text).toBe('last words')
  })

  test('is given back when it is let go', async () => {
    const duplex = await open()
    const { socket } = await opened
    const given = once(socket, 'data')
    duplex.destroy()
    const [message] = await given
    expect(message.readUInt8(0)).toBe(0x88)
  })

  test('is cut when it is called off, also where nobody answers any more', async () => {
    const user = new AbortController()
    const duplex = await open(user.signal)
    const { socket } = await opened
    socket.resume()
    const cut = once(socket, 'end')
    const ended = once(duplex, 'close')
    duplex.resume()
    user.abort()
    await cut
    await ended
  })

  test('breaks with the words of the kubelet where nothing listens on the port', async () => {
    const duplex = await open()
    const { socket } = await opened
    const broken = once(duplex, 'error')
    socket.write(frame(1, Buffer.from('connection refused')))
    socket.end(Buffer.from([0x88, 0]))
    expect(String((await broken)[0])).toMatch(/operator-1\/portforward: connection refused$/)
  })

  test('is not read faster than it is read from', async () => {
    const duplex = await open()
    const { socket } = await opened
    const piece = frame(0, Buffer.alloc(60_000))
    let sent = 0
    while (socket.write(piece) || (await drained(socket))) {
      sent += piece.length
      expect(sent).toBeLessThan(200 * 1024 * 1024)
    }
    expect(duplex.readableLength).toBeLessThan(1024 * 1024)
    duplex.destroy()
  })
})

/** False where the other side takes nothing any more: a whole second is far more than loopback needs. */
const drained = (socket: Duplex): Promise<boolean> =>
  Promise.race([
    once(socket, 'drain').then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, 1_000, false)),
  ])

describe('no connection', () => {
  test.each([
    [403, 'forbidden'],
    [404, 'notFound'],
    [401, 'unauthorized'],
    [500, 'server'],
  ])('an answer of %i is the error %s', async (status, kind) => {
    server.removeAllListeners('upgrade')
    server.on('request', (_request, response) => void response.writeHead(status).end())
    const forwarded = await forwardPort(cluster, to, new AbortController().signal)
    expect(forwarded).toMatchObject({ ok: false, error: { kind } })
    const message = forwarded.ok ? '' : forwarded.error.message
    expect(message).toBe(
      `GET /api/v1/namespaces/linkerd-failover/pods/operator-1/portforward: answered ${status}`,
    )
  })

  test('where nobody listens', async () => {
    const config = { ...cluster, server: 'http://127.0.0.1:1' }
    const forwarded = await forwardPort(config, to, new AbortController().signal)
    expect(forwarded).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
  })

  test('where there are no credentials', async () => {
    const credentials = () => Promise.reject(new Error('the plugin failed'))
    const forwarded = await forwardPort({ ...cluster, credentials }, to, new AbortController().signal)
    expect(forwarded).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('plugin failed') },
    })
  })

  test('when it is called off while it is opened', async () => {
    server.removeAllListeners('upgrade')
    const user = new AbortController()
    server.once('upgrade', () => user.abort())
    expect(await forwardPort(cluster, to, user.signal)).toMatchObject({ ok: false })
  })
})
