import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seriousIssues } from './axe.ts'
import { buildDashboard, type Look, TestBrowser } from './browser.ts'
import { FakeOperator } from './fake-operator.ts'
import { federate, populate, turn } from './world.ts'

const views = [
  '#/',
  '#/timeline',
  '#/operator',
  '#/route/TrafficSplit/shop/cart',
  '#/route/TrafficSplit/no/such',
]

/** A time of the page, with its date if that is not today's. */
const time = '(\\d{4}-\\d\\d-\\d\\d )?\\d\\d:\\d\\d:\\d\\d'

let operator: FakeOperator
let port = 0
const base = () => `http://127.0.0.1:${port}`
const browsers: TestBrowser[] = []

async function browser(look: Look = {}): Promise<TestBrowser> {
  const started = await TestBrowser.start(look)
  browsers.push(started)
  return started
}

/** A route with three tiers and a backend in none; its primary was lost, and is waited for. */
function addTiers(): void {
  const names = ['orders', 'orders-east', 'orders-west', 'orders-far', 'orders-old']
  const tiers = [{ members: [0] }, { members: [1, 2], weights: [70, 30] }, { members: [3] }]
  operator.add({
    namespace: 'shop',
    name: 'orders',
    backends: Object.fromEntries(names.map((name) => [name, ''])),
    policy: { tiers, minReady: { count: 2 }, failbackAfterMs: 600_000 },
  })
  operator.ready('shop/orders', 0)
  operator.ready('shop/orders', 3)
}

const drainEast = () =>
  operator.drain('east', {
    namespace: 'mesh',
    name: 'east-upgrade',
    reason: 'CHG-1234: node image',
    forMs: 7_199_000,
  })

const live = (page: Page) =>
  page
    .getByRole('status')
    .filter({ hasText: /^Live$/ })
    .waitFor()
const notLive = (page: Page) => page.getByRole('alert').filter({ hasText: 'Not live.' }).waitFor()

beforeAll(buildDashboard)
beforeEach(async () => {
  operator = new FakeOperator()
  const routes = populate(operator, 128)
  port = await operator.start()
  operator.ready('shop/cart', 0)
  federate(operator, 'shop/cart-asia')
  operator.ready('media/cart', undefined)
  for (const end of ['', '-east', '-asia']) operator.ready(`bank/mail${end}`, 0)
  turn(operator, routes, 'east', 0)
  turn(operator, routes.slice(64), 'east', 3)
})
afterEach(async () => {
  for (const one of browsers.splice(0)) await one.stop()
  await operator.stop()
})

describe('a person at three in the morning', () => {
  it('reads first what is wrong, why, since when, and whether it is right', async () => {
    const page = await (await browser()).open(base())
    await page.getByRole('heading', { name: /1 route is dark/ }).waitFor()
    const now = page.getByRole('region', { name: 'Now' })
    await expect.poll(() => now.textContent()).toMatch(/bank\/mailholds: mail has 0 of 3 endpoints ready/)
    const text = await now.textContent()
    expect(text).toMatch(/\d+ routes failed over from cluster east/)
    expect(text).toContain('✓ weights match the decision')
    expect(text).toMatch(new RegExp(`since ${time}`))
    expect(await page.title()).toBe('1 dark · linkerd-failover')
  })

  it('reads what was found around a route, wherever the route is shown', async () => {
    operator.find('TrafficSplit/shop/web', {
      reason: 'MissingPort',
      message: 'the Service shop/web has no port 81',
    })
    const page = await (await browser()).open(base())
    await page.getByRole('heading', { name: /1 route is dark, 1 has a finding/ }).waitFor()
    const now = page.getByRole('region', { name: 'Now' })
    await expect.poll(() => now.textContent()).toContain('MissingPort: the Service shop/web has no port 81')
    await expect.poll(() => page.getByRole('row').nth(2).textContent()).toMatch(/1findingweb.*MissingPort/)
    await page.getByRole('button', { name: /With findings/ }).click()
    await page.getByText('1 of 128 routes').waitFor()
    await page.getByRole('link', { name: 'web', exact: true }).click()
    const findings = await page.getByRole('list', { name: 'Findings' }).textContent()
    expect(findings).toContain('MissingPort the Service shop/web has no port 81')
    await page.getByText(/the findings say why/).waitFor()
    operator.find('TrafficSplit/shop/web')
    await page.getByText('✓ The weights in the cluster match the decision.').waitFor()
  })

  it('keeps the page of a route that was deleted, with its history, and ends its lane', async () => {
    const page = await (await browser()).open(`${base()}/#/route/TrafficSplit/shop/cart`)
    await page.getByText('shop/cart').first().waitFor()
    operator.remove('TrafficSplit/shop/cart')
    await page.getByText(new RegExp(`It was deleted \\(${time}`)).waitFor()
    const history = page.getByRole('region', { name: 'History of this route' })
    await expect.poll(() => history.textContent()).toMatch(/is no longer controlled.*failed over/)
    await page.reload()
    await expect.poll(() => history.textContent()).toMatch(/is no longer controlled.*failed over/)
  })

  it('finds a route by search, filter and keys, and can send the address to a colleague', async () => {
    const one = await browser()
    const page = await one.open(base())
    await live(page)
    await page.keyboard.press('/')
    await page.keyboard.type('shop cart-2')
    await page.getByText('1 of 128 routes').waitFor()
    expect(page.url()).toContain('q=shop+cart-2')
    const colleague = await one.open(page.url())
    await colleague.getByText('1 of 128 routes').waitFor()
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'shop/cart-2' }).waitFor()
    one.expectNoComplaints()
  })

  it('filters by the tiles and sorts by the heads of the columns', async () => {
    const page = await (await browser()).open(base())
    await live(page)
    await page.getByRole('button', { name: '1 Dark' }).click()
    await page.getByText('1 of 128 routes').waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('button', { name: 'Route', exact: true }).click()
    await expect
      .poll(() => page.getByRole('grid').locator('td.name').first().textContent())
      .toBe('cartauth · TrafficSplit')
  })

  it('sees on the page of a route where its traffic goes, what happened, and how to look further', async () => {
    const one = await browser()
    const page = await one.open(`${base()}/#/route/TrafficSplit/shop/cart`)
    await page.getByText('✓ The weights in the cluster match the decision.').waitFor()
    const picture = page.getByRole('figure', { name: /cart-east: 50 % of the traffic, 3 of 3 ready/ })
    await picture.waitFor()
    await page.getByText('kubectl -n shop describe trafficsplit.split.smi-spec.io/cart').waitFor()
    await page.getByText('kind: TrafficSplit').waitFor()
    await page.getByText('failed over', { exact: true }).waitFor()
    operator.ready('shop/cart', 3)
    await page.getByText('failed back to the primary').waitFor()
    await page.getByText('on its primary: cart has 3 of 3 endpoints ready').first().waitFor()
    one.expectNoComplaints()
  })

  it('sees what the operator believes of each backend and of its members, and why', async () => {
    const one = await browser()
    const page = await one.open(`${base()}/#/route/TrafficSplit/shop/cart`)
    const beliefs = page.getByRole('table', { name: /What the operator knows of each backend/ })
    const lines = () => beliefs.getByRole('row').allInnerTexts()
    await expect
      .poll(async () => (await lines()).map((line) => line.replaceAll(/\s+/g, ' ')))
      .toEqual([
        'Backend Readiness Why',
        'cart primary 0 of 3 ready cart has 0 of 3 endpoints ready',
        'cart-east cluster east 3 of 3 ready cart-east has 3 of 3 endpoints ready',
        'cart-asia cluster asia 2 of 6 ready cart-asia has 2 of 6 endpoints ready, according to its members',
        'cart-asia member this cluster 2 of 3 ready cart-asia has 2 of 3 endpoints ready',
        'cart-asia member cluster asia 0 of 3 ready cart-asia has 0 of 3 endpoints ready in cluster asia',
        'cart-asia member cluster east readiness unknown the EndpointSlices of the Service cart-asia in cluster east are not known: the Secret linkerd-multicluster/cluster-credentials-east is missing',
      ])
    one.expectNoComplaints()
  })

  it('sees the tiers of a route as columns, and what it waits for with the time that is left', async () => {
    addTiers()
    const one = await browser()
    const page = await one.open(`${base()}/#/route/TrafficSplit/shop/orders`)
    const columns = async () =>
      (await page.getByRole('list', { name: 'Tiers' }).locator('h3').allInnerTexts()).map((text) =>
        text.replaceAll(/\s+/g, ' '),
      )
    await expect.poll(columns).toEqual(['Tier 1', 'Tier 2 serves', 'Tier 3', 'In no tier: gets no traffic'])
    await page.getByText('By the policy each backend needs 2 ready endpoints').waitFor()
    const left = () => page.getByRole('timer').textContent()
    const before = await left()
    expect(before).toMatch(/^(9 min \d+ s|10 min)$/)
    await expect.poll(left).not.toBe(before)
    await page.goto(`${base()}/#/`)
    await page
      .getByRole('row')
      .filter({ hasText: /orders.*2 of 3\s*waits \d+ min/s })
      .waitFor()
    operator.ready('shop/orders', 0)
    await page.getByText(/waits \d+ min/).waitFor({ state: 'detached' })
    one.expectNoComplaints()
  })

  it('sees that a backend is left soon, and when', async () => {
    const policy = { tiers: [{ members: [0] }, { members: [1] }], minReady: { count: 2 }, failbackAfterMs: 0 }
    operator.add({
      namespace: 'shop',
      name: 'parcels',
      backends: { parcels: '', 'parcels-east': '' },
      policy: { ...policy, failoverAfterMs: 600_000 },
    })
    operator.ready('shop/parcels', 1)
    const one = await browser()
    const page = await one.open(`${base()}/#/route/TrafficSplit/shop/parcels`)
    await page.getByText('a backend that serves is left when it has had too few for 10 min').waitFor()
    const wait = page.getByText('parcels has too few ready endpoints. Its traffic leaves it in')
    expect(await wait.textContent()).toMatch(/leaves it in (9 min \d+ s|10 min) if that stays so\.$/)
    operator.ready('shop/parcels', 2)
    await wait.waitFor({ state: 'detached' })
    one.expectNoComplaints()
  })

  it('sees what is drained, until when, and how to end it', async () => {
    const one = await browser()
    const page = await one.open(base())
    await live(page)
    expect(await page.getByRole('region', { name: 'Drained on purpose' }).count()).toBe(0)
    drainEast()
    const list = page.getByRole('region', { name: 'Drained on purpose' })
    await list.getByText('cluster east').waitFor()
    const text = await list.textContent()
    expect(text).toMatch(new RegExp(`cluster east ends in 1 h 59 min, at ${time}`))
    expect(text).toContain('CHG-1234: node image')
    await list.getByText('End it now').click()
    await list.getByText('kubectl -n mesh delete drains.failover.linkerd.io east-upgrade').waitFor()
    await page.getByRole('button', { name: /^[1-9]\d* Drained$/ }).waitFor()
    await page.goto(`${base()}/#/timeline`)
    await page.getByRole('img', { name: /^Drained: mesh\/east-upgrade: cluster east, from / }).waitFor()
    await page.goto(`${base()}/#/route/TrafficSplit/shop/cart`)
    await page.getByTitle('by the Drain mesh/east-upgrade').first().waitFor()
    one.expectNoComplaints()
  })

  it('does not see a column for tiers if no route has any', async () => {
    const page = await (await browser()).open(base())
    await live(page)
    await page.getByRole('grid').getByText('mail', { exact: true }).first().waitFor()
    expect(await page.getByRole('columnheader').allInnerTexts()).not.toContain('Tier, waits')
  })

  it('reads over the dots of the table what is missing', async () => {
    operator.ready('shop/search', undefined)
    const page = await (await browser()).open(`${base()}/#/?q=shop+search`)
    const dots = page.getByRole('img', {
      name: /^Readiness: search \(primary\): readiness unknown: the EndpointSlices/,
    })
    await dots.first().waitFor()
  })

  it('sees a mass event as one event on the timeline, and can go closer', async () => {
    const one = await browser()
    const page = await one.open(`${base()}/#/timeline`)
    const event = page.getByRole('listitem').filter({ hasText: /\d+ routes failed over from cluster east/ })
    await event.first().waitFor()
    await page
      .getByRole('list', { name: 'Lanes' })
      .getByText(/^\d+ routes · cluster east$/)
      .waitFor()
    const axis = () => page.locator('.axis').textContent()
    const before = await axis()
    await event.getByRole('button', { name: /Show/ }).first().click()
    await expect.poll(axis).not.toBe(before)
    expect(await axis()).toMatch(/\.\d{3}/)
    await page.getByRole('group', { name: /Swim lanes/ }).focus()
    await page.keyboard.press('-')
    await page.getByRole('button', { name: 'Now', exact: true }).click()
    one.expectNoComplaints()
  })
})

describe('the page never shows old news as live', () => {
  it('says so when the operator is gone, and comes back by itself', async () => {
    const one = await browser()
    const page = await one.open(base())
    await live(page)
    await operator.stop()
    await notLive(page)
    expect(await page.title()).toBe('not live · linkerd-failover')
    await page.getByText(new RegExp(`This page shows the state at ${time}`)).waitFor()
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).filter)).toBe('grayscale(1)')
    operator = new FakeOperator('e2')
    populate(operator, 3)
    await operator.start(port)
    await page.getByRole('heading', { name: 'All 3 routes are on their primary' }).waitFor()
    await live(page)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    one.expectNoComplaints()
  })

  it('lets go of its stream while its tab is hidden, says so, and is right again as soon as it is seen', async () => {
    const one = await browser()
    const page = await one.open(base())
    await live(page)
    // Headless, every tab counts as seen; what the page goes by is this and the event.
    const beHidden = (hidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value })
        document.dispatchEvent(new Event('visibilitychange'))
      }, hidden)
    const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/stream'))
    await beHidden(true)
    await ended
    await expect.poll(() => page.title()).toBe('asleep · linkerd-failover')
    expect(await page.locator('main').evaluate((main) => getComputedStyle(main).filter)).toBe('grayscale(1)')
    operator.ready('bank/mail', 3)
    await beHidden(false)
    await page.getByRole('button', { name: '0 Dark' }).waitFor()
    await live(page)
    one.expectNoComplaints()
  })

  it('says since when there is a past, before anything happened', async () => {
    await operator.stop()
    operator = new FakeOperator('e4')
    operator.add({ namespace: 'shop', name: 'web', backends: { web: '' } })
    await operator.start(port)
    const page = await (await browser()).open(base())
    for (const view of ['#/', '#/timeline', '#/route/TrafficSplit/shop/web']) {
      await page.goto(`${base()}/${view}`)
      await page.getByText(new RegExp(`^Nothing yet. This replica started .* ago, at ${time}`)).waitFor()
    }
  })

  it('says what to do when there is no route, and when none fits', async () => {
    await operator.stop()
    operator = new FakeOperator('e3')
    await operator.start(port)
    const page = await (await browser()).open(base())
    await page.getByRole('heading', { name: 'No routes yet' }).waitFor()
    await page.getByText(/kubectl .* label trafficsplit/).waitFor()
    operator.add({ namespace: 'shop', name: 'web', backends: { web: '' } })
    await page.getByRole('heading', { name: 'The only route is on its primary' }).waitFor()
    await page.getByRole('searchbox').fill('nothing like it')
    await page.getByRole('button', { name: 'Show all routes' }).click()
    await page.getByRole('grid').getByText('web', { exact: true }).waitFor()
  })
})

describe('everybody can use it', () => {
  const looks: [string, Look][] = [
    ['light', {}],
    ['dark', { scheme: 'dark' }],
    ['a phone', { width: 375, height: 780 }],
  ]
  it.each(looks)('axe finds no serious issue: %s', async (_, look) => {
    const one = await browser({ ...look, reducedMotion: true })
    const page = await one.open(base())
    addTiers()
    drainEast()
    for (const view of [...views, '#/route/TrafficSplit/shop/orders']) {
      await page.goto(`${base()}/${view}`)
      await live(page)
      await page.locator('main .card, main .empty').first().waitFor()
      expect(await seriousIssues(page), view).toEqual([])
    }
    one.expectNoComplaints()
  })

  it('fits a phone: nothing has to be scrolled sideways', async () => {
    const page = await (await browser({ width: 375, height: 780 })).open(base())
    addTiers()
    drainEast()
    for (const view of [...views, '#/route/TrafficSplit/shop/orders']) {
      await page.goto(`${base()}/${view}`)
      await live(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(375)
    }
  })

  it('moves nothing on its own where motion is not wanted', async () => {
    const page = await (await browser({ reducedMotion: true })).open(
      `${base()}/#/route/TrafficSplit/shop/cart`,
    )
    await page.getByRole('figure').waitFor()
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  })

  it('keeps everything in its place while it loads and while things change', async () => {
    const page = await (await browser()).open('about:blank')
    await page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if ('value' in entry) shifts.push(Number(entry.value))
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await page.goto(base())
    await live(page)
    await page.getByRole('grid').getByText('mail', { exact: true }).first().waitFor()
    const shift = () => page.evaluate('shifts.reduce((sum, shift) => sum + shift, 0)').then(Number)
    const loading = await shift()
    operator.ready('bank/mail', 3)
    await page.getByRole('button', { name: '0 Dark' }).waitFor()
    const changing = (await shift()) - loading
    console.log(`layout shift while loading: ${loading}; when a route comes back: ${changing}`)
    expect(loading).toBeLessThan(0.01)
    expect(changing).toBeLessThan(0.05)
  })
})

afterAll(() => {
  expect(browsers).toEqual([])
})
