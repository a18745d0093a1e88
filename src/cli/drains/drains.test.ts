import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { Shop } from '../testing/shop.ts'
import { addDrain, followDrains, serveDrains } from './testing/drains.ts'

const now = new Date('2026-11-25T12:00:00.000Z')
const clock = { ...systemClock, wallTime: () => now }
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString()
const root = 'linkerd-failover'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
  shop.service('cart', 2)
  shop.mirrored('cart-east', 'east', 1)
  shop.mirrored('cart-west', 'west', 1)
  shop.split('cart', { cart: 0, 'cart-east': 1, 'cart-west': 0 }, { annotations: tiers })
})
afterEach(() => shop.close())

const tiers = { 'failover.linkerd.io/tiers': 'cart-east; cart-west; cart' }
const run = (line: string | readonly string[]) => shop.run(line, { clock, namespace: 'shop' })

/** All routes, and those of `shop` alone. */
const furnish = () => {
  followDrains(shop)
  addDrain(shop, `${root}/east-upgrade`, { from: [{ cluster: 'east' }], until: inHours(2) })
}

describe('a Drain in effect', () => {
  test('is what status judges by, and is listed below the routes', async () => {
    furnish()
    addDrain(shop, 'shop/ended', { from: [{ cluster: 'west' }], until: inHours(-1) })
    const { exitCode, stdout, stderr } = await run('status')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "NAMESPACE   KIND           NAME   STATE           TIER     ACTIVE BACKENDS     WAITS   SINCE     FINDINGS         WHY
      shop        TrafficSplit   cart   drained (due)   1 of 3   cart-east:1 (1/1)           unknown   ServiceProfile   shop/cart-east is drained by linkerd-failover/east-upgrade; shop/cart-west takes over

      DRAIN                           FROM           FOR          ENDS    REASON
      linkerd-failover/east-upgrade   cluster/east   all routes   in 2h   CHG-1234
      "
    `)
  })

  test('is in the data of status', async () => {
    furnish()
    expect(JSON.parse((await run('status -o json')).stdout).drains).toEqual([
      {
        namespace: root,
        name: 'east-upgrade',
        from: ['cluster/east'],
        until: inHours(2),
        reason: 'CHG-1234',
        lastResort: 'Allow',
        forAllRoutes: true,
        inEffect: true,
        problem: null,
      },
    ])
  })

  test('is named by explain, with what its end would change', async () => {
    furnish()
    const { stdout } = await run('explain ts/cart')
    expect(stdout).toContain(`Drains:\n  ${root}/east-upgrade takes out shop/cart-east for 2h: CHG-1234\n`)
    expect(stdout).toMatch(
      /^Decision: +fails over: shop\/cart-east is drained by linkerd-failover\/east-upgrade/m,
    )
    expect(stdout).toMatch(/^nothing is drained any more +0 1 0 +on its primary: /m)
    const { drains } = JSON.parse((await run('explain ts/cart -o json')).stdout)
    expect(drains).toMatchObject([{ name: 'east-upgrade', services: ['shop/cart-east'] }])
  })

  test('is what what-if starts from', async () => {
    furnish()
    const { stdout } = await run('what-if --cluster-down west')
    expect(stdout).toMatch(/cart +fails over|cart +redistributes/)
    expect(stdout).toMatch(/cart-west +cart /)
  })

  test("of another namespace than the operator's is for the routes there", async () => {
    followDrains(shop)
    addDrain(shop, 'other/west', { from: [{ cluster: 'east' }], until: inHours(2) })
    expect((await run('status')).stdout).toMatch(/cart +primary +1 of 3/)
    addDrain(shop, 'shop/east', { from: [{ cluster: 'east' }], until: inHours(2) })
    expect((await run('status -n shop')).stdout).toMatch(/cart +drained \(due\)/)
    expect((await run('status -n shop')).stdout).toMatch(/shop\/east +cluster\/east +routes of shop +in 2h/)
  })

  test('is followed by --watch', async () => {
    followDrains(shop)
    const ending = new AbortController()
    let text = ''
    const onOutput = (piece: string) => {
      text += piece
    }
    const ended = shop.run('status --watch', { clock, signal: ending.signal, onOutput })
    await vi.waitFor(() => expect(text).toMatch(/cart +primary/), { timeout: 10_000 })
    addDrain(shop, `${root}/east-upgrade`, { from: [{ cluster: 'east' }], until: inHours(2) })
    await vi.waitFor(() => expect(text).toMatch(/shop\/cart drained \(due\), .* is drained by /), {
      timeout: 10_000,
    })
    ending.abort()
    await ended
  })
})

describe('Drains that cannot be used', () => {
  test('take nothing out, and status says why', async () => {
    followDrains(shop)
    addDrain(shop, 'shop/odd', { from: [{ cluster: 'east' }], until: 'tomorrow' })
    const { stdout } = await run('status')
    expect(stdout).toMatch(/cart +primary/)
    expect(stdout).toMatch(/^shop\/odd .* spec\.until: must be a time/m)
  })

  test('because the operator does not follow them', async () => {
    furnish()
    shop.install()
    const { stdout } = await run('status')
    expect(stdout).toMatch(/cart +primary/)
    expect(stdout).toMatch(/the operator does not follow Drains; install it with policies.enabled=true$/m)
  })

  test('because they must not be read are left out, and that is said', async () => {
    furnish()
    shop.sandbox.faults.fail(403, { resource: 'drains' })
    const { exitCode, stdout, stderr } = await run('status')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/cart +primary/) })
    expect(stderr).toMatch(/^Drains could not be read and are left out: .*403/)
    const explained = await run('explain ts/cart')
    expect(explained.stdout).toMatch(
      /Could not be checked:\n(?: .*\n)* +Drains could not be read and are left out/,
    )
  })

  test('because the Deployment of the operator must not be read: its usual namespace counts', async () => {
    furnish()
    shop.sandbox.faults.fail(403, { resource: 'deployments' })
    const { stdout, stderr } = await run('status')
    expect(stdout).toMatch(/cart +drained \(due\)/)
    expect(stderr).toMatch(/^Drains and policies in linkerd-failover are taken to be for all routes: .*403/)
  })

  test('because the operator has no Deployment: the usual namespace counts, too', async () => {
    serveDrains(shop)
    addDrain(shop, `${root}/east-upgrade`, { from: [{ cluster: 'east' }], until: inHours(2) })
    const { stdout, stderr } = await run('status')
    expect(stdout).toMatch(/cart +drained \(due\)/)
    expect(stderr).toMatch(/ for all routes: there is no Deployment of the operator$/m)
  })
})
