import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Shop } from '../testing/shop.ts'

const annotation = 'failover.linkerd.io/paused'
const options = { namespace: 'shop' }

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
  shop.split('web', { web: 100, east: 0 }, { annotations: { mine: 'stays' } })
  shop.split('cart', { cart: 1 })
  shop.sandbox.store.clearRequests()
})
afterEach(() => shop.close())

const annotations = (name: string) => shop.get('trafficsplits', name)?.metadata.annotations

describe('pause', () => {
  test('sets the annotation, nothing else, and says so', async () => {
    const before = shop.get('trafficsplits', 'web')
    expect(await shop.run('pause ts/web', options)).toEqual({
      exitCode: 0,
      stdout: 'TrafficSplit shop/web is paused: its weights stay as they are\n',
      stderr: '',
    })
    expect(annotations('web')).toEqual({ mine: 'stays', [annotation]: 'true' })
    expect(shop.get('trafficsplits', 'web')?.spec).toEqual(before?.spec)
  })

  test('again writes nothing', async () => {
    await shop.run('pause ts/web', options)
    const again = await shop.run('pause ts/web', options)
    expect(again).toEqual({ exitCode: 0, stdout: 'TrafficSplit shop/web was paused already\n', stderr: '' })
    expect(shop.writes).toBe(1)
  })

  test('a value that does not pause is replaced', async () => {
    shop.split('web', { web: 1 }, { annotations: { [annotation]: 'yes' } })
    await shop.run('pause ts/web', options)
    expect(annotations('web')).toEqual({ [annotation]: 'true' })
  })
})

describe('resume', () => {
  test('takes the annotation away', async () => {
    await shop.run('pause ts/web', options)
    expect(await shop.run('resume ts/web', options)).toEqual({
      exitCode: 0,
      stdout: 'TrafficSplit shop/web is resumed\n',
      stderr: '',
    })
    expect(annotations('web')).toEqual({ mine: 'stays' })
  })

  test('of what is not paused writes nothing', async () => {
    const { exitCode, stdout } = await shop.run('resume ts/web', options)
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'TrafficSplit shop/web was not paused\n' })
    expect(shop.writes).toBe(0)
  })

  test('takes a value away that did not pause, and says so', async () => {
    shop.split('web', { web: 1 }, { annotations: { [annotation]: 'yes' } })
    const { stdout } = await shop.run('resume ts/web', options)
    expect(stdout).toBe(
      'TrafficSplit shop/web is resumed (its annotation had the value "yes", which does not pause a route)\n',
    )
    expect(annotations('web')?.[annotation]).toBeUndefined()
  })
})

test('several routes at once', async () => {
  const { stdout } = await shop.run('pause ts/web ts/cart -n shop')
  expect(stdout.split('\n')).toEqual([
    expect.stringContaining('web is paused'),
    expect.stringContaining('cart is paused'),
    '',
  ])
})

test('a name mistyped changes nothing at all', async () => {
  const { exitCode, stdout, stderr } = await shop.run('pause ts/web ts/crat', options)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toContain('ts/crat does not exist in namespace shop')
  expect(shop.writes).toBe(0)
})

test('what the server refuses is said, with its words', async () => {
  shop.sandbox.faults.fail(403, { method: 'PATCH' })
  const { exitCode, stdout, stderr } = await shop.run('pause ts/web', options)
  expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' })
  expect(stderr).toMatch(/PATCH \S+trafficsplits\/web: answered 403.*; ask for this permission/)
})

test('no route named', async () => {
  expect((await shop.run('resume')).stderr).toContain("missing required argument 'route'")
})
