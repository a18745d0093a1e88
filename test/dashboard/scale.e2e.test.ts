import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildDashboard, TestBrowser } from './browser.ts'
import { FakeOperator, type MadeUpRoute } from './fake-operator.ts'
import { populate, primaryOf } from './world.ts'

const routeCount = 10_000
/** The operator remembers as many entries of the timeline; with them there from the start, memory has no reason left to grow. */
const remembered = 10_000
/** Ten minutes with `npm run soak:page`. */
const soakSeconds = Number(process.env.DASHBOARD_SOAK_SECONDS ?? 40)

let operator: FakeOperator
let routes: MadeUpRoute[] = []
let base = ''
let browser: TestBrowser

/** One more transition: the routes take turns in losing their primary and getting it back. */
let turns = 0
function transition(): void {
  const route = routes[(turns * 7) % routeCount]
  const away = Math.floor(turns / routeCount) % 2 === 0
  turns += 1
  if (route) operator.ready(primaryOf(route), away ? 0 : 3)
}

beforeAll(async () => {
  await buildDashboard()
  operator = new FakeOperator()
  routes = populate(operator, routeCount)
  while (turns < remembered) transition()
  base = `http://127.0.0.1:${await operator.start()}`
  browser = await TestBrowser.start()
})
afterAll(async () => {
  await browser?.stop()
  await operator?.stop()
})

const allThere = (page: Page) => page.getByText('10,000 routes', { exact: true }).waitFor()

describe('ten thousand routes', () => {
  it('are on the page within a second: what is wrong, how many, and the first rows', async () => {
    const times: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const page = await browser.open('about:blank')
      await page.addInitScript(() => {
        const look = () => {
          const isThere =
            document.querySelectorAll('tbody tr').length > 5 &&
            /\d/.test(document.querySelector('h1')?.textContent ?? '')
          if (isThere) Object.assign(window, { firstViewMs: performance.now() })
          else requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
      })
      await page.goto(base)
      await expect.poll(() => page.evaluate('window.firstViewMs ?? 0').then(Number)).toBeGreaterThan(0)
      times.push(Number(await page.evaluate('window.firstViewMs')))
      await page.close()
    }
    console.log(`first view of ${routeCount} routes: ${times.map((ms) => `${Math.round(ms)} ms`).join(', ')}`)
    // The best of five: what counts is the page and the operator, not who else has the machine.
    expect(Math.min(...times)).toBeLessThan(1000)
  })

  it('scroll without a frame that takes the page longer than 50 ms', async () => {
    const page = await browser.open(base)
    await allThere(page)
    const cdp = await page.context().newCDPSession(page)
    const longest: number[] = []
    for (let round = 0; round < 3; round += 1) longest.push(await longestTask(cdp, () => scrollThrough(page)))
    console.log(
      `longest task of the page while scrolling: ${longest.map((ms) => `${ms.toFixed(1)} ms`).join(', ')} of processor time`,
    )
    expect(Math.min(...longest)).toBeLessThan(50)
    const rows = await page.locator('tbody tr').count()
    console.log(`rows that exist as elements: ${rows} of ${routeCount}`)
    expect(rows).toBeLessThan(100)
    await page.close()
  })

  it(
    `do not fill the memory of the tab: a transition every 10 ms for ${soakSeconds} s`,
    async () => {
      const page = await browser.open(base)
      await allThere(page)
      const cdp = await page.context().newCDPSession(page)
      const before = await footprint(cdp)
      await countLongFrames(page)
      const from = turns
      const drive = every(10, transition)
      const steps: Footprint[] = []
      try {
        for (let step = 0; step < 4; step += 1) {
          await page.waitForTimeout((soakSeconds * 1000) / 4)
          steps.push(await footprint(cdp))
        }
      } finally {
        drive.stop()
      }
      const told = [before, ...steps].map(
        ({ heapMiB, nodes }) => `${heapMiB.toFixed(1)} MiB and ${nodes} nodes`,
      )
      console.log(`${turns - from} transitions in ${soakSeconds} s; the tab had ${told.join(', then ')}`)
      const long = await longFrames(page)
      console.log(`frames over 50 ms: ${long.length}, the longest ${Math.round(Math.max(0, ...long))} ms`)
      expect(turns - from).toBeGreaterThan(soakSeconds * 90)
      const [first] = steps
      const last = steps.at(-1)
      // The first step has warmed everything up; what grows after it grows for ever.
      expect(last?.heapMiB).toBeLessThan((first?.heapMiB ?? 0) * 1.1 + 2)
      expect(last?.nodes).toBeLessThan((first?.nodes ?? 0) * 1.2 + 500)
      await page.getByText('Live', { exact: true }).waitFor()
      browser.expectNoComplaints()
    },
    soakSeconds * 1000 + 180_000,
  )
})

/** Does something every so many milliseconds on the average: what a busy machine was late with is made up for. */
function every(ms: number, work: () => void): { stop(): void } {
  const from = performance.now()
  let done = 0
  const timer = setInterval(() => {
    for (; done < (performance.now() - from) / ms; done += 1) work()
  }, ms)
  return { stop: () => clearInterval(timer) }
}

/** Down through some hundred rows a frame, as somebody who pulls the bar. */
function scrollThrough(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise<void>((done) => {
        let frames = 0
        const step = () => {
          scrollBy(0, frames % 3 === 0 ? 5000 : 180)
          frames += 1
          if (frames < 150) requestAnimationFrame(step)
          else done()
        }
        step()
      }),
  )
}

/** The longest task on the page's main thread during `work`, in ms of processor time: waiting for a processor does not count. */
async function longestTask(cdp: CDPSession, work: () => Promise<void>): Promise<number> {
  let longest = 0
  const collect = ({ value }: { value: object[] }) => {
    for (const event of value) {
      const { name, tdur } = event as { name?: string; tdur?: number }
      if (name?.endsWith('RunTask')) longest = Math.max(longest, (tdur ?? 0) / 1000)
    }
  }
  cdp.on('Tracing.dataCollected', collect)
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] },
  })
  await work()
  const complete = new Promise<void>((resolve) => cdp.once('Tracing.tracingComplete', () => resolve()))
  await cdp.send('Tracing.end')
  await complete
  cdp.off('Tracing.dataCollected', collect)
  return longest
}

/** Has the page note each frame that took it longer than 50 ms from its begin to its end, whoever had the processor. */
function countLongFrames(page: Page): Promise<void> {
  return page.evaluate(() => {
    const longFrames: number[] = []
    Object.assign(window, { longFrames })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longFrames.push(duration)
    }).observe({ type: 'long-animation-frame' })
    // Without one that is sure to be noted, "none" could also mean that nobody looks.
    requestAnimationFrame(() => {
      const until = performance.now() + 80
      while (performance.now() < until);
    })
  })
}

/** Milliseconds of each, without the one that was made to try the counting. */
async function longFrames(page: Page): Promise<readonly number[]> {
  const noted = await page.evaluate(() => Reflect.get(window, 'longFrames') as number[])
  expect(noted.length).toBeGreaterThan(0)
  return noted.slice(1)
}

interface Footprint {
  readonly heapMiB: number
  readonly nodes: number
}

/** What the tab holds after its garbage was collected. */
async function footprint(cdp: CDPSession): Promise<Footprint> {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  const { nodes } = await cdp.send('Memory.getDOMCounters')
  return { heapMiB: usedSize / 2 ** 20, nodes }
}
