import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { readAssets } from './assets.ts'
import { AdminKit } from './testing/kit.ts'

const script = 'export const traffic = "moved";\n'.repeat(200)
const folder = mkdtempSync(join(tmpdir(), 'dashboard-'))
const kit = new AdminKit()
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<p>page</p>')
  writeFileSync(join(folder, 'assets', 'a-1b2c.js'), script)
  writeFileSync(join(folder, 'notes.txt'), 'no part of the page')
  await kit.start({ assets: readAssets([join(folder, 'missing'), folder]) })
})
afterAll(async () => {
  await kit.stop()
  rmSync(folder, { recursive: true })
})

/** What arrives, as it arrives: `fetch` would unpack it. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      const asked = request(`${kit.url}${path}`, { headers, method, agent: false }, async (answer) =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: await buffer(answer) }),
      )
      asked.once('error', reject).end()
    },
  )
}

const gzip = { 'accept-encoding': 'gzip, deflate, br' }

describe('a file of the dashboard', () => {
  it('is sent packed to who can unpack it', async () => {
    const { headers, body } = await get('/assets/a-1b2c.js', gzip)
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'gzip',
      'content-length': String(body.length),
      vary: 'accept-encoding',
    })
    expect(body.length).toBeLessThan(script.length / 10)
    expect(gunzipSync(body).toString()).toBe(script)
  })

  it('is sent as it is to everybody else', async () => {
    const { headers, body } = await get('/assets/a-1b2c.js')
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers).toMatchObject({ 'content-length': String(script.length), vary: 'accept-encoding' })
    expect(body.toString()).toBe(script)
  })

  test.each([
    ['gzip', true],
    ['GZIP', true],
    ['br, gzip;q=0.5', true],
    ['gzip ; q=1.0', true],
    ['gzip;q=0', false],
    ['gzip;q=0.0, br', false],
    ['br', false],
    ['x-gzip', false],
    ['identity', false],
  ])('to who accepts "%s": packed %s', async (accepted, isPacked) => {
    const { headers } = await get('/assets/a-1b2c.js', { 'accept-encoding': accepted })
    expect(headers['content-encoding'] === 'gzip').toBe(isPacked)
  })

  it('is kept for ever where its name tells its content, and asked for again where it does not', async () => {
    expect((await get('/assets/a-1b2c.js', gzip)).headers['cache-control']).toContain('immutable')
    expect((await get('/', gzip)).headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    })
  })

  it('is not sent again to who has it, and its two forms are not taken for each other', async () => {
    const etagOf = async (headers: Record<string, string>) => String((await get('/', headers)).headers.etag)
    const [packed, plain] = [await etagOf(gzip), await etagOf({})]
    expect(packed).not.toBe(plain)
    const status = async (headers: Record<string, string>) => (await get('/', headers)).status
    expect(await status({ ...gzip, 'if-none-match': packed })).toBe(304)
    expect(await status({ 'if-none-match': plain })).toBe(304)
    expect(await status({ ...gzip, 'if-none-match': plain })).toBe(200)
    expect((await get('/', { 'if-none-match': plain })).body.length).toBe(0)
  })

  it('has no body for who asks with HEAD', async () => {
    const { status, body } = await get('/', gzip, 'HEAD')
    expect([status, body.length]).toEqual([200, 0])
  })
})

test.each(['/assets/../../package.json', '/notes.txt', '/assets/', '/missing/index.html'])(
  'there is no %s',
  async (path) => expect((await get(path)).status).toBe(404),
)

it('is no page at all where it was not built, and the operator works without it', () =>
  expect(readAssets([join(folder, 'missing')]).size).toBe(0))
