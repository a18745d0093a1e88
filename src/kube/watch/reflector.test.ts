import { beforeEach, describe, expect, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import type { KubeError } from '../errors.ts'
import { FakeTransport } from '../testing/fake-transport.ts'
import { settle } from '../testing/manual-clock.ts'

import {
  bookmark,
  broken,
  event,
  object,
  path,
  readValue,
  refused,
  slices,
  start,
  startWatching,
  status,
} from '../testing/reflected.ts'

test('an event that the store has already, such as the echo of an own write, is not projected again', async () => {
  const projected: unknown[] = []
  const project = (item: unknown) => {
    projected.push(item)
    return readValue(item)
  }
  const { transport, writer, contents } = await startWatching({ project })
  projected.length = 0
  writer.offer('ns/a', '11', 'mine')
  transport.last.send(event('MODIFIED', 'a', 11, 'mine'), event('MODIFIED', 'a', 12, 'theirs'))
  await settle()
  expect(projected).toEqual([object('a', 12, 'theirs')])
  expect(contents()).toEqual({ 'ns/a': 'theirs' })
})

describe('objects that were not asked for, from a server that ignores selectors', () => {
  const projected: unknown[] = []
  const project = (item: unknown) => {
    projected.push(item)
    return readValue(item)
  }
  const isAskedFor = (item: unknown) => !readValue(item).startsWith('other')
  const ignored =
    'warn slices: the API server ignores the selector; the operator drops what it did not ask for, such as ns/b'

  beforeEach(() => {
    projected.length = 0
  })

  test('are dropped before they are projected, and reported once', async () => {
    const { transport, contents, log } = await start({ project, isAskedFor })
    const many = Array.from({ length: 1_000 }, (_, index) => event('ADDED', `c${index}`, 20 + index, 'other'))
    transport.last.send(
      event('ADDED', 'a', 5),
      event('ADDED', 'b', 6, 'other'),
      ...many,
      bookmark(2_000, true),
    )
    await settle()
    transport.last.send(event('MODIFIED', 'b', 2_001, 'other again'))
    await settle()
    expect(contents()).toEqual({ 'ns/a': 'x' })
    expect(projected).toEqual([object('a', 5)])
    expect(log.lines).toEqual([ignored])
  })

  test('are dropped from pages too', async () => {
    const transport = new FakeTransport()
    transport.refusals.push(refused)
    const { contents, reader } = await start({ transport, project, isAskedFor })
    const items = [object('a', 5), object('b', 6, 'other')]
    transport.requests[0]?.answer(ok({ metadata: { resourceVersion: '7' }, items }))
    await settle()
    expect([contents(), reader.synced, projected.length]).toEqual([{ 'ns/a': 'x' }, true, 1])
  })

  test('are removed if they were asked for before they changed', async () => {
    const { transport, contents, changes } = await start({ isAskedFor })
    transport.last.send(event('ADDED', 'a', 5), event('ADDED', 'b', 6), event('MODIFIED', 'b', 7, 'other'))
    transport.last.send(bookmark(10, true))
    await settle()
    expect(contents()).toEqual({ 'ns/a': 'x' })
    transport.last.send(event('MODIFIED', 'a', 11, 'other'))
    await settle()
    expect(contents()).toEqual({})
    expect(changes.at(-1)).toEqual({ key: 'ns/a', before: 'x' })
  })
})

describe('a kind that is not served', () => {
  test('is absent, asked for again, and listed when it comes', async () => {
    let served = false
    const { clock, reader, states, transport } = await start({
      resource: async () => ok(served ? slices : undefined),
    })
    expect(states).toEqual(['absent'])
    expect(reader.synced).toBe(true)
    served = true
    await clock.advance(4_999)
    expect(transport.streams).toHaveLength(0)
    await clock.advance(1)
    expect(states).toEqual(['absent', 'resolving', 'listing'])
  })

  test('is asked for again at least every 16 s', async () => {
    const waits: number[] = []
    const { clock } = await start({
      random: () => 1,
      resource: async () => {
        waits.push(clock?.now() ?? 0)
        return ok(undefined)
      },
    })
    for (let second = 0; second < 120; second += 1) await clock.advance(1_000)
    const gaps = waits.slice(1).map((at, index) => at - (waits[index] ?? 0))
    expect(Math.max(...gaps)).toBe(16_000)
  })

  test('is not absent only because the question failed', async () => {
    const { reader, states } = await start({ resource: async () => err(broken) })
    expect(states).toEqual(['backingOff'])
    expect(reader.synced).toBe(false)
  })
})

describe('a watch', () => {
  test('that ends is resumed from the last version, bookmarks included', async () => {
    const { transport, clock } = await startWatching()
    transport.last.send(event('ADDED', 'b', 11), bookmark(20))
    await clock.advance(300_000)
    transport.last.end()
    await settle()
    expect(transport.streams).toHaveLength(2)
    expect(transport.last.req.query).toMatchObject({ resourceVersion: '20', allowWatchBookmarks: 'true' })
  })

  test('that ends as soon as it began is not opened again in a hurry', async () => {
    const { transport, clock, states } = await startWatching()
    transport.last.end()
    await settle()
    expect(states.at(-1)).toBe('backingOff')
    await clock.advance(800)
    expect(transport.streams).toHaveLength(2)
  })

  test('that ends well asks which resource to read, and goes on without a list if it is the same', async () => {
    let asked = 0
    const { transport, clock } = await startWatching({
      resource: async () => {
        asked += 1
        return asked < 3 ? ok({ ...slices }) : err(broken)
      },
    })
    for (const times of [2, 3]) {
      await clock.advance(300_000)
      transport.last.end()
      await settle()
      expect(asked).toBe(times)
      expect(transport.last.req.query).toMatchObject({ resourceVersion: '10', watch: '1' })
      expect(transport.last.req.query).not.toHaveProperty('sendInitialEvents')
    }
  })

  test('of a resource that is served in a better version by then is followed by a list of that one', async () => {
    let version = 'v1beta1'
    const { transport, clock, contents } = await startWatching({
      resource: async () => ok({ ...slices, version }),
    })
    version = 'v1'
    await clock.advance(300_000)
    transport.last.end()
    await settle()
    expect(transport.last.req.path).toBe(path)
    expect(transport.last.req.query).toHaveProperty('sendInitialEvents')
    // The same objects under the same resourceVersions, but as the other version of the API has them.
    transport.last.send(event('ADDED', 'a', 5, 'as v1'), bookmark(10, true))
    await settle()
    expect(contents()).toEqual({ 'ns/a': 'as v1' })
  })

  test('of a kind that is gone by then leaves nothing behind', async () => {
    let served = true
    const { transport, clock, contents, states } = await startWatching({
      resource: async () => ok(served ? slices : undefined),
    })
    served = false
    await clock.advance(300_000)
    transport.last.end()
    await settle()
    expect(states.at(-1)).toBe('absent')
    expect(contents()).toEqual({})
  })

  test('that fails in the same way again and again is complained of once, until there is progress', async () => {
    const { transport, clock, log } = await startWatching()
    const forbidden: KubeError = { kind: 'forbidden', message: 'may not watch' }
    const complaints = () =>
      log.lines.filter((line) => line === 'warn the watch of slices failed: may not watch').length
    for (let times = 0; times < 3; times += 1) {
      transport.refusals.push(forbidden)
      if (times === 0) transport.last.break(broken)
      await settle()
      await clock.advance(30_000)
    }
    expect(complaints()).toBe(1)
    transport.last.send(event('MODIFIED', 'a', 15, 'z'))
    transport.refusals.push(forbidden)
    transport.last.break(broken)
    await settle()
    await clock.advance(30_000)
    expect(complaints()).toBe(2)
  })

  test('that breaks is resumed after a wait', async () => {
    const { transport, clock } = await startWatching()
    transport.last.send(event('MODIFIED', 'a', 15, 'z'))
    transport.last.break(broken)
    await clock.advance(799)
    expect(transport.streams).toHaveLength(1)
    await clock.advance(1)
    expect(transport.last.req.query).toMatchObject({ resourceVersion: '15' })
  })

  test('whose version expired leads to a new list, which removes what went', async () => {
    const { transport, contents, states } = await startWatching()
    transport.last.send(bookmark(12), status(410))
    await settle()
    expect(transport.last.req.query).toMatchObject({ sendInitialEvents: 'true' })
    expect(transport.streams[0]?.closed).toBe(true)
    expect(contents()).toEqual({ 'ns/a': 'x' })
    transport.last.send(event('ADDED', 'b', 30), bookmark(31, true))
    await settle()
    expect(contents()).toEqual({ 'ns/b': 'x' })
    expect(states).toEqual(['listing', 'watching', 'resolving', 'listing', 'watching'])
  })

  test('that expires again and again does not list in a hurry', async () => {
    const { transport, states } = await startWatching()
    transport.last.send(status(410))
    await settle()
    expect(states.at(-1)).toBe('backingOff')
  })

  test('is counted event by event', async () => {
    const types: string[] = []
    const { transport } = await startWatching({ onEvent: (type) => types.push(type) })
    transport.last.send(event('DELETED', 'a', 12), { nonsense: 1 }, status(500))
    await settle()
    expect(types).toEqual(['ADDED', 'BOOKMARK', 'DELETED', 'unknown', 'ERROR'])
  })

  test('that failed is resumed only where the server is as far as it was', async () => {
    const { transport, clock } = await startWatching({ labelSelector: 'a=b' })
    transport.last.send(bookmark(20))
    transport.version = '20'
    transport.last.break(broken)
    await clock.advance(800)
    expect(transport.doubts).toMatchObject([{ method: 'GET', path, query: { limit: '1' } }])
    expect(transport.doubts[0]?.query).not.toHaveProperty('labelSelector')
    expect(transport.last.req.query).toMatchObject({ resourceVersion: '20' })
  })

  test('of a server that has gone back in time is followed by a list, and told of', async () => {
    const { transport, clock, states, log } = await startWatching()
    transport.last.send(bookmark(20))
    transport.version = '19'
    transport.last.break(broken)
    await clock.advance(800)
    expect(states.slice(-3)).toEqual(['backingOff', 'watching', 'listing'])
    expect(transport.last.req.query).toHaveProperty('sendInitialEvents')
    expect(log.lines.join()).toContain('the server is at version 19, but was at 20; was etcd restored?')
  })

  test('of a server that has forgotten what it answered to a write is followed by a list', async () => {
    const { transport, writer, clock, states, log } = await startWatching()
    transport.last.send(bookmark(20))
    await settle()
    writer.offer('ns/a', '30', 'mine')
    transport.version = '25'
    transport.last.break(broken)
    await clock.advance(800)
    expect(states.slice(-3)).toEqual(['backingOff', 'watching', 'listing'])
    expect(log.lines.join()).toContain('the server is at version 25, but was at 30; was etcd restored?')
  })

  test('that ended well is doubted where the store knows of more than the watch has shown', async () => {
    const { transport, writer, clock } = await startWatching()
    transport.last.send(bookmark(20))
    await clock.advance(300_000)
    writer.offer('ns/a', '30', 'mine')
    transport.last.end()
    await settle()
    expect(transport.doubts).toHaveLength(1)
  })

  test('that ended well is doubted only where nothing came', async () => {
    const { transport, clock } = await startWatching()
    transport.last.send(bookmark(20))
    for (const doubts of [0, 1]) {
      await clock.advance(300_000)
      transport.last.end()
      await settle()
      expect(transport.doubts).toHaveLength(doubts)
    }
    expect(transport.streams).toHaveLength(3)
  })

  test('that failed waits on where the server does not tell its version', async () => {
    const { transport, clock, states } = await startWatching()
    const answers = [
      err(broken),
      ok({ hello: 'world' }),
      ok({ metadata: { resourceVersion: '50' }, items: [] }),
    ]
    transport.request = async () => answers.shift() ?? err(broken)
    transport.last.break(broken)
    await clock.advance(800)
    expect([states.at(-1), transport.streams.length]).toEqual(['backingOff', 1])
    await clock.advance(1_600)
    expect([states.at(-1), transport.streams.length]).toEqual(['backingOff', 1])
    await clock.advance(3_200)
    expect([states.at(-1), transport.streams.length]).toEqual(['watching', 2])
  })

  test.each([
    ['failed', 'break'],
    ['ended before anything came', 'end'],
  ] as const)('that %s is followed by a new list, if the reflector is to list again', async (_, how) => {
    const { transport, clock, contents, reflector, states } = await startWatching({ relists: true })
    if (how === 'end') await clock.advance(300_000)
    transport.last[how](broken)
    await clock.advance(how === 'end' ? 0 : 800)
    expect(reflector.complaint).toBe(how === 'end' ? '' : broken.message)
    expect([states.at(-1), transport.doubts.length]).toEqual(['listing', 0])
    expect(transport.last.req.query).toHaveProperty('sendInitialEvents')
    transport.last.send(event('ADDED', 'b', 15), bookmark(20, true))
    await settle()
    expect(contents()).toEqual({ 'ns/b': 'x' })
    expect([states.at(-1), reflector.complaint]).toEqual(['watching', ''])
  })

  test('that cannot be opened waits longer each time, at most 30 s, and is quick again after progress', async () => {
    const { transport, clock } = await startWatching()
    const failures = 8
    for (let i = 0; i < failures; i += 1) transport.refusals.push(broken)
    transport.last.break(broken)
    const waits: number[] = []
    let last = clock.now()
    while (transport.streams.length === 1 && waits.length < 20) {
      const left = transport.refusals.length
      while (transport.refusals.length === left && transport.streams.length === 1) await clock.advance(100)
      waits.push(clock.now() - last)
      last = clock.now()
    }
    expect(waits).toEqual([800, 1600, 3200, 6400, 12_800, 15_000, 15_000, 15_000, 15_000])
    transport.last.send(bookmark(50))
    transport.last.break(broken)
    await clock.advance(800)
    expect(transport.streams).toHaveLength(3)
  })

  test('waits as long as the server asks', async () => {
    const { transport, clock } = await startWatching()
    transport.refusals.push({ kind: 'throttled', message: 'too many', retryAfterMs: 7_000 })
    transport.last.break(broken)
    await clock.advance(800)
    await clock.advance(6_999)
    expect(transport.streams).toHaveLength(1)
    await clock.advance(1)
    expect(transport.streams).toHaveLength(2)
  })
})

describe('bad objects', () => {
  test('are left out, told once, and stop nobody', async () => {
    const { transport, contents, log } = await start()
    transport.last.send(event('ADDED', 'bad', 1, 'bad'), event('ADDED', 'a', 2), bookmark(3, true))
    transport.last.send(event('MODIFIED', 'bad', 4, 'bad'), { type: 'ADDED', object: {} }, 'nonsense', null)
    transport.last.send(event('ADDED', 'b', 5))
    await settle()
    expect(contents()).toEqual({ 'ns/a': 'x', 'ns/b': 'x' })
    expect(log.lines.filter((line) => line.includes('bad value'))).toHaveLength(1)
  })
})

test('one namespace and one name are asked for, in lists and in watches', async () => {
  const { transport, clock } = await startWatching({ namespace: 'shop', fieldSelector: 'metadata.name=a' })
  await clock.advance(300_000)
  transport.last.send(bookmark(20))
  transport.last.end()
  await settle()
  expect(transport.streams.map(({ req }) => [req.path, req.query?.fieldSelector])).toEqual([
    ['/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', 'metadata.name=a'],
    ['/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', 'metadata.name=a'],
  ])
})

test('an exception behind a callback is logged, and the list is read again', async () => {
  const { transport, clock, states, log } = await startWatching({
    onEvent: (type) => {
      if (type === 'DELETED') throw new Error('a bug')
    },
  })
  transport.last.send(event('DELETED', 'a', 11))
  await clock.advance(800)
  expect(log.lines.join()).toContain('a bug')
  expect(states.at(-1)).toBe('listing')
})

test('stop ends the watch and touches nothing after', async () => {
  const { transport, reflector, states, changes } = await startWatching()
  await reflector.stop()
  expect(transport.last.closed).toBe(true)
  expect(states.at(-1)).toBe('stopped')
  const before = changes.length
  transport.last.send(event('ADDED', 'late', 99))
  await settle()
  expect(changes).toHaveLength(before)
})

test.each(['listing', 'backingOff', 'absent'])('stop works while %s', async (state) => {
  const { reflector, transport, clock } = await start(
    state === 'absent' ? { resource: async () => ok(undefined) } : {},
  )
  if (state === 'backingOff') transport.last.break(broken)
  await settle()
  expect(reflector.state).toBe(state)
  await reflector.stop()
  expect(reflector.state).toBe('stopped')
  expect(clock.pending).toBe(0)
})
