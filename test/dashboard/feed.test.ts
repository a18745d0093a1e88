import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sleepAfterMs } from '../../dashboard/live/connection.ts'
import { Feed, type FeedOptions } from '../../dashboard/live/feed.ts'
import { Store } from '../../dashboard/live/store.ts'
import { route } from '../../dashboard/testing/builders.ts'
import { FakeOperator } from './fake-operator.ts'

const shop = (name: string) => ({ namespace: 'shop', name, backends: { [name]: '', [`${name}-b`]: 'east' } })
const key = 'TrafficSplit/shop/web'

/** Resolves as soon as the store is as wanted. */
function until(store: Store, test: (store: Store) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!test(store)) return
      forget()
      resolve()
    }
    const forget = store.subscribe(check)
    check()
  })
}

const isLive = ({ connection }: Store) => connection.phase === 'live'
const isLost = ({ connection }: Store) => connection.phase === 'lost'
const stands = (state: string) => (store: Store) => store.routes.get(key)?.state === state

function later(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}

describe('the feed of the page, from the real API', () => {
  let operator: FakeOperator
  let store: Store
  let port: number
  let asked: string[]
  const feeds: Feed[] = []

  function follow(options: Partial<FeedOptions> = {}): Feed {
    const counting: typeof fetch = (input, init) => {
      asked.push(String(input).replace(/^.*\/api\/v1/, ''))
      return fetch(input, init)
    }
    const feed = new Feed({
      api: `http://127.0.0.1:${port}`,
      store,
      fetch: counting,
      now: Date.now,
      random: () => 0,
      after: later,
      ...options,
    })
    feeds.push(feed)
    feed.run()
    return feed
  }

  beforeEach(async () => {
    operator = new FakeOperator()
    operator.add(shop('web'))
    port = await operator.start()
    store = new Store()
    asked = []
  })
  afterEach(async () => {
    for (const feed of feeds.splice(0)) feed.stop()
    await operator.stop()
  })

  it('shows what there is, and then every change', async () => {
    follow()
    await until(store, isLive)
    expect(store.counts.primary).toBe(1)
    expect(store.status).toMatchObject({ role: 'leader', ready: true })
    operator.ready('shop/web', 0)
    await until(store, stands('failover'))
    operator.add(shop('cart'))
    await until(store, ({ routes }) => routes.size === 2)
    operator.remove(key)
    await until(store, ({ routes, entries }) => !routes.has(key) && entries.length > 1)
    expect(store.entries).toMatchObject([
      { what: 'failover', key, state: 'failover' },
      { what: 'end', key, state: 'failover' },
    ])
  })

  it('shows more routes and a longer past than one page of the API holds', async () => {
    for (let number = 0; number < 2500; number += 1) operator.add(shop(`r${number}`))
    for (let number = 0; number < 2200; number += 1) operator.ready(`shop/r${number}`, 0)
    follow()
    await until(store, ({ entries }) => entries.length === 2200)
    expect(store.routes.size).toBe(2501)
    expect(store.counts).toMatchObject({ failover: 2200, primary: 301 })
    expect(new Set(store.entries.map(({ id }) => id)).size).toBe(2200)
  })

  it('says so when the server is gone, comes back by itself, and forgets what the old one said', async () => {
    follow()
    await until(store, isLive)
    await operator.stop()
    await until(store, isLost)
    expect(store.connection.heardAt).toBeDefined()
    expect(store.routes.has(key)).toBe(true)
    operator = new FakeOperator('e2')
    operator.add(shop('cart'))
    await operator.start(port)
    await until(store, isLive)
    expect([...store.routes.keys()]).toEqual(['TrafficSplit/shop/cart'])
  })

  it('goes on where it was when only the connection broke, without loading everything again', async () => {
    let cut = () => {}
    const breakable: typeof fetch = (input, init) => {
      asked.push(String(input).replace(/^.*\/api\/v1/, ''))
      const line = new AbortController()
      if (String(input).endsWith('/stream')) cut = () => line.abort(new TypeError('cut'))
      return fetch(input, { ...init, signal: AbortSignal.any([line.signal, init?.signal ?? line.signal]) })
    }
    follow({ fetch: breakable })
    await until(store, isLive)
    const before = asked.length
    cut()
    await until(store, isLost)
    operator.ready('shop/web', 0)
    await until(store, (now) => isLive(now) && stands('failover')(now))
    expect(asked.slice(before)).toEqual(['/stream'])
  })

  it('does not trust a connection on which nothing is heard', async () => {
    const timers: { ms: number; callback: () => void }[] = []
    const after: FeedOptions['after'] = (ms, callback) => {
      timers.push({ ms, callback })
      return () => {}
    }
    const silent: typeof fetch = async (_, init) => {
      const body = new ReadableStream({
        start: (controller) =>
          init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason)),
      })
      return new Response(body)
    }
    follow({ fetch: silent, after })
    await expect.poll(() => timers.filter(({ ms }) => ms === 12_000).length).toBe(2)
    for (const { callback } of timers) callback()
    await until(store, isLost)
    expect(store.connection.why).toBe('nothing was heard for too long')
  })

  it('leaves its connection to other tabs while nobody looks, and goes on where it was when it is seen again', async () => {
    const waits: { ms: number; callback: () => void }[] = []
    const lines: (AbortSignal | null | undefined)[] = []
    const feed = follow({
      fetch: (input, init) => {
        asked.push(String(input).replace(/^.*\/api\/v1/, ''))
        if (String(input).endsWith('/stream')) lines.push(init?.signal)
        return fetch(input, init)
      },
      after: (ms, callback) => {
        const wait = { ms, callback }
        waits.push(wait)
        return () => void waits.splice(waits.indexOf(wait), 1)
      },
    })
    const untilSleep = () => waits.filter(({ ms }) => ms === sleepAfterMs)
    await until(store, isLive)
    feed.hide()
    feed.show()
    expect(untilSleep(), 'who looks again in time').toEqual([])
    feed.hide()
    const before = asked.length
    for (const { callback } of untilSleep()) callback()
    await until(store, ({ connection }) => connection.phase === 'asleep')
    expect(lines.map((line) => line?.aborted)).toEqual([true])
    operator.ready('shop/web', 0)
    expect(store.routes.get(key)?.state, 'asleep').toBe('primary')
    feed.show()
    await until(store, (now) => isLive(now) && stands('failover')(now))
    expect(asked.slice(before)).toEqual(['/stream'])
  })

  it('begins anew when it is told so while it loads: what it asked for before counts no more', async () => {
    let tell: (text: string) => void = () => {}
    const begun = Promise.withResolvers<void>()
    const pages: { answer: (items: object[]) => void; signal: AbortSignal | null | undefined }[] = []
    const held: typeof fetch = async (input, init) => {
      const path = String(input)
      if (path.endsWith('/stream')) {
        const encoder = new TextEncoder()
        const body = new ReadableStream({
          start: (controller) => {
            tell = (text) => controller.enqueue(encoder.encode(text))
            begun.resolve()
          },
        })
        return new Response(body)
      }
      if (path.includes('/timeline')) return Response.json({ items: [], before: null })
      const { promise, resolve, reject } = Promise.withResolvers<Response>()
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason), { once: true })
      pages.push({
        answer: (items) => resolve(Response.json({ items, total: items.length, continue: null })),
        signal: init?.signal,
      })
      return promise
    }
    const reset = 'event: reset\ndata: {}\nid: e1-5\n\n'
    follow({ fetch: held })
    await begun.promise
    tell(reset)
    await expect.poll(() => pages.length).toBe(1)
    tell(reset)
    await expect.poll(() => pages.length).toBe(2)
    expect(pages.map(({ signal }) => signal?.aborted)).toEqual([true, false])
    pages[0]?.answer([])
    pages[1]?.answer([route('shop/web')])
    await until(store, ({ isComplete }) => isComplete)
    expect([...store.routes.keys()]).toEqual([key])
    expect(store.connection.failures).toBe(0)
  })

  it('tells what a proxy in between says instead of the operator', async () => {
    const broken: typeof fetch = async () => new Response('<h1>Bad gateway</h1>', { status: 502 })
    follow({ fetch: broken })
    await until(store, isLost)
    expect(store.connection.why).toBe('HTTP 502: <h1>Bad gateway</h1>')
  })

  it('takes no stranger for the operator', async () => {
    const stranger: typeof fetch = async () => new Response('event: route\ndata: {"hello":"world"}\n\n')
    follow({ fetch: stranger })
    await until(store, isLost)
    expect(store.connection.why).toBe('the answer is not a route of this version of the page')
  })
})
