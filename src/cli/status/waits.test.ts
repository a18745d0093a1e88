import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { targets } from '../../policies/testing/policy-objects.ts'
import { Pods } from '../destination/testing/pods.ts'
import { addPolicy, followPolicies } from '../policies/testing/policies.ts'
import { Shop } from '../testing/shop.ts'

const now = new Date('2026-11-25T12:00:00.000Z')
const clock = { ...systemClock, wallTime: () => now }
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString()

let shop: Shop
let pods: Pods
beforeEach(async () => {
  shop = await Shop.open()
  pods = new Pods(shop)
})
afterEach(async () => {
  pods.close()
  await shop.close()
})

const annotations = (policy: Record<string, string>) =>
  Object.fromEntries(Object.entries(policy).map(([key, value]) => [`failover.linkerd.io/${key}`, value]))

/** A route that waits for `cart`, whose six endpoints are ready but for two. */
function addWaiting(policy: Record<string, string> = {}): void {
  shop.service('cart', 4, 6)
  shop.service('east', 4)
  const asked = { 'failback-after': '1m30s', ...policy }
  shop.split('cart', { cart: 0, east: 100 }, { annotations: annotations(asked) })
  shop.profile('cart', { cart: '0', east: '100' })
}

/** A route on its secondary; nothing shows since when. */
function addAway(): void {
  shop.service('cart', 0)
  shop.service('east', 1)
  shop.split('cart', { cart: 0, east: 1 })
}

/** A route whose `cart` serves with one ready endpoint of the two that are asked for. */
function addLeaving(failover: Record<string, string>): void {
  shop.service('cart', 1, 2)
  shop.service('east', 2)
  shop.split('cart', { cart: 100, east: 0 })
  shop.profile('cart', { cart: '100', east: '0' })
  followPolicies(shop)
  addPolicy(shop, 'shop/cart', {
    targetRefs: [targets.split('cart')],
    minReady: { count: 2 },
    failover,
  })
}

/** The operator's answer about the route. */
const waiting = (until: string | null, name = 'cart', what = 'return') => ({
  kind: 'TrafficSplit',
  namespace: 'shop',
  name,
  splits: [{ where: null, waits: { what, service: `shop/${name}`, port: null, until } }],
})

const run = (line: string) => shop.run(line, { clock, forward: pods.forward, namespace: 'shop' })

describe('status', () => {
  const answer = (...pages: object[]) =>
    pods.operator((request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://operator').searchParams.get('continue') ?? 0)
      const next = page + 1 < pages.length ? String(page + 1) : null
      response.end(JSON.stringify({ items: [pages[page]], continue: next }))
    })

  test('has the tier and the wait of routes with a policy, with the time that the operator knows', async () => {
    addWaiting()
    await answer(waiting(inSeconds(41)))
    const { stdout, stderr } = await run('status')
    expect(stderr).toBe('')
    expect(stdout).toMatchInlineSnapshot(`
      "NAMESPACE   KIND           NAME   STATE      TIER     ACTIVE BACKENDS   WAITS         SINCE     WHY
      shop        TrafficSplit   cart   failover   2 of 2   east:100 (4/4)    cart in 41s   unknown   shop/cart has 4 of 6 endpoints ready and must stay so for 1m30s; shop/east takes over
      "
    `)
    expect(shop.writes).toBe(0)
  })

  test.each([
    { since: inSeconds(-3_600), sinceBefore: null },
    { since: null, sinceBefore: inSeconds(-86_400) },
  ])('asks since when a route is not on its primary if nothing else shows it: %o', async (since) => {
    addAway()
    await answer({ ...waiting(null), state: 'failover', ...since })
    expect(JSON.parse((await run('status -o json')).stdout).routes[0]).toMatchObject(since)
  })

  test.each([
    [
      { since: null, sinceBefore: inSeconds(-600) },
      { since: inSeconds(-900), sinceBefore: null },
    ],
    [
      { since: null, sinceBefore: inSeconds(-1_200) },
      { since: null, sinceBefore: inSeconds(-1_200) },
    ],
    [
      { since: inSeconds(-950), sinceBefore: null },
      { since: inSeconds(-950), sinceBefore: null },
    ],
    [{ since: null }, { since: inSeconds(-900), sinceBefore: null }],
    [{}, { since: inSeconds(-900), sinceBefore: null }],
  ])('an Event of 15 minutes ago, and an operator that says %o', async (told, shown) => {
    addAway()
    shop.transition('cart', 'failing over to fallbacks: cart has none', new Date(inSeconds(-900)))
    await answer({ ...waiting(null), state: 'failover', ...told })
    expect(JSON.parse((await run('status -o json')).stdout).routes[0]).toMatchObject(shown)
  })

  test('does not ask about routes on their primaries', async () => {
    shop.service('cart', 1)
    shop.split('cart', { cart: 1 })
    expect((await run('status')).stdout).toMatch(/primary .* unknown /)
    expect(pods.asked).toEqual([])
  })

  test('takes no time of another state, and misses no operator that is not there', async () => {
    shop.split('cart', { cart: 1 })
    const alone = await run('status')
    expect(alone).toMatchObject({ stderr: '', stdout: expect.stringMatching(/dark .* unknown /) })
    await answer({ ...waiting(null), state: 'failover', since: inSeconds(-60), sinceBefore: null })
    expect(await run('status')).toEqual(alone)
    expect(pods.asked).toHaveLength(1)
  })

  test('has the time on whichever page of the operator the route is', async () => {
    addWaiting()
    await answer(waiting(inSeconds(300), 'other'), waiting(inSeconds(300)))
    const { routes } = JSON.parse((await run('status -o json')).stdout)
    expect(routes[0].splits[0].waits).toEqual({
      what: 'return',
      service: 'shop/cart',
      port: null,
      until: inSeconds(300),
    })
  })

  test('has a backend that is left soon, which is as decided until then', async () => {
    addLeaving({ after: '10m' })
    await answer(waiting(inSeconds(41), 'cart', 'failover'))
    const { stdout, stderr } = await run('status')
    expect(stderr).toBe('')
    expect(stdout).toMatchInlineSnapshot(`
      "NAMESPACE   KIND           NAME   STATE     TIER     ACTIVE BACKENDS   WAITS             SINCE     WHY
      shop        TrafficSplit   cart   primary   1 of 2   cart:100 (1/2)    not cart in 41s   unknown   shop/cart has 1 of 2 endpoints ready (2 are asked for), and is left after 10m of that
      "
    `)
  })

  test('says that a backend is due to be left, if its policy does not wait', async () => {
    addLeaving({ whenDown: '0s' })
    expect((await run('status')).stdout).toMatch(/ cart +failover \(due\) /)
    expect(pods.asked).toEqual([])
  })

  test('says why the time is not known', async () => {
    addWaiting()
    const { exitCode, stdout, stderr } = await run('status')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/ cart in \? /)
    expect(stderr).toMatch(/^WAITS has no times: no Pod in any namespace has the label .*\n$/)
  })

  test('does without it if the operator is an older one, or has not seen it yet', async () => {
    addWaiting()
    const { waits: _, ...split } = waiting(null).splits[0] ?? {}
    await answer({ ...waiting(null), splits: [split] })
    const { stdout, stderr } = await run('status')
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/ cart in \? /), stderr: '' })
  })

  test('asks no operator while no route waits, and shows no empty columns', async () => {
    shop.service('cart', 1)
    shop.split('cart', { cart: 1, east: 0 })
    const { stdout } = await run('status')
    expect(stdout).not.toMatch(/TIER|WAITS/)
    shop.split('cart', { cart: 1, east: 0 }, { annotations: annotations({ 'failback-after': '60s' }) })
    expect((await run('status')).stdout).toMatch(/TIER .*WAITS/)
    expect(pods.asked).toEqual([])
  })

  test('--watch on a terminal asks for the time once, and shows it', async () => {
    addWaiting()
    await answer(waiting(inSeconds(41)))
    const ending = new AbortController()
    let text = ''
    const onOutput = (piece: string) => {
      text += piece
    }
    const options = { clock, forward: pods.forward, columns: 120, signal: ending.signal, onOutput }
    const ended = shop.run('status --watch', options)
    await vi.waitFor(() => expect(text).toMatch(/ cart in 41s /), { timeout: 10_000 })
    expect(pods.asked).toHaveLength(1)
    ending.abort()
    await ended
  })
})

describe('explain', () => {
  const answer = (until: string | null, what?: string) =>
    pods.operator((request, response) => {
      expect(request.url).toBe('/api/v1/routes/TrafficSplit/shop/cart')
      response.end(JSON.stringify({ route: waiting(until, 'cart', what) }))
    })
  const waitIn = (stdout: string) => /^Waits: +(.*)$/m.exec(stdout)?.[1]

  test('says when traffic goes back, and on what condition', async () => {
    addWaiting({ 'min-ready': '4' })
    await answer(inSeconds(41))
    expect(waitIn((await run('explain ts/cart')).stdout)).toBe(
      'goes back to shop/cart in 41s if it keeps at least 4 endpoints ready (4 of 6 now)',
    )
  })

  test('says since when, as the operator saw it', async () => {
    addAway()
    const seen = { ...waiting(null), state: 'failover', since: inSeconds(-7_200), sinceBefore: null }
    await pods.operator((_, response) => response.end(JSON.stringify({ route: seen })))
    expect((await run('explain ts/cart')).stdout).toMatch(/^TrafficSplit shop\/cart, since 2h ago\n/)
  })

  test('says what is waited for if the operator cannot be asked, and why it cannot', async () => {
    addWaiting()
    const { stdout } = await run('explain ts/cart')
    expect(waitIn(stdout)).toBe(
      'goes back to shop/cart when it has kept a ready endpoint for 1m30s without a break (4 of 6 now)',
    )
    expect(stdout).toContain(
      'Could not be checked:\n  when the wait ends: no Pod in any namespace has the label',
    )
  })

  test('says when a backend is left, and how that is prevented', async () => {
    addLeaving({ after: '10m' })
    await answer(inSeconds(41), 'failover')
    const { stdout } = await run('explain ts/cart')
    expect(waitIn(stdout)).toBe(
      'leaves shop/cart in 41s unless it has enough endpoints ready by then (1 of 2 now)',
    )
    expect(stdout).toContain('and is left after 10m of that')
  })

  test('says that it is left soon if the operator cannot be asked', async () => {
    addLeaving({ after: '10m' })
    expect(waitIn((await run('explain ts/cart')).stdout)).toBe(
      'leaves shop/cart soon unless it has enough endpoints ready by then (1 of 2 now)',
    )
  })

  test('says nothing of a wait to a route that has none', async () => {
    shop.service('cart', 1)
    shop.split('cart', { cart: 1, east: 0 }, { annotations: annotations({ 'failback-after': '60s' }) })
    expect((await run('explain ts/cart')).stdout).not.toContain('Waits:')
  })
})
