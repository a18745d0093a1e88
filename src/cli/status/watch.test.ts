import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fastClock } from '../../kube/testing/fast-clock.ts'
import { Pods } from '../destination/testing/pods.ts'
import { Shop } from '../testing/shop.ts'
import type { RunOptions } from '../testing/terminal.ts'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
  shop.service('web', 1)
  shop.service('east', 2)
  shop.split('web', { web: 1, east: 0 })
})
afterEach(() => shop.close())

/** Its seconds are tenths of ours. */
const clock = fastClock(10)

/** A running `status --watch`, and what it has printed. */
function watching(line = 'status --watch', options: RunOptions = {}) {
  const ending = new AbortController()
  let text = ''
  const onOutput = (piece: string) => {
    text += piece
  }
  const ended = shop.run(line, { clock, ...options, signal: ending.signal, onOutput })
  return {
    seen: (pattern: RegExp, timeout = 20_000) =>
      vi.waitFor(() => expect(text).toMatch(pattern), { timeout, interval: 5 }),
    end: async () => {
      ending.abort()
      return ended
    },
  }
}

describe('in a pipe', () => {
  test('the table once, then a line for each change', async () => {
    const { seen, end } = watching()
    await seen(/^NAMESPACE .*\nshop .* primary +web:1 \(1\/1\) .*\n$/)
    shop.service('web', 0)
    await seen(
      /Z TrafficSplit shop\/web failover \(due\), active web:1 \(0\/1\): .*east takes over; findings: ServiceProfile\n$/,
    )
    shop.split('web', { web: 0, east: 1 })
    await seen(/Z TrafficSplit shop\/web failover, active east:1 \(2\/2\): .*\n$/)
    shop.service('east', 1, 2)
    await seen(/active east:1 \(1\/2\)/)
    shop.split('new', { web: 1 })
    await seen(/TrafficSplit shop\/new dark, active web:1 \(0\/1\)/)
    shop.sandbox.store.delete('trafficsplits', 'shop', 'web')
    await seen(/TrafficSplit shop\/web is gone\n$/)
    const { exitCode, stdout } = await end()
    expect(exitCode).toBe(0)
    expect(stdout.match(/NAMESPACE/g)).toHaveLength(1)
    expect(shop.writes).toBe(0)
  })

  test('the table waits until every kind of route is known', async () => {
    const slow: RunOptions['wrap'] = (transport) => ({
      ...transport,
      request: async (req) => {
        // A table that comes too early has a second of its clock to do so.
        if (req.path === '/apis') await watcher.seen(/NAMESPACE/, 100).catch(() => {})
        return transport.request(req)
      },
    })
    const watcher = watching('status --watch', { wrap: slow })
    await watcher.seen(/web:1/)
    expect((await watcher.end()).stdout).toMatch(/^NAMESPACE .*\nshop .* primary +web:1/)
  })

  test('changes in other namespaces are not told with -n', async () => {
    const { seen, end } = watching('status --watch -n shop')
    await seen(/shop/)
    shop.split('api', { api: 1 }, { namespace: 'other' })
    shop.split('marker', { east: 1 })
    await seen(/shop\/marker/)
    expect((await end()).stdout).not.toContain('other')
  })
})

describe('what is wrong around a route', () => {
  test('is in the table, and a line when it begins and when it is over', async () => {
    const { seen, end } = watching()
    await seen(/^NAMESPACE .* FINDINGS .*\nshop .* ServiceProfile +shop\/web has 1 of 1/)
    shop.split('web', { web: 1, gone: 0 })
    await seen(/shop\/web primary, .*; findings: ServiceProfile, MissingService\n$/)
    shop.service('gone', 1)
    await seen(/shop\/web primary, .*; findings: ServiceProfile\n$/)
    await end()
  })

  test('is in the JSON lines, with what to do', async () => {
    const { seen, end } = watching('status --watch -o json')
    await seen(/\n$/)
    shop.split('web', { web: 1, gone: 0 })
    await seen(/"reason":"MissingService","message":"there is no Service shop\/gone, [^"]*create it/)
    await end()
  })

  test('is found within 30 s where it is not watched: ServiceProfiles, and what the operator reports', async () => {
    const { seen, end } = watching('status --watch', { clock: fastClock(60) })
    await seen(/ ServiceProfile +shop\/web has 1 of 1/)
    shop.profile('web', { web: '1', east: '0' })
    await seen(/shop\/web primary, active web:1 \(1\/1\): [^;]*\n$/)
    shop.tell('web', { reason: 'Fought', note: 'another client undoes the weights', at: new Date() })
    await seen(/shop\/web primary, .*; findings: Fought\n$/)
    await end()
  })

  test('is a gateway that is down by the probes of the operator, which is asked every 30 s', async () => {
    const pods = new Pods(shop)
    let state = 'down'
    const gateway = { cluster: 'east', since: '2026-11-25T12:00:00.000Z', trouble: 'no answer' }
    await pods.operator((_, response) => response.end(JSON.stringify({ gateways: [{ ...gateway, state }] })))
    shop.mirrored('east', 'east', 2)
    shop.profile('web', { web: '1', east: '0' })
    const { seen, end } = watching('status --watch', { forward: pods.forward })
    await seen(/shop\/web primary, .*; findings: GatewayDown\n$/)
    state = 'up'
    await seen(/shop\/web primary, active web:1 \(1\/1\): [^;]*\n$/)
    await end()
    pods.close()
  })

  test('of routes that stand in the way of each other', async () => {
    const { seen, end } = watching()
    await seen(/primary/)
    shop.httpRoute('web', [{ web: 1, east: 0 }])
    await seen(/TrafficSplit shop\/web primary, .*; findings: SharedParent, ServiceProfile\n/)
    await end()
  })

  test('is left out, with a sentence, as far as it must not be read', async () => {
    shop.sandbox.faults.fail(403, { resource: 'serviceprofiles' })
    const { seen, end } = watching()
    await seen(/primary/)
    expect((await end()).stderr).toMatch(/^ServiceProfiles cannot be read: .*403.*\n$/)
  })
})

describe('on a terminal', () => {
  test('the table is drawn anew, with the time of the change', async () => {
    const { seen, end } = watching('status --watch', { columns: 100, env: { NO_COLOR: '1' } })
    await seen(/primary +web:1/)
    shop.service('web', 0)
    await seen(/failover \(due\) +web:1 \(0\/1\) +\ds /)
    shop.split('web', { web: 0, east: 1 })
    await seen(/failover +east:1 \(2\/2\) +\ds /)
    const { stdout } = await end()
    expect(stdout.startsWith('\u001b[H\u001b[2J')).toBe(true)
    expect(stdout.match(/NAMESPACE/g)?.length).toBeGreaterThan(1)
  })
})

test('ends at once when it is called off before it begins', async () => {
  const { end } = watching()
  expect(await end()).toEqual({ exitCode: 130, stdout: '', stderr: '' })
})

const kinds = ['trafficsplits', 'httproutes', 'grpcroutes', 'tlsroutes', 'tcproutes']

test.each([['endpointslices'], kinds])(
  'says at once that it must not read %s, rather than waiting for ever',
  async (...resources) => {
    for (const resource of resources) shop.sandbox.faults.fail(403, { resource })
    expect(await shop.run('status --watch')).toMatchObject({ exitCode: 69, stdout: '' })
  },
)

test('goes on when its watches are cut', async () => {
  const { seen, end } = watching()
  await seen(/primary/)
  shop.sandbox.faults.cutWatches()
  shop.service('web', 0)
  await seen(/failover \(due\)/)
  expect((await end()).exitCode).toBe(0)
})

test('-o json has a line for each route, and then for each change', async () => {
  const { seen, end } = watching('status --watch -o json', { columns: 100 })
  await seen(/"state":"primary".*\n$/)
  shop.service('web', 0)
  await seen(/"state":"failover".*\n$/)
  shop.sandbox.store.delete('trafficsplits', 'shop', 'web')
  await seen(/"gone".*\n$/)
  const lines = (await end()).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines[0]).toMatchObject({ at: expect.any(String), route: { name: 'web', splits: [{ due: false }] } })
  expect(lines.at(-1)).toMatchObject({ gone: { kind: 'TrafficSplit', namespace: 'shop', name: 'web' } })
})

test.each(['-o yaml', '--classic'])('%s has no live form', async (flag) => {
  expect(await shop.run(`status --watch ${flag}`)).toMatchObject({ exitCode: 64 })
})
