import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { Shop } from '../testing/shop.ts'
import type { RunOptions } from '../testing/terminal.ts'
import { addDrain, followDrains } from './testing/drains.ts'

const now = new Date('2026-11-25T12:00:00.000Z')
const clock = { ...systemClock, wallTime: () => now }
const until = '2026-11-25T14:00:00Z'
const root = 'linkerd-failover'

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
  shop.service('cart', 2)
  shop.mirrored('cart-east', 'east', 1)
  shop.split('cart', { cart: 1, 'cart-east': 0 })
  shop.mirrored('web-east', 'east', 1)
  shop.service('web', 1)
  shop.split('web', { 'web-east': 1, web: 0 })
  shop.mirrored('pay-east', 'east', 1)
  shop.service('pay', 0)
  shop.split('pay', { 'pay-east': 1, pay: 0 })
  followDrains(shop)
  shop.sandbox.store.clearRequests()
})
afterEach(() => shop.close())

const run = (line: string, options: RunOptions = {}) =>
  shop.run(line.split(' '), { clock, namespace: 'shop', ...options })
const drains = () =>
  shop.sandbox.store.list('drains').map(({ metadata, spec }) => ({ name: metadata.name, spec }))

/** Somebody at a terminal who answers so, and what was asked. */
function person(answer: string) {
  const asked: string[] = []
  const ask = async (question: string) => {
    asked.push(question)
    return answer
  }
  return { asked, ask }
}

const east = 'drain cluster/east --for 2h --reason CHG-1234'

describe('drain', () => {
  test('shows what would happen, asks, and creates the Drain', async () => {
    const { asked, ask } = person('y')
    const { exitCode, stdout, stderr } = await run(east, { ask })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(asked).toEqual([`Drain cluster/east for all routes until ${until}? [y/N] `])
    expect(stdout).toMatchInlineSnapshot(`
      "NAMESPACE   KIND           NAME   EFFECT       SERVED BY   THEN BY   WHY
      shop        TrafficSplit   web    fails over   web-east    web       shop/web-east is drained by linkerd-failover/east; shop/web takes over

      3 routes: 1 fails over, 2 stay

      Drain linkerd-failover/east takes out cluster/east for all routes until 2026-11-25T14:00:00Z
      "
    `)
    expect(drains()).toEqual([
      {
        name: 'east',
        spec: { from: [{ cluster: 'east' }], until, reason: 'CHG-1234', lastResort: 'Allow' },
      },
    ])
    expect((await run('status')).stdout).toMatch(/web +drained \(due\)/)
  })

  test.each(['', 'n', 'no', 'yes please'])('an answer of %j drains nothing', async (answer) => {
    const { exitCode, stdout, stderr } = await run(east, person(answer))
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'linkerd-failover: nothing is drained; answer y, or use --yes\n',
    })
    expect(stdout).toContain('web-east')
    expect(shop.writes).toBe(0)
  })

  test('without a terminal refuses, and asks the cluster nothing', async () => {
    expect(await run(east)).toEqual({
      exitCode: 64,
      stdout: '',
      stderr:
        'linkerd-failover: standard input is no terminal, so nobody can be asked; see what would happen with what-if --drain cluster/east, then run it again with --yes\n',
    })
    expect(shop.sandbox.store.requestLog()).toEqual([])
  })

  test('--yes asks nobody', async () => {
    const { asked, ask } = person('n')
    expect((await run(`${east} --yes`, { ask })).exitCode).toBe(0)
    expect([asked, drains().length]).toEqual([[], 1])
  })

  test('the same again moves its end and its reason; something else of that name is refused', async () => {
    await run(`${east} --yes`)
    expect((await run('drain east --for 30m --reason later --yes')).exitCode).toBe(0)
    expect(drains()).toMatchObject([
      { name: 'east', spec: { until: '2026-11-25T12:30:00Z', reason: 'later' } },
    ])
    const { exitCode, stderr } = await run('drain service/cart --name east --for 1h --reason x --yes')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `linkerd-failover: the Drain ${root}/east is there and takes out cluster/east; end it with linkerd-failover undrain ${root}/east\n`,
    })
    expect(drains()).toHaveLength(1)
  })

  test.each([
    ['cluster/Local', 'local', { cluster: 'Local' }],
    ['local', 'local', { cluster: 'Local' }],
    ['service/cart', 'shop-cart', { service: { namespace: 'shop', name: 'cart' } }],
    ['svc/shop/cart-east', 'shop-cart-east', { service: { namespace: 'shop', name: 'cart-east' } }],
  ])('%s', async (word, name, target) => {
    const { exitCode, stderr } = await run(`drain ${word} --for 2h --reason CHG-1234 --yes`)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(drains()).toMatchObject([{ name, spec: { from: [target] } }])
  })

  test('several at once are one Drain', async () => {
    await run('drain east service/web east --for 2h --reason x --yes --last-resort Never')
    expect(drains()).toMatchObject([
      { name: 'east-shop-web', spec: { from: [{ cluster: 'east' }, {}], lastResort: 'Never' } },
    ])
  })

  test('in another namespace is for the routes there, and says so', async () => {
    const { stdout } = await run(`${east} -n shop --yes`)
    expect(stdout).toMatch(
      /^Drain shop\/east takes out cluster\/east for the routes of namespace shop until /m,
    )
    expect(shop.get('drains', 'east', 'shop')).toBeDefined()
  })

  test('as data has the Drain and what it would do', async () => {
    const { drain, whatIf } = JSON.parse((await run(`${east} --yes -o json`)).stdout)
    expect(drain).toMatchObject({ namespace: root, name: 'east', from: ['cluster/east'], inEffect: true })
    expect(whatIf.totals).toMatchObject({ 'fails over': 1, stays: 2 })
  })

  test.each<[string, RegExp]>([
    [
      'drain esat',
      /no controlled route has a backend that cluster\/esat would take out; choose one of: Local, east$/m,
    ],
    [
      'drain service/crat',
      /that service\/shop\/crat would take out; choose one of: shop\/cart, shop\/cart-east, /,
    ],
    ['drain a/b/c', /"a\/b\/c" cannot be drained; write cluster\/NAME, /],
  ])('%s is mistyped, and nothing is written', async (line, message) => {
    const { exitCode, stderr } = await run(`${line} --for 2h --reason x --yes`)
    expect(exitCode).not.toBe(0)
    expect(stderr).toMatch(message)
    expect(shop.writes).toBe(0)
  })

  test.each(['drain east --reason x', 'drain east --for 2h', 'drain east --for 0s --reason x'])(
    '%s is not enough',
    async (line) => expect((await run(line)).exitCode).toBe(64),
  )

  test('says what the server refuses', async () => {
    shop.sandbox.faults.fail(403, { resource: 'drains', method: 'POST' })
    const { exitCode, stderr } = await run(`${east} --yes`)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 69,
      stderr: expect.stringMatching(/POST \S+drains: .*403/),
    })
  })

  test('says that nothing would follow it', async () => {
    shop.install()
    expect((await run(`${east} --yes`)).stderr).toBe(
      'linkerd-failover: the operator does not follow Drains; upgrade it with --set policies.enabled=true\n',
    )
    const bare = await Shop.open()
    expect((await bare.run(`${east} --yes`)).stderr).toContain('the cluster does not serve the kind Drain; ')
    await bare.close()
  })
})

describe('what-if --drain', () => {
  test('says what drain would do, and writes nothing', async () => {
    const { exitCode, stdout } = await run('what-if --drain east')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /web +fails over +web-east +web +shop\/web-east is drained by linkerd-failover\/what-if/,
    )
    expect(stdout).toContain('3 routes: 1 fails over, 2 stay')
    expect(shop.writes).toBe(0)
  })

  test('and a cluster that is down at the same time', async () => {
    const { exitCode, stdout } = await run('what-if --drain Local --cluster-down east')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/pay +goes dark/)
  })

  test('with a name that no backend has is a mistake', async () => {
    expect((await run('what-if --drain esat')).stderr).toContain('choose one of: Local, east')
  })
})

describe('undrain', () => {
  beforeEach(() => {
    addDrain(shop, `${root}/upgrade`, { from: [{ cluster: 'east' }], until })
    addDrain(shop, 'shop/other', { from: [{ cluster: 'west' }, { cluster: 'north' }], until })
  })

  test.each(['upgrade', `${root}/upgrade`, 'east', 'cluster/east'])('%s', async (word) => {
    expect(await run(`undrain ${word}`)).toEqual({
      exitCode: 0,
      stdout: `Drain ${root}/upgrade is deleted: its backends may serve again in 10 s\n`,
      stderr: '',
    })
    expect(drains().map(({ name }) => name)).toEqual(['other'])
  })

  test('several, as data', async () => {
    const { stdout } = await run('undrain other upgrade -o json')
    expect(JSON.parse(stdout)).toEqual({
      deleted: [
        { namespace: 'shop', name: 'other' },
        { namespace: root, name: 'upgrade' },
      ],
    })
  })

  test.each([
    ['undrain other west', /there is no Drain west; choose one of: linkerd-failover\/upgrade, shop\/other$/m],
    ['undrain upgrade -n shop', /there is no Drain upgrade; choose one of: shop\/other$/m],
  ])('%s is mistyped, and none is deleted', async (line, message) => {
    const { exitCode, stderr } = await run(line)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) })
    expect(drains()).toHaveLength(2)
  })

  test('does not guess which of several is meant', async () => {
    addDrain(shop, 'shop/upgrade', { from: [{ cluster: 'west' }], until })
    expect((await run('undrain upgrade')).stderr).toContain(
      'upgrade is several Drains; choose one of: linkerd-failover/upgrade, shop/upgrade',
    )
    expect((await run('undrain shop/upgrade')).exitCode).toBe(0)
  })
})
