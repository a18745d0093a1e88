import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../base/clock.ts'
import type { ClusterConfig } from '../cluster/cluster.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { StreamBreak } from './read-lines.ts'
import { createTransport, type Transport } from './transport.ts'

type Handler = (req: IncomingMessage, res: ServerResponse) => void

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

function urlOf(server: Server): string {
  const address = server.address()
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : ''
}

async function start(handler: Handler, more: Partial<ClusterConfig> = {}, clock: Clock = systemClock) {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = urlOf(server) + (more.server ?? '')
  const transport = createTransport(
    { credentials: async () => ({ headers: {} }), source: 'a test', ...more, server: url },
    clock,
  )
  cleanups.push(() => transport.close())
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { transport, server }
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

async function readAll(transport: Transport, path = '/watch'): Promise<unknown[]> {
  const opened = await transport.stream({ method: 'GET', path })
  if (!opened.ok) return [opened.error]
  const items: unknown[] = []
  for await (const item of opened.value) items.push(item)
  return items
}

describe('a request', () => {
  test('asks for leave once its connection is open, and sends nothing without it', async () => {
    const seen: string[] = []
    const { transport, server } = await start((req, res) => {
      seen.push(req.url ?? '')
      res.end('{}')
    })
    let connected = false
    server.once('connection', () => (connected = true))
    const askedWhenConnected: boolean[] = []
    const mayStart = (answer: boolean) => () => {
      askedWhenConnected.push(connected)
      return answer
    }
    const held = await transport.request({ method: 'PATCH', path: '/no', mayStart: mayStart(false) })
    expect(held).toEqual({
      ok: false,
      error: { kind: 'notLeader', message: 'PATCH /no: not sent: this replica does not hold the lease' },
    })
    const sent = await transport.request({ method: 'PATCH', path: '/yes', mayStart: mayStart(true) })
    expect([sent.ok, seen, askedWhenConnected]).toEqual([true, ['/yes'], [true, true]])
  })

  test('stops reading an answer that is too large for its memory', async () => {
    let sent = 0
    const { transport } = await start((_, res) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ')
      const send = () => {
        sent += 1
        if (sent < 200) res.write(chunk, () => setImmediate(send))
      }
      send()
    })
    expect(await transport.request({ method: 'GET', path: '/slices' })).toEqual({
      ok: false,
      error: {
        kind: 'protocol',
        message: 'GET /slices: the answer has more than 20 MiB',
        isTooLarge: true,
      },
    })
    expect(sent).toBeLessThan(100)
  })

  test('takes an answer as text where that is asked for', async () => {
    const accepted: unknown[] = []
    const { transport } = await start((req, res) => {
      accepted.push(req.headers.accept)
      res.end('a log line\n{}')
    })
    const request = { method: 'GET', path: '/log' } as const
    expect(await transport.request({ ...request, answerAs: 'text' })).toEqual({
      ok: true,
      value: 'a log line\n{}',
    })
    expect(await transport.request(request)).toMatchObject({ ok: false, error: { kind: 'protocol' } })
    expect(accepted).toEqual(['*/*', 'application/json'])
  })

  test('carries path, query, body and fresh credentials, and answers with parsed JSON', async () => {
    let token = 0
    const seen: unknown[] = []
    const { transport } = await start(
      async (req, res) => {
        const { authorization, 'content-type': type } = req.headers
        const groups = req.headersDistinct['impersonate-group']
        seen.push([req.method, req.url, authorization, type, groups, await bodyOf(req)])
        res.end('{"hello":"wörld"}')
      },
      {
        server: '/prefix',
        credentials: async () => ({
          headers: { authorization: `Bearer ${++token}`, 'impersonate-group': ['a', 'b'] },
        }),
      },
    )
    const req = {
      method: 'PATCH',
      path: '/api/v1/x',
      query: { labelSelector: 'a=b,c' },
      body: [{ op: 'test', value: 'a&b <c> \u2028\u2029' }],
      contentType: 'application/json-patch+json',
    } as const
    expect(await transport.request(req)).toEqual({ ok: true, value: { hello: 'wörld' } })
    await transport.request({ method: 'GET', path: '/y' })
    expect(seen).toEqual([
      [
        'PATCH',
        '/prefix/api/v1/x?labelSelector=a%3Db%2Cc',
        'Bearer 1',
        'application/json-patch+json',
        ['a', 'b'],
        // As Go writes it: the API server compares the text of a `test`.
        String.raw`[{"op":"test","value":"a\u0026b \u003cc\u003e \u2028\u2029"}]`,
      ],
      ['GET', '/prefix/y', 'Bearer 2', undefined, ['a', 'b'], ''],
    ])
  })

  test('names the server as its URL does', async () => {
    const hosts: unknown[] = []
    const { transport, server } = await start((req, res) => {
      hosts.push(req.headers.host)
      res.end('{}')
    })
    await transport.request({ method: 'GET', path: '/' })
    expect(hosts).toEqual([new URL(urlOf(server)).host])
  })

  test('keeps its connections for the next ones', async () => {
    const ports = new Set<number | undefined>()
    const { transport } = await start((req, res) => {
      ports.add(req.socket.remotePort)
      res.end('{}')
    })
    for (let i = 0; i < 10; i += 1) await transport.request({ method: 'GET', path: '/' })
    // Two: the next may be sent before the first has come to rest.
    expect(ports.size).toBeLessThanOrEqual(2)
  })

  test('goes beside 15 others, and never waits behind watches', async () => {
    let waiting: ServerResponse[] = []
    const { transport } = await start((req, res) => {
      if (req.url === '/watch') return void res.write('{}\n')
      waiting.push(res)
      if (waiting.length < 16) return
      for (const it of waiting) it.end('{}')
      waiting = []
    })
    const stop = new AbortController()
    const watches = Array.from({ length: 40 }, () =>
      transport.stream({ method: 'GET', path: '/watch', signal: stop.signal }),
    )
    for (const watch of await Promise.all(watches)) expect(watch.ok).toBe(true)
    const patches = Array.from({ length: 64 }, () => transport.request({ method: 'PATCH', path: '/x' }))
    for (const patch of await Promise.all(patches)) expect(patch.ok).toBe(true)
    stop.abort()
  })

  test('does not wait behind 31 others that hang: a lease must be renewed whatever else is under way', async () => {
    let hanging = 0
    const { transport } = await start((req, res) => {
      if (req.url === '/lease') res.end('{}')
      else hanging += 1
    })
    const stop = new AbortController()
    const others = Array.from({ length: 31 }, () =>
      transport.request({ method: 'PATCH', path: '/x', signal: stop.signal }),
    )
    await expect.poll(() => hanging).toBe(31)
    expect(await transport.request({ method: 'PUT', path: '/lease' })).toEqual({ ok: true, value: {} })
    stop.abort()
    await Promise.all(others)
  })

  test.each([
    [403, '{"kind":"Status","message":"no, you may not"}', 'forbidden', 'no, you may not'],
    [404, 'page not found', 'notFound', 'page not found'],
    [500, '<html>', 'server', '<html>'],
    [200, '<html>', 'protocol', 'not JSON'],
    [302, '', 'protocol', 'answered 302'],
  ])('that is answered with %i %s is %s', async (status, body, kind, text) => {
    const { transport } = await start((_, res) => res.writeHead(status, { location: '/' }).end(body))
    const answer = await transport.request({ method: 'GET', path: '/thing' })
    expect(answer).toMatchObject({ ok: false, error: { kind, message: expect.stringContaining(text) } })
    expect(answer).toMatchObject({ error: { message: expect.stringContaining('GET /thing') } })
  })

  test('hears how long to wait', async () => {
    const { transport } = await start((_, res) => res.writeHead(429, { 'retry-after': '2' }).end())
    const answer = await transport.request({ method: 'GET', path: '/' })
    expect(answer).toMatchObject({ error: { kind: 'throttled', retryAfterMs: 2000 } })
  })

  test('that is not answered in time may or may not have been applied', async () => {
    const clock = createManualClock()
    let arrived: () => void = () => {}
    const came = new Promise<void>((resolve) => (arrived = resolve))
    const { transport } = await start(() => arrived(), {}, clock)
    const answer = transport.request({ method: 'PATCH', path: '/x', timeoutMs: 10_000 })
    await came
    await clock.advance(10_000)
    expect(await answer).toMatchObject({
      error: { kind: 'timeout', message: 'PATCH /x: no data received for 10 s' },
    })
    expect(clock.pending).toBe(0)
  })

  test('whose connection is cut may or may not have been applied', async () => {
    const { transport } = await start((req) => req.socket.destroy())
    const answer = await transport.request({ method: 'PATCH', path: '/x' })
    expect(answer).toMatchObject({ error: { kind: 'timeout' } })
  })

  test('that is answered with nonsense may or may not have been applied', async () => {
    const { transport } = await start((req) => void req.socket.write('nonsense\r\n\r\n'))
    const answer = await transport.request({ method: 'PATCH', path: '/x' })
    expect(answer).toMatchObject({ error: { kind: 'timeout', message: expect.stringContaining('PATCH /x') } })
  })

  test('that was called off is not held up by credentials that never come', async () => {
    const { transport } = await start(() => {}, { credentials: () => new Promise(() => {}) })
    const answer = await transport.request({ method: 'GET', path: '/', signal: AbortSignal.abort() })
    expect(answer).toMatchObject({ error: { kind: 'timeout' } })
  })

  test.each(['before', 'while'])('can be called off %s it is asked', async (when) => {
    const stop = new AbortController()
    const { transport } = await start(() => stop.abort())
    if (when === 'before') stop.abort()
    const answer = await transport.request({ method: 'GET', path: '/', signal: stop.signal })
    expect(answer).toMatchObject({
      error: { kind: 'timeout', message: expect.stringContaining('cancelled') },
    })
  })

  test('without credentials is not sent', async () => {
    let asked = 0
    const { transport } = await start(() => (asked += 1), {
      credentials: () => Promise.reject(new Error('the plugin failed')),
    })
    const answer = await transport.request({ method: 'GET', path: '/' })
    expect(answer).toMatchObject({
      error: { kind: 'unauthorized', message: expect.stringContaining('the plugin failed') },
    })
    expect(asked).toBe(0)
  })

  describe('whose credentials the server does not take', () => {
    /** Takes `Bearer good` alone, and notes all that it is shown. */
    const picky = (seen: (string | undefined)[]) => async (req: IncomingMessage, res: ServerResponse) => {
      const { authorization } = req.headers
      seen.push(`${authorization} ${await bodyOf(req)}`.trim())
      res.writeHead(authorization === 'Bearer good' ? 200 : 401).end('{}\n')
    }
    const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

    test('is sent once more with others, if there are any', async () => {
      const seen: string[] = []
      const given = [as('old'), as('good')]
      const { transport } = await start(picky(seen), {
        credentials: () => given[0] ?? as('none'),
        refuse: (refused) => refused === given.shift(),
      })
      const answer = await transport.request({ method: 'PATCH', path: '/', body: { a: 1 } })
      expect(answer).toEqual({ ok: true, value: {} })
      expect(seen).toEqual(['Bearer old {"a":1}', 'Bearer good {"a":1}'])
      given.unshift(as('old'))
      expect(await readAll(transport)).toEqual([{}])
    })

    test.each([true, false])('is not sent a third time (others: %s)', async (hasOthers) => {
      const seen: string[] = []
      const { transport } = await start(picky(seen), {
        credentials: () => as('old'),
        refuse: () => hasOthers,
      })
      expect(await transport.request({ method: 'GET', path: '/' })).toMatchObject({
        error: { kind: 'unauthorized' },
      })
      expect(seen).toHaveLength(hasOthers ? 2 : 1)
    })
  })

  test('to nobody is unreachable, and says where it was tried', async () => {
    const { transport, server } = await start(() => {})
    const url = urlOf(server)
    await new Promise((resolve) => server.close(resolve))
    const answer = await transport.request({ method: 'GET', path: '/' })
    expect(answer).toMatchObject({ error: { kind: 'unreachable', message: expect.stringContaining(url) } })
  })
})

describe('a stream', () => {
  test('yields lines as they come, also in pieces, and ends cleanly', async () => {
    const { transport } = await start(async (_, res) => {
      const bytes = Buffer.from('{"a":"ä"}\n{"b":2}\n')
      for (const byte of bytes) {
        res.write(Buffer.from([byte]))
        await new Promise((resolve) => setImmediate(resolve))
      }
      res.end()
    })
    expect(await readAll(transport)).toEqual([{ a: 'ä' }, { b: 2 }])
  })

  test.each<[string, Handler, string]>([
    ['cut', (_, res) => res.write('{}\n', () => res.socket?.destroy()), 'timeout'],
    ['ended in mid-line', (_, res) => res.end('{}\n{"half'), 'timeout'],
    ['not JSON', (_, res) => res.end('{}\n<html>\n'), 'protocol'],
  ])('that is %s ends with a break', async (_, handler, kind) => {
    const { transport } = await start(handler)
    const [first, last] = await readAll(transport)
    expect(first).toEqual({})
    expect(last).toBeInstanceOf(StreamBreak)
    expect(last).toMatchObject({ error: { kind } })
  })

  test('that is refused is an error', async () => {
    const { transport } = await start((_, res) => res.writeHead(410).end('{"message":"too old"}'))
    expect(await readAll(transport)).toMatchObject([{ kind: 'expired' }])
  })

  test('breaks after a time without a byte, counted from the last', async () => {
    const clock = createManualClock()
    const { transport } = await start((_, res) => void res.write('1\n'), {}, clock)
    const opened = await transport.stream({ method: 'GET', path: '/', inactivityMs: 120_000 })
    if (!opened.ok) throw new Error(opened.error.message)
    const items = opened.value[Symbol.asyncIterator]()
    expect(await items.next()).toMatchObject({ value: 1 })
    const next = items.next()
    await clock.advance(120_000)
    const last = (await next).value
    expect(last).toBeInstanceOf(StreamBreak)
    expect(last).toMatchObject({ error: { kind: 'timeout', message: expect.stringContaining('120 s') } })
    expect(await items.next()).toMatchObject({ done: true })
    expect(clock.pending).toBe(0)
  })

  test('closes its connection when it is left', async () => {
    let closed: () => void = () => {}
    const gone = new Promise<void>((resolve) => (closed = resolve))
    const { transport } = await start((_, res) => {
      res.on('close', () => closed())
      res.write('1\n')
    })
    const opened = await transport.stream({ method: 'GET', path: '/' })
    if (opened.ok) for await (const _ of opened.value) break
    await gone
  })

  test('is broken by the caller and by close', async () => {
    const { transport } = await start((_, res) => void res.write('1\n'))
    const stop = new AbortController()
    const opened = await transport.stream({ method: 'GET', path: '/', signal: stop.signal })
    const other = readAll(transport)
    stop.abort()
    const items: unknown[] = []
    if (opened.ok) for await (const item of opened.value) items.push(item)
    expect(items.at(-1)).toMatchObject({ error: { kind: 'timeout' } })
    await transport.close()
    expect((await other).at(-1)).toHaveProperty('kind', expect.anything())
  })

  test('that nobody reads any more is let go of when it is called off', async () => {
    const clock = createManualClock()
    let open = 0
    const { transport, server } = await start((_, res) => void res.write('1\n'), {}, clock)
    server.on('connection', (socket) => {
      open += 1
      socket.on('close', () => (open -= 1))
    })
    const stop = new AbortController()
    const request = { method: 'GET', path: '/', signal: stop.signal } as const
    const begun = await transport.stream(request)
    if (begun.ok) await begun.value[Symbol.asyncIterator]().next()
    await transport.stream(request)
    expect(open).toBe(2)
    stop.abort()
    expect(clock.pending).toBe(0)
    await expect.poll(() => open).toBe(0)
  })

  test('lets others work while it is read', async () => {
    const line = `${JSON.stringify({ filler: 'x'.repeat(2000) })}\n`
    const { transport } = await start((_, res) => void res.end(line.repeat(20_000)))
    let turns = 0
    let reading = true
    const count = () => {
      turns += 1
      if (reading) setImmediate(count)
    }
    count()
    expect(await readAll(transport)).toHaveLength(20_000)
    reading = false
    expect(turns).toBeGreaterThan(200)
  })
})
