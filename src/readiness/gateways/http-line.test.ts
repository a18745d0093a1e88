import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { probeNetwork } from './http-line.ts'
import type { Line } from './network.ts'

const ready = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nready\n'

/** What a server did: connections, and questions by connection. */
interface Served {
  readonly line: Line
  readonly sockets: Socket[]
  readonly questions: string[]
  close(): Promise<void>
}

const running: (() => void)[] = []
afterEach(() => {
  for (const end of running.splice(0)) end()
})

/** A server that does something with each question, and a line to it. */
async function serve(act: (socket: Socket, count: number) => void): Promise<Served> {
  const sockets: Socket[] = []
  const questions: string[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (data) => {
      questions.push(data.toString())
      act(socket, questions.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const line = probeNetwork.open({ address: '127.0.0.1', port, path: '/ready' })
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    })
  running.push(() => {
    line.drop()
    void close()
  })
  return { line, sockets, questions, close }
}

it('asks with GET, and keeps the connection', async () => {
  const { line, sockets, questions } = await serve((socket) => socket.write(ready))
  for (let count = 0; count < 5; count += 1) expect(await line.ask()).toBe('answers')
  expect(sockets).toHaveLength(1)
  expect(questions).toHaveLength(5)
  expect(questions[0]).toMatch(
    /^GET \/ready HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nUser-Agent: linkerd-failover\r\n\r\n$/,
  )
})

it('takes an answer in pieces', async () => {
  const { line } = await serve((socket) => {
    socket.write(ready.slice(0, 20))
    setImmediate(() => socket.write(ready.slice(20)))
  })
  expect(await line.ask()).toBe('answers')
})

test.each([
  [503, 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n'],
  [302, 'HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'],
  [204, 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n'],
])('%d is no good answer', async (status, text) => {
  const { line } = await serve((socket) => socket.write(text))
  expect(await line.ask()).toEqual({ trouble: `it answers ${status}` })
})

test('what is not HTTP is no good answer', async () => {
  const { line } = await serve((socket) => socket.end('220 mail.example.com\r\n\r\n'))
  expect(await line.ask()).toEqual({ trouble: 'it answers 0' })
})

test.each([
  ['without a length', 'HTTP/1.1 200 OK\r\n\r\nready\n'],
  ['in chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nready\n\r\n0\r\n\r\n'],
  ['with "connection: close"', ready.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')],
  ['with more than was asked for', `${ready}${ready}`],
])('an answer %s counts, on a new connection each time', async (_, text) => {
  const { line, sockets } = await serve((socket) => socket.write(text))
  for (let count = 0; count < 3; count += 1) expect(await line.ask()).toBe('answers')
  expect(sockets).toHaveLength(3)
})

describe('a connection that is lost', () => {
  it('between two questions says nothing: the question goes over a new one', async () => {
    const { line, sockets } = await serve((socket) => socket.write(ready))
    await line.ask()
    sockets[0]?.destroy()
    expect(await line.ask()).toBe('answers')
    expect(sockets).toHaveLength(2)
  })

  it('with each question, on kept connections as on new ones, is trouble', async () => {
    const { line } = await serve((socket, count) => (count === 1 ? socket.write(ready) : socket.destroy()))
    await line.ask()
    expect(await line.ask()).toEqual({ trouble: expect.stringMatching(/closed|reset/) })
  })

  it('in the middle of an answer is trouble', async () => {
    const { line } = await serve((socket) => socket.end(ready.slice(0, -2)))
    expect(await line.ask()).toEqual({ trouble: 'the connection was closed' })
  })
})

it('says that a connection is refused, and asks again once somebody listens', async () => {
  const { line, close } = await serve((socket) => socket.write(ready))
  await line.ask()
  await close()
  expect(await line.ask()).toEqual({ trouble: 'connection refused' })
  expect(await line.ask()).toEqual({ trouble: 'connection refused' })
})

describe('an answer that does not end', () => {
  it.each([
    ['in its head', 'HTTP/1.1 200 OK\r\nx: '],
    ['in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n'],
  ])('is given up after 8 KiB: %s', async (_, beginning) => {
    const { line, sockets } = await serve((socket) => {
      socket.write(beginning)
      socket.write('x'.repeat(20_000))
    })
    expect(await line.ask()).toEqual({ trouble: 'it answers without an end' })
    await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true))
  })
})

describe('a question that hangs', () => {
  it('ends when it is dropped, with its connection; the next one opens another', async () => {
    const { line, sockets, questions } = await serve((socket, count) => count > 1 && socket.write(ready))
    const asked = line.ask()
    await vi.waitFor(() => expect(questions).toHaveLength(1))
    line.drop()
    expect(await asked).toBe('dropped')
    await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true))
    expect(await line.ask()).toBe('answers')
    expect(sockets).toHaveLength(2)
  })

  it('is not answered by what comes too late', async () => {
    const late: Socket[] = []
    const { line, questions } = await serve((socket, count) => (count === 1 ? late.push(socket) : undefined))
    const first = line.ask()
    await vi.waitFor(() => expect(questions).toHaveLength(1))
    line.drop()
    await first
    let answered = false
    const second = line.ask().then(() => {
      answered = true
    })
    late[0]?.write(ready)
    await vi.waitFor(() => expect(questions).toHaveLength(2))
    expect(answered).toBe(false)
    line.drop()
    await second
  })
})
