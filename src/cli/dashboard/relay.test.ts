import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import { createManualClock } from '../../kube/testing/manual-clock.ts'
import { type Relay, startRelay } from './relay.ts'

/** What the operator does with a request; a test may replace it. */
let answer: (request: IncomingMessage, response: ServerResponse) => void
let received: IncomingMessage[]
let connections: Socket[]
let operator: ReturnType<typeof createServer>
let relay: Relay
let clock: ReturnType<typeof createManualClock>

beforeEach(async () => {
  clock = createManualClock()
  received = []
  connections = []
  answer = (_request, response) => void response.end('hello')
  operator = createServer((incoming, response) => {
    received.push(incoming)
    answer(incoming, response)
  }).listen(0, '127.0.0.1')
  await once(operator, 'listening')
  relay = await start(async () => ok(dial()))
})
afterEach(async () => {
  await relay.close()
  operator.closeAllConnections()
  operator.close()
})

function dial(): Socket {
  const address = operator.address()
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
  connections.push(socket)
  return socket
}

async function start(connector: Parameters<typeof startRelay>[1]): Promise<Relay> {
  const started = await startRelay({ host: '127.0.0.1', port: 0 }, connector, clock)
  if (!started.ok) throw new Error(started.error.message)
  return started.value
}

interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
}

/** Asks the relay with any headers, as a browser might send them. */
async function ask({ method = 'GET', path = '/', headers = {} }: Asked = {}) {
  const outgoing = request({ host: '127.0.0.1', port: relay.port, method, path, headers, agent: false })
  outgoing.end()
  const [incoming]: [IncomingMessage] = await once(outgoing, 'response').then(([first]) => [first])
  let text = ''
  incoming.setEncoding('utf8')
  for await (const chunk of incoming) text += chunk
  return { status: incoming.statusCode, headers: incoming.headers, text }
}

describe('a request', () => {
  test('and its answer go through as they are', async () => {
    answer = ({ url }, response) => response.writeHead(404, { etag: '"7"', vary: 'accept' }).end(`no ${url}`)
    const { status, headers, text } = await ask({ path: '/api/v1/routes?state=dark&q=a%2Fb' })
    expect({ status, text }).toEqual({ status: 404, text: 'no /api/v1/routes?state=dark&q=a%2Fb' })
    expect(headers).toMatchObject({ etag: '"7"', vary: 'accept' })
  })

  test('of what the browser sends, hands on what the operator looks at', async () => {
    const host = `localhost:${relay.port}`
    const headers = {
      host,
      origin: `http://${host}`,
      'sec-fetch-site': 'same-origin',
      'if-none-match': '"7"',
      'last-event-id': 'e1-5',
      'accept-encoding': 'gzip',
    }
    await ask({ headers: { ...headers, cookie: 'session=secret', authorization: 'Bearer secret' } })
    expect(received[0]?.headers).toMatchObject(headers)
    expect(JSON.stringify(received[0]?.rawHeaders)).not.toContain('secret')
  })

  test('has a connection of its own, which ends with it', async () => {
    await ask()
    await ask({ method: 'HEAD' })
    expect(received.map(({ method }) => method)).toEqual(['GET', 'HEAD'])
    expect(connections).toHaveLength(2)
    await expect.poll(() => connections.every(({ destroyed }) => destroyed)).toBe(true)
  })
})

describe('what is not wanted', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s: it hands on nothing that could change anything',
    async (method) => {
      expect(await ask({ method })).toMatchObject({ status: 405, text: 'only GET and HEAD are allowed\n' })
      expect(received).toEqual([])
    },
  )

  test.each(['/', '/api/v1/status', '/metrics', '/live'])(
    'a foreign name is refused, for %s',
    async (path) => {
      const { status, text } = await ask({ path, headers: { host: 'rebound.example.com' } })
      expect(status).toBe(403)
      expect(text).toContain('this server does not answer to the host name "rebound.example.com"')
      expect(received).toEqual([])
    },
  )

  test.each([{ origin: 'https://evil.example.com' }, { 'sec-fetch-site': 'cross-site' }])(
    'a page of another site is refused: %j',
    async (headers) => {
      expect((await ask({ headers: { host: `localhost:${relay.port}`, ...headers } })).status).toBe(403)
      expect(received).toEqual([])
    },
  )
})

describe('when the operator', () => {
  test('cannot be reached, the page is told why', async () => {
    await relay.close()
    relay = await start(async () => err('the Pod is gone; wait'))
    const { status, headers, text } = await ask()
    expect({ status, text }).toEqual({ status: 502, text: 'the Pod is gone; wait\n' })
    expect(headers['cache-control']).toBe('no-store')
  })

  test('ends without an answer, the page is told so', async () => {
    answer = ({ socket }) => void socket.destroy()
    expect(await ask()).toMatchObject({ status: 502, text: 'the operator did not answer: socket hang up\n' })
  })

  test('says nothing for ten seconds, the page is told so', async () => {
    answer = () => {}
    const asked = ask()
    await expect.poll(() => received.length).toBe(1)
    await clock.advance(10_000)
    expect(await asked).toMatchObject({
      status: 502,
      text: 'the operator did not answer: no data received for 10 s\n',
    })
    await expect.poll(() => connections.every(({ destroyed }) => destroyed)).toBe(true)
  })

  test('has begun to answer, it may take its time', async () => {
    answer = (_request, response) => void response.write('first')
    const asked = ask()
    await expect.poll(() => received.length).toBe(1)
    await expect.poll(() => clock.pending).toBe(0)
    await clock.advance(60_000)
    expect(connections.every(({ destroyed }) => destroyed)).toBe(false)
    relay.cut()
    await expect(asked).rejects.toThrow()
  })

  test('breaks off in the middle, the answer breaks off too, and does not look whole', async () => {
    answer = ({ socket }, response) => {
      response.write('half', () => socket.destroy())
    }
    await expect(ask()).rejects.toThrow('aborted')
  })

  test('is answering while another Pod takes over, the answer is cut', async () => {
    answer = (_request, response) => void response.write('first')
    const asked = ask()
    await expect.poll(() => received.length).toBe(1)
    relay.cut()
    await expect(asked).rejects.toThrow()
  })
})

test('a reader who leaves while the connection is opened asks for nothing, and leaves none behind', async () => {
  await relay.close()
  const wanted = Promise.withResolvers<void>()
  const opening = Promise.withResolvers<void>()
  let isFirst = true
  relay = await start(async () => {
    if (isFirst) {
      isFirst = false
      wanted.resolve()
      await opening.promise
    }
    return ok(dial())
  })
  const reader = connect(relay.port, '127.0.0.1')
  reader.write('GET /first HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await wanted.promise
  reader.destroy()
  // Whoever is answered after it has left comes later: the relay knows by then.
  await ask({ path: '/second' })
  opening.resolve()
  await expect.poll(() => connections.map(({ destroyed }) => destroyed)).toEqual([true, true])
  expect(received.map(({ url }) => url)).toEqual(['/second'])
})

test('a reader who takes nothing holds the operator back', async () => {
  const chunk = 'x'.repeat(1024 * 1024)
  let written = 0
  let isHeldBack = false
  answer = (_request, response) => {
    const more = (): void => {
      while (written < 500) {
        written += 1
        if (response.write(chunk)) continue
        isHeldBack = true
        response.once('drain', () => {
          isHeldBack = false
          more()
        })
        return
      }
    }
    more()
  }
  const reader = connect(relay.port, '127.0.0.1')
  reader.pause()
  reader.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  let before = -1
  // It stands still: between two looks nothing more was taken.
  await expect
    .poll(
      () => {
        const stands = isHeldBack && before === written
        before = written
        return stands
      },
      { interval: 200 },
    )
    .toBe(true)
  expect(written).toBeLessThan(100)
  reader.destroy()
})
