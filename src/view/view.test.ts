import { beforeEach, describe, expect, it } from 'vitest'
import { AdminKit } from '../admin/testing/kit.ts'
import type { News, View } from './view.ts'

const key = (name: string) => `TrafficSplit/shop/${name}`

let kit: AdminKit
let view: View
beforeEach(() => {
  kit = new AdminKit({ capacity: 3 })
  view = kit.view
})

const name = (news: News) =>
  news.kind === 'route' ? news.record.key : news.kind === 'gone' ? `-${news.key}` : news.entry.id
const newsAfter = (revision: number) => {
  const news = view.after(revision)
  return news && [...news].map(name)
}

describe('how a route stands', () => {
  it('is known since it changed, not since it was first seen', async () => {
    kit.ready('shop/web', 1)
    kit.put('web', { web: 1, east: 0 })
    expect(view.get(key('web'))).toMatchObject({ state: 'primary', since: undefined })
    await kit.clock.advance(1000)
    kit.ready('shop/web', 0, 1)
    kit.put('web', { web: 1, east: 0 })
    const since = kit.clock.wallTime()
    expect(view.get(key('web'))).toMatchObject({ state: 'dark', since })
    await kit.clock.advance(1000)
    kit.put('web', { web: 1, east: 0 })
    expect(view.get(key('web'))).toMatchObject({ state: 'dark', since })
  })

  it('is counted while it waits', () => {
    const waiting = () => [...view.waiting()]
    const none = [
      { why: 'failover', count: 0 },
      { why: 'approval', count: 0 },
      { why: 'limit', count: 0 },
    ]
    expect(waiting()).toEqual([{ why: 'return', count: 0 }, ...none])
    const waits = [undefined, { what: 'return', backend: 0, until: undefined } as const]
    for (const name of ['a', 'b', 'c']) {
      kit.put(name, { a: 1, b: 0 })
      const record = view.get(key(name))
      if (record) view.put(key(name), { ...record, waits })
    }
    expect(waiting()).toEqual([{ why: 'return', count: 3 }, ...none])
    kit.put('a', { a: 1, b: 0 })
    view.remove(key('b'))
    expect(waiting()).toEqual([{ why: 'return', count: 1 }, ...none])
  })

  it("is known from the operator's own write, if an earlier process made it", () => {
    const movedSince = kit.clock.wallTime().getTime() - 3_600_000
    kit.put('web', { web: 1, east: 0 }, {}, 'shop', { movedSince })
    expect(view.get(key('web'))?.since).toEqual(new Date(movedSince))
    kit.put('web', { web: 1, east: 0 }, {}, 'shop', { movedSince: 0 })
    expect(view.get(key('web'))?.since).toEqual(new Date(movedSince))
  })

  it('began before what the object shows, or before the first look, if nothing shows since when', () => {
    const firstLook = kit.clock.wallTime()
    const beganBefore = firstLook.getTime() - 3_600_000
    kit.put('web', { web: 1, east: 0 }, {}, 'shop', { beganBefore })
    kit.put('api', { api: 1, east: 0 })
    expect(view.get(key('web'))?.sinceBefore).toEqual(new Date(beganBefore))
    expect(view.get(key('api'))?.sinceBefore).toEqual(firstLook)
    view.recallSince(key('api'), undefined, beganBefore)
    expect(view.get(key('api'))).toMatchObject({ since: undefined, sinceBefore: new Date(beganBefore) })
    view.recallSince(key('web'), undefined)
    expect(view.get(key('web'))?.sinceBefore).toEqual(firstLook)
    const { revision } = view
    view.recallSince(key('web'), undefined)
    expect(view.revision).toBe(revision)
  })

  it('is counted by kind and state, also when it goes', () => {
    kit.put('a', { a: 1, b: 0 })
    kit.put('b', { a: 1, b: 0 }, { paused: true })
    kit.ready('shop/a', 1)
    kit.put('a', { a: 1, b: 0 })
    const counts = () => [...view.counts()].map(({ kind, state, count }) => `${kind} ${state} ${count}`)
    expect(counts().sort()).toEqual(['TrafficSplit paused 1', 'TrafficSplit primary 1'])
    view.remove(key('a'))
    view.remove(key('nobody'))
    expect(counts()).toEqual(['TrafficSplit paused 1'])
  })
})

describe('what is news', () => {
  it('is each route once, as it stands now, and every entry', () => {
    kit.put('a', { a: 1 })
    kit.put('b', { b: 1 })
    kit.failedOver('a')
    kit.put('a', { a: 1 })
    expect(newsAfter(0)).toEqual([key('b'), 'e1-3', key('a')])
    expect(newsAfter(3)).toEqual([key('a')])
    expect(newsAfter(4)).toEqual([])
  })

  it('is a route that is gone, unless it is back', () => {
    kit.put('a', { a: 1 })
    kit.put('b', { b: 1 })
    view.remove(key('a'))
    view.remove(key('b'))
    kit.put('b', { b: 1 })
    expect(newsAfter(0)).toEqual([`-${key('a')}`, key('b')])
  })

  it('is a route of which something else was found', () => {
    const found = { reason: 'MissingPort', message: 'no port 81' } as const
    kit.find('a', found)
    expect(newsAfter(0)).toEqual([])
    kit.put('a', { a: 1 })
    kit.find('a', found)
    expect(newsAfter(1)).toEqual([])
    kit.find('a')
    expect(newsAfter(1)).toEqual([key('a')])
    expect(view.get(key('a'))?.findings).toEqual([])
  })

  it('keeps findings through later looks, until the route has gone', () => {
    kit.put('a', { a: 1 })
    kit.find('a', { reason: 'MissingPort', message: 'no port 81' })
    kit.put('a', { a: 1 })
    expect(view.get(key('a'))?.findings).toHaveLength(1)
    expect(view.withFindings).toBe(1)
    view.remove(key('a'))
    expect(view.withFindings).toBe(0)
  })

  it('is a route whose endpoints changed', () => {
    kit.put('a', { a: 1 })
    view.touch(key('a'))
    view.touch(key('nobody'))
    expect(newsAfter(1)).toEqual([key('a')])
  })

  it('cannot be told in full to one who missed more than is remembered', () => {
    for (let time = 1; time <= 4; time += 1) kit.failedOver('a')
    expect(newsAfter(0)).toBeUndefined()
    expect(newsAfter(1)).toEqual(['e1-2', 'e1-3', 'e1-4'])
    for (const route of ['a', 'b', 'c', 'd']) {
      kit.put(route, { a: 1 })
      view.remove(key(route))
    }
    expect(newsAfter(4)).toBeUndefined()
    expect(newsAfter(6)).toEqual([`-${key('b')}`, `-${key('c')}`, `-${key('d')}`])
  })

  it('cannot be told to one who claims to know the future', () => expect(newsAfter(1)).toBeUndefined())

  it('wakes who listens, until they have had enough', () => {
    let calls = 0
    const stop = view.onChange(() => (calls += 1))
    kit.put('a', { a: 1 })
    kit.failedOver('a')
    stop()
    view.remove(key('a'))
    expect(calls).toBe(2)
  })
})

describe('what is read back from Events', () => {
  const minutesAgo = (minutes: number) => new Date(kit.clock.wallTime().getTime() - minutes * 60_000)
  const ids = () => [...view.timeline.newestFirst()].map(({ id }) => id)

  it('is in its place in time, and news', () => {
    kit.failedOver('web')
    kit.recall('old-1', minutesAgo(3))
    expect(ids()).toEqual(['e1-1', 'old-1'])
    expect(newsAfter(1)).toEqual(['old-1'])
    kit.failedOver('web')
    expect(ids()).toEqual(['e1-3', 'e1-1', 'old-1'])
  })

  it('is there once, and never beside what this process has told itself', () => {
    kit.failedOver('web')
    for (const id of ['old-1', 'old-1', 'e1-1', 'e1-99']) kit.recall(id, minutesAgo(3))
    expect(ids()).toEqual(['e1-1', 'old-1'])
  })

  it('takes the place of nothing newer, and readers hear of it or load again', () => {
    for (let time = 1; time <= 2; time += 1) kit.failedOver('web')
    for (const [index, id] of ['old-1', 'old-2'].entries()) kit.recall(id, minutesAgo(9 - index))
    expect(ids()).toEqual(['e1-2', 'e1-1', 'old-2'])
    expect(newsAfter(2)).toBeUndefined()
    kit.failedOver('web')
    expect(ids()).toEqual(['e1-5', 'e1-2', 'e1-1'])
    expect(newsAfter(4)).toEqual(['e1-5'])
  })

  it('says since when a route has been in its first state, and nothing of a later one', async () => {
    kit.put('web', { web: 1, east: 0 })
    view.recallSince(key('web'), minutesAgo(7))
    expect(view.get(key('web'))?.since).toEqual(minutesAgo(7))
    const known = minutesAgo(7)
    await kit.clock.advance(1000)
    view.recallSince(key('web'), kit.clock.wallTime())
    expect(view.get(key('web'))?.since).toEqual(known)
    kit.ready('shop/web', 1)
    kit.put('web', { web: 1, east: 0 })
    const since = view.get(key('web'))?.since
    view.recallSince(key('web'), minutesAgo(7))
    expect(view.get(key('web'))?.since).toEqual(since)
  })
})
