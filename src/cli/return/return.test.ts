import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { targets } from '../../policies/testing/policy-objects.ts'
import { addPolicy, followPolicies } from '../policies/testing/policies.ts'
import { Shop } from '../testing/shop.ts'

const annotation = 'failover.linkerd.io/return-approved'
const now = '2026-11-29T14:00:00.000Z'
const lostTime = '2026-11-29T13:00:00.000Z'
const clock = { ...systemClock, wallTime: () => new Date(now) }

let shop: Shop
beforeEach(async () => {
  shop = await Shop.open()
  followPolicies(shop)
  shop.service('web', 3)
  shop.service('east', 2)
  shop.split('web', { web: 0, east: 100 }, { annotations: { mine: 'stays' } })
})
afterEach(() => shop.close())

const run = (line: string, ask?: (question: string) => Promise<string>) =>
  shop.run(line, { clock, namespace: 'shop', ...(ask ? { ask } : {}) })
const annotations = () => shop.get('trafficsplits', 'web')?.metadata.annotations

/** What the operator has written: web was lost, and could serve again. */
const lost = { tier: 2, lostTime, waits: 'approval' }

function addManual(written: object = lost, failback: object = {}): void {
  addPolicy(shop, 'shop/web', {
    targetRefs: [targets.split('web')],
    failback: { mode: 'Manual', ...failback },
  })
  const policy = shop.get('failoverpolicies', 'web')
  if (!policy) throw new Error('it was just created')
  const { kind, group, name } = targets.split('web')
  const ancestorRef = { group, kind, namespace: 'shop', name }
  const splits = [{ why: 'because', ...written }]
  const ancestor = { ancestorRef, controllerName: 'failover.linkerd.io/controller', conditions: [], splits }
  const status = { observedGeneration: policy.metadata.generation, conditions: [], ancestors: [ancestor] }
  shop.put({ ...policy, status })
}

describe('return', () => {
  test('shows what would move, asks, and sets the annotation', async () => {
    addManual()
    const asked: string[] = []
    const ran = await run('return ts/web', async (question) => {
      asked.push(question)
      return 'y'
    })
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(asked).toEqual(['Approve the return of TrafficSplit shop/web to shop/web? [y/N] '])
    expect(ran.stdout).toMatch(/^shop +TrafficSplit +web +fails back +east +web /m)
    expect(ran.stdout).toContain(`approved at ${now}: the return of TrafficSplit shop/web to shop/web\n`)
    expect(annotations()).toEqual({ mine: 'stays', [annotation]: now })
  })

  test('writes nothing unless that is wanted', async () => {
    addManual()
    shop.sandbox.store.clearRequests()
    const refused = await run('return ts/web', async () => 'n')
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no return is approved') })
    expect(await run('return ts/web')).toMatchObject({ exitCode: 64 })
    expect(shop.writes).toBe(0)
  })

  test('is the same as data', async () => {
    addManual()
    const { stdout } = await run('return ts/web --yes -o json')
    expect(JSON.parse(stdout)).toMatchObject({
      route: { kind: 'TrafficSplit', namespace: 'shop', name: 'web' },
      approvedAt: now,
      whatIf: { routes: [{ name: 'web', effect: 'fails back' }], totals: { 'fails back': 1 } },
    })
  })

  test('approves what was lost later by the clock of the operator', async () => {
    addManual({ ...lost, lostTime: '2026-11-29T14:00:30.000Z' })
    await run('return ts/web --yes')
    expect(annotations()).toMatchObject({ [annotation]: '2026-11-29T14:00:30.001Z' })
  })

  test('does not ask since when a backend has been ready, which the operator has done', async () => {
    addManual(lost, { after: '60s' })
    expect(await run('return ts/web --yes')).toMatchObject({ exitCode: 0 })
  })
})

describe('return says why nothing waits', () => {
  const why = async () => {
    shop.sandbox.store.clearRequests()
    const { exitCode, stderr } = await run('return ts/web --yes')
    expect([exitCode, shop.writes]).toEqual([1, 0])
    return stderr
  }

  test('without such a policy', async () => {
    expect(await why()).toContain('it has no FailoverPolicy with failback.mode: Manual')
  })

  test('while what was lost cannot serve', async () => {
    addManual({ ...lost, waits: undefined })
    shop.service('web', 0, 3)
    expect(await why()).toContain('shop/web has 0 of 3 endpoints ready')
  })

  test('on the first tier', async () => {
    addManual({ tier: 1 })
    shop.split('web', { web: 100, east: 0 })
    expect(await why()).toContain('nothing of TrafficSplit shop/web waits for approval: on its primary')
  })

  test('if the selector does not match', async () => {
    addManual()
    const { stderr } = await run('return ts/web --yes -l failover.linkerd.io/controlled-by=another')
    expect(stderr).toContain('the selector does not match TrafficSplit shop/web')
  })
})

test('other commands say that a person must approve it', async () => {
  addManual()
  expect((await run('status')).stdout).toMatch(/ 2 of 2 +east:100 \(2\/2\) +web if approved /)
  const { stdout } = await run('explain ts/web --proxies=false')
  expect(stdout).toContain(
    'Waits:     waits for approval since 2026-11-29T13:00:00Z, when shop/web was lost: run linkerd-failover return trafficsplit/web -n shop',
  )
  expect(stdout).toContain('AwaitsApproval')
  expect((await run('policy ts/web')).stdout).toMatch(
    /^failback-mode +Manual +FailoverPolicy shop\/web\nreturn-approved +nothing +built-in$/m,
  )
})

test('what-if leaves a route away whose return is not approved, unless it is needed', async () => {
  addManual()
  const without = async (service: string) =>
    JSON.parse((await run(`what-if --down ${service} -o json`)).stdout).routes[0].effect
  expect(await without('web')).toBe('stays')
  expect(await without('east')).toBe('fails back')
})
