/**
 * Takes the pictures of the dashboard in docs/using/dashboard/: of the real demo, and of made-up routes behind the real
 * API. Needs Chromium. Run: npx node docs/record-dashboard.ts
 */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { OwnEvent } from '../src/kube/events/own-events.ts'
import { buildDashboard, type Look, TestBrowser } from '../test/dashboard/browser.ts'
import { startDemo } from '../test/dashboard/demo.ts'
import { FakeOperator } from '../test/dashboard/fake-operator.ts'
import { federate, populate, turn } from '../test/dashboard/world.ts'

const folder = fileURLToPath(new URL('using/dashboard/', import.meta.url))

/** Two clicks into a failover, so that the chart has something to show. */
async function pictureDemo(): Promise<void> {
  const demo = await startDemo()
  const browser = await TestBrowser.start({ width: 1360, height: 860 })
  try {
    const page = await browser.open(demo.url)
    for (const name of ['Heal sample-svc-central1', 'Break sample-svc', 'Break sample-svc-east1']) {
      await page.getByRole('button', { name, exact: true }).click()
      await page.waitForTimeout(6000)
    }
    await page.screenshot({ path: `${folder}demo.png` })
  } finally {
    await browser.stop()
    await demo.stop()
  }
}

/** A thousand routes; cluster east was lost, and half of it is back. */
async function operatorInTrouble(): Promise<{ operator: FakeOperator; base: string }> {
  const operator = new FakeOperator()
  const routes = populate(operator, 1000)
  const base = `http://127.0.0.1:${await operator.start()}`
  operator.ready('shop/cart', 0)
  federate(operator, 'shop/cart-asia')
  for (const end of ['', '-east', '-asia']) operator.ready(`bank/mail${end}`, 0)
  operator.ready('media/cart', undefined)
  await new Promise((resolve) => setTimeout(resolve, 6000))
  turn(operator, routes, 'east', 0)
  await new Promise((resolve) => setTimeout(resolve, 9000))
  turn(operator, routes.slice(500), 'east', 3)
  await new Promise((resolve) => setTimeout(resolve, 4000))
  return { operator, base }
}

/** The looks in which a state of the page is shown. */
const looks: readonly { end: string; look: Look }[] = [
  { end: '', look: { width: 1360, height: 700 } },
  { end: '-dark', look: { width: 1360, height: 700, scheme: 'dark' } },
  { end: '-phone', look: { width: 375, height: 780 } },
]

/** The page of a route with a finding, that of one that was deleted, and a page that has lost its operator. */
async function pictureStates(): Promise<void> {
  const operator = new FakeOperator()
  populate(operator, 100)
  const base = `http://127.0.0.1:${await operator.start()}`
  operator.find('TrafficSplit/shop/cart', {
    reason: 'ServiceProfile',
    message:
      'the ServiceProfile of the Service shop/cart has other weights than the TrafficSplit, and proxies follow the ServiceProfile; look at the log of the program that writes it',
  })
  operator.ready('shop/mail', 0)
  await new Promise((resolve) => setTimeout(resolve, 6000))
  operator.remove('TrafficSplit/shop/mail')
  const states = { finding: '#/route/TrafficSplit/shop/cart', ended: '#/route/TrafficSplit/shop/mail' }
  const lost: (() => Promise<void>)[] = []
  for (const { end, look } of looks) {
    const browser = await TestBrowser.start(look)
    for (const [name, view] of Object.entries(states)) {
      const page = await browser.open(`${base}/${view}`)
      await page.getByText('Live', { exact: true }).waitFor()
      await page.waitForTimeout(700)
      await page.screenshot({ path: `${folder}${name}${end}.png` })
    }
    const page = await browser.open(`${base}/`)
    await page.getByText('Live', { exact: true }).waitFor()
    lost.push(async () => {
      await page.getByRole('alert').filter({ hasText: 'Not live.' }).waitFor()
      await page.screenshot({ path: `${folder}lost${end}.png` })
      await browser.stop()
    })
  }
  await operator.stop()
  for (const picture of lost) await picture()
}

/** The timeline after a restart: what happened before it is from Events. */
async function pictureEvents(): Promise<void> {
  const operator = new FakeOperator()
  populate(operator, 100)
  const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000
  const move = (name: string, at: number, note: string): OwnEvent => ({
    uid: `${name} ${at}`,
    about: {
      uid: name,
      apiVersion: 'split.smi-spec.io/v1alpha2',
      kind: 'TrafficSplit',
      namespace: 'shop',
      name,
    },
    reason: 'Failover',
    at,
    message: `trafficsplit/${name} ${note}`,
    id: undefined,
    weights: undefined,
  })
  const names = [...operator.view.records()].flatMap(({ route: { namespace, name } }) =>
    namespace === 'shop' ? name : [],
  )
  operator.recall(
    names.flatMap((name, index) => [
      move(
        name,
        minutesAgo(34) + index * 90,
        `failing over to fallbacks: shop/${name} has 0 of 3 endpoints ready; shop/${name}-east takes over`,
      ),
      move(
        name,
        minutesAgo(21) + index * 60,
        `switching traffic to primary: shop/${name} has 3 of 3 endpoints ready`,
      ),
    ]),
  )
  const base = `http://127.0.0.1:${await operator.start()}`
  operator.ready('shop/mail', 0)
  await new Promise((resolve) => setTimeout(resolve, 2000))
  for (const { end, look } of looks) {
    const browser = await TestBrowser.start(look)
    const page = await browser.open(`${base}/#/timeline`)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('button', { name: '1 h', exact: true }).click()
    await page.waitForTimeout(700)
    await page.screenshot({ path: `${folder}events${end}.png` })
    await browser.stop()
  }
  await operator.stop()
}

/** The page of a route with tiers whose primary is waited for, and all routes while a cluster is drained. */
async function picturePolicies(): Promise<void> {
  const operator = new FakeOperator()
  populate(operator, 100)
  operator.add({
    namespace: 'shop',
    name: 'orders',
    backends: { orders: '', 'orders-east': 'west', 'orders-west': '', 'orders-far': '' },
    policy: {
      tiers: [{ members: [0] }, { members: [1, 2], weights: [70, 30] }, { members: [3] }],
      minReady: { count: 2 },
      failbackAfterMs: 600_000,
    },
  })
  const base = `http://127.0.0.1:${await operator.start()}`
  operator.ready('shop/orders', 1)
  await new Promise((resolve) => setTimeout(resolve, 4000))
  operator.ready('shop/orders', 3)
  const words = { namespace: 'mesh', name: 'east-upgrade', reason: 'CHG-1234: node image' }
  operator.drain('east', { ...words, forMs: 7_199_000 })
  await new Promise((resolve) => setTimeout(resolve, 6000))
  for (const { end, look } of looks) {
    const browser = await TestBrowser.start(look)
    for (const [name, view] of [
      ['tiers', '#/route/TrafficSplit/shop/orders'],
      ['drained', '#/'],
    ]) {
      const page = await browser.open(`${base}/${view}`)
      await page.getByText('Live', { exact: true }).waitFor()
      await page.waitForTimeout(700)
      await page.screenshot({ path: `${folder}${name}${end}.png` })
    }
    await browser.stop()
  }
  await operator.stop()
}

const pictures: readonly { name: string; view: string; look: Look }[] = [
  { name: 'light', view: '#/', look: { width: 1360, height: 860 } },
  { name: 'dark', view: '#/timeline', look: { width: 1360, height: 860, scheme: 'dark' } },
  { name: 'route', view: '#/route/TrafficSplit/shop/cart', look: { width: 1360, height: 860 } },
  { name: 'phone', view: '#/', look: { width: 375, height: 780 } },
  {
    name: 'phone-dark',
    view: '#/route/TrafficSplit/shop/cart',
    look: { width: 375, height: 780, scheme: 'dark' },
  },
]

await mkdir(folder, { recursive: true })
await buildDashboard()
await pictureDemo()
await pictureStates()
await pictureEvents()
await picturePolicies()
const { operator, base } = await operatorInTrouble()
for (const { name, view, look } of pictures) {
  const browser = await TestBrowser.start(look)
  const page = await browser.open(`${base}/${view}`)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.waitForTimeout(1500)
  await page.screenshot({ path: `${folder}${name}.png` })
  await browser.stop()
}
await operator.stop()
