import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Page, servePage } from './server.ts'
import type { DemoState } from './state.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Stands for the operator. */
async function upstream(answer: Answer) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, stop }
}

describe('the page of the demo', () => {
  let operator: Awaited<ReturnType<typeof upstream>>
  let page: Page
  let scaled: unknown[]
  let busy: string | null
  let answer: Answer

  beforeEach(async () => {
    scaled = []
    busy = null
    answer = (_, response) => response.end('ok')
    operator = await upstream((request, response) => answer(request, response))
    const route = { kind: 'TrafficSplit', namespace: 'default', name: 'web' }
    const services = [{ name: 'web', isPrimary: true, ready: 2, total: 2 }]
    const state = (after: number): DemoState => ({
      route,
      busy,
      services,
      samples: [{ number: after + 1, at: 0, ok: 1, failed: 0, shares: {} }],
    })
    page = await servePage({
      operator: () => operator.url,
      state,
      scale: async (...args) => void scaled.push(args),
    })
  })
  afterEach(async () => {
    await page.close()
    operator.stop()
  })

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(page.url + path, { method: 'POST', body: JSON.stringify(body), headers })

  it("is the operator's, with a mark by which it knows that it is a demo", async () => {
    answer = (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html', 'content-length': '28', etag: '"x"' })
        .end('<html><head></head></html>  ')
    const response = await fetch(page.url)
    expect(await response.text()).toContain('<meta name="linkerd-failover-demo" /></head>')
    expect(response.headers.get('etag')).toBeNull()
  })

  it('hands everything else on as it is: paths, headers, status, and streams as they come', async () => {
    answer = (request, response) => {
      response.writeHead(206, {
        'content-type': 'text/event-stream',
        'x-path': request.url,
        'x-last': request.headers['last-event-id'],
      })
      response.write('data: first\n\n')
    }
    const stop = new AbortController()
    const response = await fetch(`${page.url}/api/v1/stream?a=b`, {
      headers: { 'last-event-id': 'e-7' },
      signal: stop.signal,
    })
    expect([response.status, response.headers.get('x-path'), response.headers.get('x-last')]).toEqual([
      206,
      '/api/v1/stream?a=b',
      'e-7',
    ])
    const first = await response.body?.getReader().read()
    expect(new TextDecoder().decode(first?.value)).toBe('data: first\n\n')
    stop.abort()
  })

  it('lets go of the operator when a reader leaves', async () => {
    const left = new Promise((resolve) => {
      answer = (_, response) => {
        response.once('close', resolve)
        response.write('data: first\n\n')
      }
    })
    const stop = new AbortController()
    await fetch(`${page.url}/api/v1/stream`, { signal: stop.signal })
    stop.abort()
    await left
  })

  it('says so when the operator is gone', async () => {
    operator.stop()
    const response = await fetch(`${page.url}/api/v1/status`)
    expect([response.status, await response.text()]).toEqual([
      502,
      expect.stringContaining('the operator did not answer'),
    ])
  })

  it('tells what only the demo knows, from where the page stands', async () => {
    const response = await fetch(`${page.url}/demo/state?after=41`)
    expect(await response.json()).toMatchObject({
      busy: null,
      services: [{ name: 'web' }],
      samples: [{ number: 42 }],
    })
  })

  it('scales a service of the demo', async () => {
    expect((await post('/demo/services/web', { replicas: 0 })).status).toBe(200)
    expect(scaled).toEqual([['web', 0]])
  })

  it.each([
    ['/demo/services/other', { replicas: 0 }, 404],
    ['/demo/services/web', { replicas: 1000 }, 400],
    ['/demo/services/web', 'x'.repeat(2000), 400],
    ['/demo/nothing', {}, 404],
  ])('refuses to POST %s with %o', async (path, body, status) => {
    expect((await post(path, body)).status).toBe(status)
    expect(scaled).toEqual([])
  })

  it('lets nobody change anything while the demo plays its story', async () => {
    busy = 'the demo plays its story'
    const response = await post('/demo/services/web', { replicas: 0 })
    expect([response.status, await response.json()]).toEqual([
      409,
      { error: 'try again later: the demo plays its story' },
    ])
  })

  it('takes no orders from pages of others', async () => {
    expect(
      (await post('/demo/services/web', { replicas: 0 }, { origin: 'http://evil.example' })).status,
    ).toBe(403)
    expect((await post('/demo/services/web', { replicas: 0 }, { origin: page.url })).status).toBe(200)
    expect(scaled).toHaveLength(1)
  })

  it('finds a place beside another demo', async () => {
    const other = await servePage({
      operator: () => operator.url,
      state: () => ({}) as never,
      scale: async () => {},
    })
    expect(other.url).not.toBe(page.url)
    await other.close()
  })
})
