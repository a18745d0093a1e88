import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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
  // On its secondary, and its primary is ready: a move back that is not needed.
  shop.service('cart', 2)
  shop.service('east', 2)
  shop.split('cart', { cart: 0, east: 100 })
  shop.profile('cart', { cart: '0', east: '100' })
  followPolicies(shop)
  addPolicy(shop, 'linkerd-failover/mesh', {
    targetRefs: [targets.mesh],
    limits: { movesPerSecond: 1, stopAtPercent: 40 },
  })
})
afterEach(async () => {
  pods.close()
  await shop.close()
})

const limited = 'moves that are not needed are limited by a FailoverPolicy of the Mesh; shop/east serves'
const byMass = 'more routes than limits.stopAtPercent want to leave backends that can serve; shop/east serves'

/** The split as the operator shows it. */
const held = (rule: 'Limited' | 'MassEvent', until: string | null) => ({
  where: null,
  primary: 'shop/cart',
  decision: 'failover',
  rule,
  state: 'failover',
  due: false,
  sentence: rule === 'Limited' ? `waits for its turn: ${limited}` : `held by a mass event: ${byMass}`,
  waits: { what: 'limit', service: 'shop/cart', port: null, until },
})

/** The operator's answer about the route, and about all routes. */
const answer = (split: object) => {
  const names = { kind: 'TrafficSplit', namespace: 'shop', name: 'cart' }
  const route = { ...names, state: 'failover', since: inSeconds(-60), sinceBefore: null, splits: [split] }
  return pods.operator((request, response) => {
    const isOne = request.url?.includes('/routes/') === true
    response.end(JSON.stringify(isOne ? { route } : { items: [route], continue: null }))
  })
}

const run = (line: string) => shop.run(line, { clock, forward: pods.forward, namespace: 'shop' })

describe('a move that limits hold up', () => {
  test('is shown by status with the time of its turn', async () => {
    await answer(held('Limited', inSeconds(12)))
    const { stdout, stderr } = await run('status')
    expect(stderr).toBe('')
    expect(stdout).toMatchInlineSnapshot(`
      "NAMESPACE   KIND           NAME   STATE      ACTIVE BACKENDS   WAITS         SINCE   WHY
      shop        TrafficSplit   cart   failover   east:100 (2/2)    cart in 12s   60s     moves that are not needed are limited by a FailoverPolicy of the Mesh; shop/east serves
      "
    `)
  })

  test('is data of status', async () => {
    await answer(held('Limited', inSeconds(12)))
    const [route] = JSON.parse((await run('status -o json')).stdout).routes
    const { primary: _, ...split } = held('Limited', inSeconds(12))
    expect(route).toMatchObject({ state: 'failover', due: false, sentence: split.sentence, splits: [split] })
  })

  test('is shown by explain, and nothing is due', async () => {
    await answer(held('Limited', inSeconds(12)))
    const { stdout } = await run('explain ts/cart')
    expect(stdout).toMatchInlineSnapshot(`
      "TrafficSplit shop/cart, since 60s ago

      State:     failover
      Rule:      Limited: a move that is not needed waits for its turn, as the limits of a FailoverPolicy ask
      Decision:  waits for its turn: moves that are not needed are limited by a FailoverPolicy of the Mesh; shop/east serves
      Waits:     moves to shop/cart in 12s, when its turn comes; at once if the move becomes needed

      BACKEND   ROLE        READINESS   ENDPOINTS      WEIGHT   DECIDED   WHY
      cart      primary     ready       2 of 2 ready   0        0         shop/cart has 2 of 2 endpoints ready, according to its EndpointSlices
      east      secondary   ready       2 of 2 ready   100      100       shop/east has 2 of 2 endpoints ready, according to its EndpointSlices

      What would change the decision:
      IF                                WEIGHTS   DECISION
      shop/cart has no ready endpoint   0 100     fails over: shop/cart has 0 of 2 endpoints ready; shop/east takes over
      "
    `)
  })

  test('is held as long as a mass event', async () => {
    await answer(held('MassEvent', null))
    expect((await run('status')).stdout).toMatch(
      / failover +east:100 \(2\/2\) +cart after a mass event +60s /,
    )
    expect((await run('explain ts/cart')).stdout).toMatch(
      /^Waits: +moves to shop\/cart when fewer routes want to leave .*, or limits.stopAtPercent is raised$/m,
    )
  })

  test('may be one, if the operator cannot be asked', async () => {
    const { stdout, stderr } = await run('status')
    expect(stdout).toMatch(/ primary \(due\) /)
    expect(stderr).toMatch(
      /^1 route is due for a move that is not needed, and FailoverPolicy linkerd-failover\/mesh limits those; only the operator knows whether it waits: no Pod /,
    )
    expect((await run('explain ts/cart')).stdout).toContain(
      'Could not be checked:\n  whether limits of FailoverPolicy linkerd-failover/mesh hold up its move, which is not needed: no Pod ',
    )
  })

  test('may be held by a mass event that the status of the policy shows', async () => {
    const policy = shop.get('failoverpolicies', 'mesh', 'linkerd-failover')
    if (!policy) throw new Error('it was just created')
    const condition = { type: 'MassEvent', status: 'True', reason: 'Held', message: 'too many' }
    const conditions = [{ ...condition, lastTransitionTime: inSeconds(-60) }]
    shop.put({ ...policy, status: { observedGeneration: 1, conditions } })
    expect((await run('explain ts/cart')).stdout).toContain(
      'whether limits of FailoverPolicy linkerd-failover/mesh, which hold a mass event, hold up its move',
    )
  })

  test('is none if the operator does not say so', async () => {
    await answer({ ...held('Limited', null), rule: 'PrimaryReady', waits: null, state: 'primary', due: true })
    const { stdout, stderr } = await run('status')
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/ primary \(due\) /), stderr: '' })
    expect((await run('explain ts/cart')).stdout).not.toContain('Waits:')
  })

  test('is none on the way to what operators of other versions say', async () => {
    await answer({ where: null, rule: 'Limited' })
    expect((await run('status')).stdout).toMatch(/ primary \(due\) /)
  })

  test('is none without limits', async () => {
    addPolicy(shop, 'linkerd-failover/mesh', { targetRefs: [targets.mesh], minReady: { count: 1 } })
    expect((await run('status')).stderr).toBe('')
  })

  test('is as decided for check, which warns of it if the operator cannot be asked', async () => {
    const result = async () => {
      const { categories } = JSON.parse((await run('check -o json --wait=0')).stdout)
      const checks = categories.flatMap((category: { checks: { description: string }[] }) => category.checks)
      return checks.find(({ description }: { description: string }) =>
        description.startsWith('the weights of all'),
      )
    }
    expect(await result()).toMatchObject({
      result: 'warning',
      error: expect.stringMatching(
        /^1 may wait for its turn, as limits of FailoverPolicy linkerd-failover\/mesh ask; the operator did not say: no Pod .*:\n\t\* TrafficSplit shop\/cart on its primary: /,
      ),
    })
    await answer(held('Limited', inSeconds(12)))
    expect(await result()).toMatchObject({ result: 'success' })
  })
})

describe('if the operator cannot be asked, what it wrote in the policy of the route is used', () => {
  const writeStatus = (split: object, spec: object = { failback: { after: '90s' } }) => {
    addPolicy(shop, 'shop/cart', { targetRefs: [targets.split('cart')], ...spec })
    const policy = shop.get('failoverpolicies', 'cart')
    if (!policy) throw new Error('it was just created')
    const { kind, group, name } = targets.split('cart')
    const ancestorRef = { group, kind, namespace: 'shop', name }
    const splits = [{ tier: 2, why: 'because', ...split }]
    const ancestor = { ancestorRef, controllerName: 'failover.linkerd.io/controller', conditions: [], splits }
    const status = { observedGeneration: policy.metadata.generation, conditions: [], ancestors: [ancestor] }
    shop.put({ ...policy, status })
  }
  const written =
    /^WAITS has the times that the operator wrote in FailoverPolicies, since it cannot be asked: no Pod .*\n$/

  test('until when it waits', async () => {
    writeStatus({ waits: 'return', until: inSeconds(41) })
    const { stdout, stderr } = await run('status')
    expect(stdout).toMatch(/ cart in 41s /)
    expect(stderr).toMatch(written)
    const explained = (await run('explain ts/cart')).stdout
    expect(explained).toMatch(/^Waits: +goes back to shop\/cart in 41s if it keeps a ready endpoint/m)
    expect(explained).toContain(
      'Could not be checked:\n  whether it still waits, as the operator wrote in its FailoverPolicy: no Pod ',
    )
  })

  test.each([
    { waits: 'failover', until: inSeconds(41) },
    { waits: 'return', until: inSeconds(-1) },
    { waits: 'return', until: 'soon' },
    { waits: 'return' },
    {},
  ])('but not %j, which says nothing of the wait', async (split) => {
    writeStatus(split)
    const { stdout, stderr } = await run('status')
    expect(stdout).toMatch(/ cart in \? /)
    expect(stderr).toMatch(/^WAITS has no times: no Pod /)
  })

  test('that it waits for its turn', async () => {
    writeStatus({ waits: 'limit', until: inSeconds(12) }, {})
    const { stdout, stderr } = await run('status')
    expect(stdout).toMatch(/ failover .* cart in 12s .*moves that are not needed are limited/)
    expect(stderr).toMatch(written)
    expect((await run('explain ts/cart')).stdout).toMatch(
      /^Waits: +moves to shop\/cart in 12s, when its turn comes/m,
    )
  })
})
