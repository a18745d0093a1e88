import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { hostPort } from '../base/host-port.ts'
import { loopbacks } from '../kube/testing/loopbacks.ts'
import { type AdminSources, startAdminServer } from './server.ts'
import { AdminKit } from './testing/kit.ts'

let kit: AdminKit
beforeEach(() => {
  kit = new AdminKit()
})
afterEach(() => kit.stop())

/** `fetch` sets Host by itself, so this asks with `node:http`. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number | undefined; text: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const asked = request(`${kit.url}${path}`, { headers, method, agent: false }, async (response) => {
        let text = ''
        for await (const chunk of response) text += chunk
        resolve({ status: response.statusCode, text, headers: response.headers })
      })
      asked.once('error', reject).end()
    },
  )
}

describe('the admin server', () => {
  const started = (sources: Partial<AdminSources> = {}) => kit.start(sources)

  it('answers probes with ok', async () => {
    await started()
    expect(await get('/live')).toMatchObject({ status: 200, text: 'ok\n' })
  })

  it('says what a probe misses', async () => {
    await started({ ready: () => ['waiting for trafficsplits', 'waiting for endpoints'] })
    expect(await get('/ready')).toMatchObject({
      status: 503,
      text: 'waiting for trafficsplits\nwaiting for endpoints\n',
    })
  })

  it('serves metrics', async () => {
    await started()
    expect(await get('/metrics')).toMatchObject({ status: 200, text: 'up 1\n' })
  })

  it('says that metrics cannot be read, and goes on', async () => {
    await started({ metrics: () => Promise.reject(new Error('broken')) })
    expect(await get('/metrics')).toMatchObject({ status: 500, text: expect.stringContaining('broken') })
    expect((await get('/live')).status).toBe(200)
  })

  it('knows no other path and changes nothing', async () => {
    await started()
    expect((await get('/nowhere')).status).toBe(404)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      expect((await get('/api/v1/routes', {}, method)).status).toBe(405)
    expect((await get('//')).status).toBe(400)
  })

  it('says why it cannot listen', async () => {
    const { port } = await started()
    const second = await startAdminServer({ host: '127.0.0.1', port }, kit.sources())
    expect(second).toEqual({
      ok: false,
      error: expect.stringMatching(`^cannot listen on 127.0.0.1:${port}: .*EADDRINUSE`),
    })
  })

  it('without a host answers on the addresses of both families that there are', async () => {
    const listening = await startAdminServer({ host: undefined, port: 0 }, kit.sources())
    if (!listening.ok) throw new Error(listening.error)
    const { port, close } = listening.value
    for (const address of loopbacks) {
      const answer = await fetch(`http://${hostPort(address, port)}/live`)
      expect([address, await answer.text()]).toEqual([address, 'ok\n'])
    }
    await close()
  })
})

describe('who may ask', () => {
  const asked = async (path: string, headers: Record<string, string>) => {
    await kit.start()
    return (await get(path, headers)).status
  }

  test.each([
    'localhost:8080',
    '127.0.0.1',
    '10.1.2.3:8080',
    '[::1]:8080',
    '[fd00::7]',
    'linkerd-failover',
    'linkerd-failover.linkerd-failover.svc:8080',
    'linkerd-failover.linkerd-failover.svc.cluster.local',
  ])('the host name %s is ours', async (host) => {
    expect(await asked('/api/v1/status', { host })).toBe(200)
  })

  test.each(['evil.example', 'evil.example:8080', 'svc.evil.example', 'x.svc.cluster.local.evil.example'])(
    'the host name %s is foreign: a name may have been pointed at us',
    async (host) => {
      expect(await asked('/api/v1/status', { host })).toBe(403)
    },
  )

  test.each(['/live', '/ready', '/metrics'])('%s answers by whatever name', async (path) => {
    expect(await asked(path, { host: 'metrics.example' })).toBe(200)
  })

  test.each([
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ origin: 'http://localhost:8080' }, 200],
    [{ origin: 'http://localhost:9090' }, 403],
  ])('a page that sends %j gets %i', async (headers, status) => {
    expect(await asked('/api/v1/status', { host: 'localhost:8080', ...headers })).toBe(status)
  })

  it('tells browsers to load nothing from elsewhere, also in a refusal', async () => {
    await kit.start()
    for (const host of ['localhost', 'evil.example']) {
      const { headers } = await get('/api/v1/status', { host })
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })
})
