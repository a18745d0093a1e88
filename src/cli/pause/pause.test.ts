import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
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

test('-o json prints what was written, and what was so already', async () => {
  const at = { ...options, clock: { ...systemClock, wallTime: () => new Date('2026-11-29T14:00:00Z') } }
  await shop.run('pause ts/web --for 1h --reason CHG-1234', at)
  const pause = { until: '2026-11-29T15:00:00.000Z', by: 'sandbox', reason: 'CHG-1234' }
  const again = await shop.run('pause ts/web ts/cart --for 1h --reason CHG-1234 -o json', at)
  const route = { kind: 'TrafficSplit', namespace: 'shop' }
  expect(JSON.parse(again.stdout)).toEqual({
    routes: [
      { ...route, name: 'web', changed: false, pause },
      { ...route, name: 'cart', changed: true, pause },
    ],
  })
  expect((await shop.run('resume ts/web -o yaml', at)).stdout).toBe(
    'routes:\n  - kind: TrafficSplit\n    namespace: shop\n    name: web\n    changed: true\n    pause: null\n',
  )
  const without = await shop.run('pause ts/web -o json', at)
  expect(JSON.parse(without.stdout).routes[0].pause).toEqual({ until: null, by: null, reason: null })
})

describe('pause --for', () => {
  const now = new Date('2026-11-29T14:00:00.250Z')
  const at = { ...options, clock: { ...systemClock, wallTime: () => now } }
  const until = '2026-11-29T15:30:01Z'

  test('says until when, who and why, on the object and to the user', async () => {
    expect(await shop.run(['pause', 'ts/web', '--for', '1h30m', '--reason', 'CHG-1234: nodes'], at)).toEqual({
      exitCode: 0,
      stdout: `TrafficSplit shop/web is paused until ${until}: its weights stay as they are\n`,
      stderr: '',
    })
    expect(annotations('web')).toEqual({
      mine: 'stays',
      [annotation]: 'true',
      [`${annotation}-until`]: until,
      [`${annotation}-by`]: 'sandbox',
      [`${annotation}-reason`]: 'CHG-1234: nodes',
    })
  })

  test('is seen by status, explain and policy, as text and as data', async () => {
    await shop.run('pause ts/web --for 1h30m --reason CHG-1234', at)
    const sentence = `paused by sandbox until ${until}: CHG-1234`
    expect((await shop.run('status', at)).stdout).toContain(sentence)
    expect((await shop.run('explain ts/web', at)).stdout).toContain(`Decision:  holds: ${sentence}`)
    expect((await shop.run('policy ts/web', at)).stdout).toMatch(
      /^paused +until 2026-11-29T15:30:01Z by sandbox: CHG-1234 +annotation failover.linkerd.io\/paused$/m,
    )
    expect(JSON.parse((await shop.run('status -o json', at)).stdout).routes[1].pause).toEqual({
      until: '2026-11-29T15:30:01.000Z',
      by: 'sandbox',
      reason: 'CHG-1234',
    })
  })

  test('is over for each command at that time', async () => {
    shop.service('web', 0)
    shop.service('east', 1)
    await shop.run('pause ts/web --for 1h30m', at)
    const later = { ...options, clock: { ...systemClock, wallTime: () => new Date(until) } }
    expect((await shop.run('status', later)).stdout).toMatch(/ web +failover \(due\) /)
    expect((await shop.run('explain ts/web', later)).stdout).toMatch(/^Rule: +SecondariesReady/m)
    expect((await shop.run('policy ts/web', later)).stdout).toMatch(
      /^paused +no, since 2026-11-29T15:30:01Z /m,
    )
    const lost = await shop.run('what-if --down shop/east', later)
    expect(lost.stdout).toMatch(/ web +goes dark /)
    await shop.run('pause ts/web --for 1h', { ...later })
    expect((await shop.run('status', later)).stdout).toMatch(/ web +paused /)
  })

  test('again moves the end; without an end the pause has none', async () => {
    await shop.run('pause ts/web --for 1h30m --reason old', at)
    await shop.run('pause ts/web --for 2h', at)
    expect(annotations('web')).toEqual({
      mine: 'stays',
      [annotation]: 'true',
      [`${annotation}-until`]: '2026-11-29T16:00:01Z',
      [`${annotation}-by`]: 'sandbox',
    })
    await shop.run('pause ts/web', at)
    expect(annotations('web')).toEqual({ mine: 'stays', [annotation]: 'true' })
  })

  test('goes without the name if the API server does not say it', async () => {
    shop.sandbox.faults.fail(404, { resource: 'selfsubjectreviews' })
    expect((await shop.run('pause ts/web --reason CHG-1234', at)).exitCode).toBe(0)
    expect(annotations('web')).toEqual({
      mine: 'stays',
      [annotation]: 'true',
      [`${annotation}-reason`]: 'CHG-1234',
    })
  })

  test.each(['0', '-1h', 'soon', '2d'])('%s is no length of time', async (text) => {
    const { exitCode, stderr } = await shop.run(['pause', 'ts/web', `--for=${text}`], at)
    expect({ exitCode, stderr }).toEqual({ exitCode: 64, stderr: expect.stringContaining('write it like') })
    expect(shop.writes).toBe(0)
  })
})

describe('resume', () => {
  test('takes all of a pause away', async () => {
    await shop.run('pause ts/web --for 1h --reason CHG-1234', options)
    await shop.run('resume ts/web', options)
    expect(annotations('web')).toEqual({ mine: 'stays' })
  })

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
