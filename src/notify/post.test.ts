import { createServer, type RequestListener, type Server } from 'node:http'
import type { LookupFunction } from 'node:net'
import { afterEach, describe, expect, it, test } from 'vitest'
import type { Allowance } from './address.ts'
import { createPost, type PostRequest } from './post.ts'

let server: Server | undefined
let close = async () => {}
afterEach(async () => {
  await close()
  server?.closeAllConnections()
  server?.close()
})

/** A receiver on loopback, which the name `hooks.example` leads to. */
async function setUp(listener: RequestListener, addresses = ['127.0.0.1']) {
  const started = createServer(listener)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const address = started.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, options, callback) => {
    asked.push(hostname)
    const all = addresses.map((one) => ({ address: one, family: one.includes(':') ? 6 : 4 }))
    if (options.all) callback(null, all)
    else callback(null, all[0]?.address ?? '', all[0]?.family)
  }
  const poster = createPost(lookup)
  close = poster.close
  const send = (allowed: Allowance[] = ['loopback'], overrides: Partial<PostRequest> = {}) =>
    poster.post({
      url: `http://hooks.example:${port}/x`,
      headers: { 'content-type': 'application/json', 'webhook-id': '1' },
      body: '{}',
      allowed,
      signal: new AbortController().signal,
      ...overrides,
    })
  return { send, asked, port }
}

const answering = (status: number, headers: Record<string, string> = {}, text = '') => {
  const listener: RequestListener = (_, response) => response.writeHead(status, headers).end(text)
  return setUp(listener)
}

describe('a message', () => {
  it('arrives as it was sent', async () => {
    let seen = ''
    const { send } = await setUp(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      seen = `${request.method} ${request.url} ${request.headers['webhook-id']} ${body}`
      response.end()
    })
    expect(await send()).toEqual({ ok: true, value: undefined })
    expect(seen).toBe('POST /x 1 {}')
  })

  test.each([200, 202, 204])('has arrived when the answer is %i', async (status) => {
    expect(await (await answering(status)).send()).toMatchObject({ ok: true })
  })

  test.each([
    [400, false],
    [401, false],
    [404, false],
    [410, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
  ])('that is answered with %i may arrive later: %j', async (status, passing) => {
    const { send } = await answering(status, {}, 'because')
    expect(await send()).toEqual({
      ok: false,
      error: { message: `${status} because`, passing, retryAfterMs: undefined },
    })
  })

  it('waits as long as the receiver asks, but not for days', async () => {
    const busy = await answering(429, { 'retry-after': '30' })
    expect(await busy.send()).toMatchObject({ error: { retryAfterMs: 30_000 } })
    await close()
    const absurd = await answering(503, { 'retry-after': '86400' })
    expect(await absurd.send()).toMatchObject({ error: { retryAfterMs: 3_600_000 } })
  })

  it('may arrive later where nobody listens', async () => {
    const { send, port } = await answering(200)
    server?.close()
    const result = await send()
    expect(result).toMatchObject({ ok: false, error: { passing: true } })
    expect(result.ok ? '' : result.error.message).toContain(String(port))
  })

  it('is called off when there is no time left', async () => {
    const { send } = await setUp(() => {})
    const end = new AbortController()
    const sent = send(['loopback'], { signal: end.signal })
    end.abort()
    expect(await sent).toMatchObject({ ok: false })
  })
})

describe('an answer that does not end', () => {
  /** A receiver that answers, and goes on for as long as somebody listens. */
  async function endless(status: number) {
    let hungUp = () => {}
    const left = new Promise<void>((resolve) => {
      hungUp = resolve
    })
    const { send } = await setUp((_, response) => {
      response.writeHead(status)
      const more = () => void (response.write('x'.repeat(1000)) ? setImmediate(more) : 0)
      response.on('drain', more).on('close', hungUp)
      more()
    })
    return { send, left }
  }

  it('is not read to its end where the message has arrived', async () => {
    const { send, left } = await endless(200)
    expect(await send()).toEqual({ ok: true, value: undefined })
    await left
  })

  it('is shown from its beginning where it has not', async () => {
    const { send, left } = await endless(503)
    const message = `503 ${'x'.repeat(200)}`
    expect(await send()).toMatchObject({ ok: false, error: { message, passing: true } })
    await left
  })

  it('and is slow is cut off when there is no time left', async () => {
    const end = new AbortController()
    const { send } = await setUp((_, response) => {
      response.writeHead(503)
      response.write('not now', () => setImmediate(() => end.abort()))
    })
    const sent = await send(['loopback'], { signal: end.signal })
    expect(sent).toMatchObject({ ok: false, error: { passing: true } })
  })
})

describe('nothing is sent to where only the operator can reach', () => {
  it('by a name that leads there', async () => {
    let reached = false
    const { send, asked } = await setUp((_, response) => {
      reached = true
      response.end()
    })
    expect(await send([])).toMatchObject({
      ok: false,
      error: { passing: true, message: expect.stringContaining('loopback') },
    })
    expect([asked, reached]).toEqual([['hooks.example'], false])
  })

  it('by a name of which only one address leads there', async () => {
    const { send } = await setUp((_, response) => response.end(), ['127.0.0.1', '169.254.169.254'])
    expect(await send()).toMatchObject({ error: { message: expect.stringContaining('169.254.169.254') } })
  })

  it('by a redirect', async () => {
    const { send } = await answering(307, { location: 'http://169.254.169.254/latest' })
    expect(await send()).toMatchObject({
      ok: false,
      error: { passing: false, message: '307 redirects are not followed' },
    })
  })

  it('and what is allowed for one receiver is not for another', async () => {
    const { send } = await answering(200)
    expect(await send(['loopback'])).toMatchObject({ ok: true })
    expect(await send(['private'])).toMatchObject({ ok: false })
  })
})
