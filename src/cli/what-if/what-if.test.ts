import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Shop } from '../testing/shop.ts'

const options = { namespace: 'shop' }

let shop: Shop
let folder: string
beforeEach(async () => {
  shop = await Shop.open()
  folder = await mkdtemp(join(tmpdir(), 'what-if-'))
})
afterEach(async () => {
  await shop.close()
  await rm(folder, { recursive: true })
})

/** A shop whose routes have a different fate each when `web` and the cluster east are lost. */
function furnish(): void {
  for (const service of ['web', 'api', 'lonely', 'held']) shop.service(service, 1)
  shop.mirrored('web-east', 'east', 1)
  shop.mirrored('web-west', 'west', 1)
  shop.split('web', { web: 1, 'web-east': 0, 'web-west': 0 })
  shop.split('api', { api: 1, 'web-east': 0 })
  shop.split('lonely', { lonely: 1 })
  shop.split('held', { held: 1, 'web-east': 0 }, { annotations: { 'failover.linkerd.io/paused': 'true' } })
  shop.service('gone', 0)
  shop.split('gone', { gone: 0, 'web-east': 7, 'web-west': 7 })
  shop.split('dead', { gone: 1, nobody: 0 })
}

async function file(text: string): Promise<string> {
  const path = join(folder, 'world.yaml')
  await writeFile(path, text)
  return path
}

describe('the table', () => {
  test('of Services that are lost', async () => {
    furnish()
    const { exitCode, stdout, stderr } = await shop.run('what-if --down web,shop/lonely,held', options)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "NAMESPACE   KIND           NAME     EFFECT       SERVED BY   THEN BY              WHY
      shop        TrafficSplit   held     goes dark    held        held                 paused by its annotation
      shop        TrafficSplit   lonely   goes dark    lonely      lonely               shop/lonely has 0 of 1 endpoints ready, and no secondary is ready
      shop        TrafficSplit   dead     stays dark   gone        gone                 shop/gone has 0 of 1 endpoints ready, and no secondary is ready
      shop        TrafficSplit   web      fails over   web         web-east, web-west   shop/web has 0 of 1 endpoints ready; shop/web-east and shop/web-west share

      6 routes: 2 go dark, 1 stays dark, 1 fails over, 2 stay
      "
    `)
    expect(shop.writes).toBe(0)
  })

  test('counts as many endpoints as each Service has', async () => {
    shop.service('web', 2)
    shop.service('web-east', 1, 3)
    shop.split('web', { web: 1, 'web-east': 0 })
    const { stdout } = await shop.run('what-if --down web', options)
    expect(stdout).toMatch(
      /shop\/web has 0 of 2 endpoints ready; shop\/web-east takes over\n\n1 route: 1 fails over\n$/,
    )
    const path = await file('services: {shop/web: down, shop/web-east: down}')
    const { routes } = JSON.parse((await shop.run(['what-if', '-f', path, '-o', 'json'], options)).stdout)
    expect(routes[0].splits[0].sentence).toContain('shop/web has 0 of 2 endpoints ready')
  })

  test('of a cluster that is lost', async () => {
    furnish()
    const { exitCode, stdout } = await shop.run('what-if --cluster-down east', options)
    expect(exitCode).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "NAMESPACE   KIND           NAME   EFFECT          SERVED BY            THEN BY    WHY
      shop        TrafficSplit   dead   stays dark      gone                 gone       shop/gone has 0 of 1 endpoints ready, and no secondary is ready
      shop        TrafficSplit   gone   redistributes   web-east, web-west   web-west   shop/gone has 0 of 1 endpoints ready; shop/web-west takes over

      6 routes: 1 stays dark, 1 redistributes, 4 stay
      "
    `)
  })

  test('of nothing that changes is one line', async () => {
    furnish()
    const { exitCode, stdout } = await shop.run('what-if --down web-west', options)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('redistributes')
    shop.split('gone', { gone: 0, 'web-east': 1 })
    shop.sandbox.store.delete('trafficsplits', 'shop', 'dead')
    expect((await shop.run('what-if --down web-west', options)).stdout).toBe('5 routes: 5 stay\n')
  })
})

describe('goes dark', () => {
  test('is what the exit code tells of', async () => {
    shop.service('web', 1)
    shop.service('east', 1)
    shop.split('web', { web: 1, east: 0 })
    expect((await shop.run('what-if --down web', options)).exitCode).toBe(0)
    expect((await shop.run('what-if --down web,east', options)).exitCode).toBe(1)
    expect((await shop.run('what-if --down web --down east', options)).exitCode).toBe(1)
  })

  test('does not count what is dark already', async () => {
    shop.split('web', { web: 1, east: 0 })
    const { exitCode, stdout } = await shop.run('what-if --down web', options)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('1 stays dark')
  })

  test('a paused route does not fail over, so it goes dark', async () => {
    furnish()
    const { stdout } = await shop.run('what-if --down held', options)
    expect(stdout).toMatch(/held +goes dark +held +held +paused by its annotation/)
  })

  test('what is unknown may serve', async () => {
    shop.service('web', 1)
    shop.split('web', { web: 1, east: 1 })
    const path = await file('services: {shop/web: unknown, shop/east: unknown}')
    expect((await shop.run(['what-if', '-f', path], options)).exitCode).toBe(0)
  })
})

describe('a world file', () => {
  test('says more than flags can', async () => {
    furnish()
    const path = await file(`
      services:
        shop/gone: ready
        shop/web: {ready: 0, total: 3}
        shop/api: unknown
      clusters:
        west: down
    `)
    const { exitCode, stdout } = await shop.run(['what-if', '-f', path], options)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/web +fails over +web +web-east +shop\/web has 0 of 3 endpoints ready/)
    expect(stdout).toMatch(/gone +fails back +web-east, web-west +gone /)
    expect(stdout).toMatch(/dead +recovers/)
  })

  test('is joined with the flags', async () => {
    furnish()
    const path = await file('services: {shop/web: down}')
    const { stdout } = await shop.run(['what-if', '-f', path, '--cluster-down', 'east'], options)
    expect(stdout).toMatch(/web +fails over +web +web-west/)
  })

  test('that is empty changes nothing', async () => {
    furnish()
    expect((await shop.run(['what-if', '-f', await file('')], options)).exitCode).toBe(0)
  })

  test('that is wrong is refused, with all that is wrong', async () => {
    const path = await file(`
      services:
        web: down
        shop/a: dwon
        shop/b: {ready: 3, total: 1}
        shop/c: {ready: -1, total: one}
        shop/d: {ready: 1, total: 1, more: 1}
      clusters: {east: up}
      routes: []
    `)
    const { exitCode, stderr } = await shop.run(['what-if', '-f', path], options)
    expect(exitCode).toBe(64)
    expect(stderr.replace(folder, '')).toMatchInlineSnapshot(`
      "linkerd-failover: /world.yaml is not a valid world file: services.web: must be NAMESPACE/NAME; services.shop/a: must be ready, down, unknown or {ready: 1, total: 3}; services.shop/b: ready is more than total; services.shop/c.ready: must not be negative; services.shop/c.total: must be a whole number; services.shop/d: Unrecognized key: "more"; clusters.east: must be down; Unrecognized key: "routes"; see linkerd-failover what-if --help for its format
      "
    `)
  })

  test.each([
    ['no YAML', 'a: [', /world.yaml cannot be read: .*; see/],
    ['no mapping', '- a', /world.yaml is not a valid world file: .*expected object/],
  ])('that is %s is refused', async (_, text, message) => {
    const { exitCode, stderr } = await shop.run(['what-if', '-f', await file(text)], options)
    expect(exitCode).toBe(64)
    expect(stderr).toMatch(message)
    expect(stderr.trim()).not.toContain('\n')
  })

  test('that is not there is refused', async () => {
    const path = join(folder, 'none.yaml')
    expect((await shop.run(['what-if', '-f', path], options)).stderr).toMatch(/ENOENT/)
  })
})

describe('what is mistyped is no good news', () => {
  test('a Service that no route uses', async () => {
    furnish()
    const { exitCode, stderr } = await shop.run('what-if --down web,wbe,other/api', options)
    expect(exitCode).toBe(1)
    expect(stderr).toBe(
      'linkerd-failover: no controlled route uses shop/wbe, other/api; write Services as NAMESPACE/NAME\n',
    )
  })

  test('a cluster that nothing is mirrored from', async () => {
    furnish()
    const { exitCode, stderr } = await shop.run('what-if --cluster-down north', options)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('no Service is mirrored from a cluster named "north"; choose one of: east, west')
  })

  test('a cluster, where nothing is mirrored at all', async () => {
    expect((await shop.run('what-if --cluster-down east', options)).stderr).toContain(
      'no Service is mirrored from any cluster',
    )
  })

  test('nothing at all', async () => {
    expect(await shop.run('what-if', options)).toMatchObject({ exitCode: 64, stdout: '' })
  })
})

describe('namespaces', () => {
  beforeEach(() => {
    shop.service('web', 1)
    shop.split('web', { web: 1 })
    shop.service('other/web', 1)
    shop.split('web', { web: 1 }, { namespace: 'other' })
  })

  test('a bare name is of the context, and all routes are looked at', async () => {
    const { stdout } = await shop.run('what-if --down web', options)
    expect(stdout).toMatch(/^shop +TrafficSplit +web +goes dark/m)
    expect(stdout).toContain('2 routes: 1 goes dark, 1 stays')
  })

  test('with -n, both are of that one', async () => {
    const { stdout } = await shop.run('what-if --down web -n other', options)
    expect(stdout).toMatch(/^other +TrafficSplit +web +goes dark/m)
    expect(stdout).toContain('1 route: 1 goes dark')
  })
})

test('as JSON and YAML: every route, and the totals', async () => {
  furnish()
  const { stdout, exitCode } = await shop.run('what-if --down web -o json', options)
  expect(exitCode).toBe(0)
  const { routes, totals } = JSON.parse(stdout)
  expect(routes).toHaveLength(6)
  expect(totals).toMatchObject({ 'fails over': 1, 'stays dark': 1, stays: 4 })
  expect(routes.find(({ name }: { name: string }) => name === 'web')).toEqual({
    apiVersion: 'split.smi-spec.io/v1alpha2',
    namespace: 'shop',
    kind: 'TrafficSplit',
    name: 'web',
    effect: 'fails over',
    splits: [
      {
        where: null,
        effect: 'fails over',
        before: ['shop/web'],
        after: ['shop/web-east', 'shop/web-west'],
        sentence: 'fails over: shop/web has 0 of 1 endpoints ready; shop/web-east and shop/web-west share',
      },
    ],
  })
  expect(parse((await shop.run('what-if --down web -o yaml', options)).stdout)).toEqual({ routes, totals })
})

test('a Service of remote discovery is lost with its cluster', async () => {
  const labels = {
    'mirror.linkerd.io/mirrored-service': 'true',
    'multicluster.linkerd.io/remote-discovery': 'north',
  }
  const metadata = { namespace: 'shop', name: 'far', labels }
  shop.put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } })
  shop.service('near', 1)
  shop.split('far', { far: 1, near: 0 })
  const { stdout } = await shop.run('what-if --cluster-down north', options)
  expect(stdout).toMatch(/far +fails over +far +near/)
})

test('what must not be read is said', async () => {
  furnish()
  shop.sandbox.faults.fail(403, { resource: 'services' })
  expect((await shop.run('what-if --cluster-down east', options)).exitCode).toBe(69)
  expect((await shop.run('what-if --down web', options)).exitCode).toBe(69)
})
