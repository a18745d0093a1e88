import { afterEach, describe, expect, it } from 'vitest'
import { type AdminServer, type AdminSources, startAdminServer } from './server.ts'

let server: AdminServer | undefined
afterEach(() => server?.close())

async function get(path: string, sources: Partial<AdminSources> = {}, method = 'GET') {
  const started = await startAdminServer(
    { host: '127.0.0.1', port: 0 },
    {
      live: () => [],
      ready: () => [],
      metrics: async () => ({ contentType: 'text/plain', text: 'up 1\n' }),
      ...sources,
    },
  )
  if (!started.ok) throw new Error(started.error)
  server = started.value
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method })
  return { status: response.status, text: await response.text() }
}

describe('the admin server', () => {
  it('answers probes with ok', async () => {
    expect(await get('/live')).toEqual({ status: 200, text: 'ok\n' })
  })

  it('says what a probe misses', async () => {
    const ready = () => ['waiting for trafficsplits', 'waiting for endpoints']
    expect(await get('/ready', { ready })).toEqual({
      status: 503,
      text: 'waiting for trafficsplits\nwaiting for endpoints\n',
    })
  })

  it('serves metrics', async () => expect(await get('/metrics')).toEqual({ status: 200, text: 'up 1\n' }))

  it('knows no other path and changes nothing', async () => {
    expect((await get('/')).status).toBe(404)
    await server?.close()
    expect((await get('/live', {}, 'POST')).status).toBe(405)
  })

  it('says why it cannot listen', async () => {
    await get('/live')
    const second = await startAdminServer(
      { host: '127.0.0.1', port: server?.port ?? 0 },
      { live: () => [], ready: () => [], metrics: async () => ({ contentType: '', text: '' }) },
    )
    expect(second).toMatchObject({ ok: false, error: expect.stringContaining('EADDRINUSE') })
  })
})
