import { describe, expect, test } from 'vitest'
import { err, ok } from '../../base/result.ts'
import { FakeTransport } from '../testing/fake-transport.ts'
import { settle } from '../testing/manual-clock.ts'

import {
  bookmark,
  broken,
  event,
  object,
  path,
  refused,
  start,
  startWatching,
  status,
} from '../testing/reflected.ts'

describe('the first list', () => {
  test('is a streaming one, complete at the bookmark, and goes on as a watch', async () => {
    const { transport, reader, contents, reflector, states } = await start({ labelSelector: 'a=b' })
    expect(transport.last.req).toMatchObject({
      path,
      query: {
        watch: '1',
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
        labelSelector: 'a=b',
        timeoutSeconds: '300',
      },
    })
    expect(transport.last.req.query).not.toHaveProperty('resourceVersion')
    transport.last.send(event('ADDED', 'a', 3), bookmark(4), event('ADDED', 'b', 5))
    await settle()
    expect(reader.synced).toBe(false)
    transport.last.send(bookmark(9, true), event('MODIFIED', 'a', 11, 'y'), event('DELETED', 'b', 12))
    await settle()
    expect(reader.synced).toBe(true)
    expect(contents()).toEqual({ 'ns/a': 'y' })
    expect(reflector.state).toBe('watching')
    expect(states).toEqual(['listing', 'watching'])
    expect(transport.streams).toHaveLength(1)
  })

  test('that breaks off leaves nothing that is gone by the time of the next one', async () => {
    const { transport, clock, contents } = await start()
    transport.last.send(event('ADDED', 'a', 3), event('ADDED', 'b', 4), event('ADDED', 'c', 5))
    transport.last.send(event('DELETED', 'c', 6))
    await settle()
    expect(contents()).toEqual({ 'ns/a': 'x', 'ns/b': 'x' })
    transport.last.break(broken)
    await settle()
    await clock.advance(800)
    transport.requests[0]?.answer(ok({ metadata: { resourceVersion: '9' }, items: [object('b', 4)] }))
    await settle()
    expect(contents()).toEqual({ 'ns/b': 'x' })
  })

  test('in pages fails if a page names itself as the next one', async () => {
    const transport = new FakeTransport()
    transport.refusals.push(refused)
    const { states, log } = await start({ transport })
    const page = ok({ metadata: { resourceVersion: '7', continue: 'more' }, items: [object('a', 3)] })
    for (const place of [0, 1]) {
      transport.requests[place]?.answer(page)
      await settle()
    }
    expect(states.at(-1)).toBe('backingOff')
    expect(log.lines).toEqual([
      `warn the watch of slices failed: GET ${path}: the list has no end: a page names itself as the next one`,
    ])
  })

  test.each([refused, { kind: 'rejected', status: 400, message: 'unknown parameter' } as const])(
    'asks for pages at once after $kind',
    async (refusal) => {
      const transport = new FakeTransport()
      transport.refusals.push(refusal)
      const { contents, reader } = await start({ transport })
      expect(transport.requests[0]).toMatchObject({ path, query: { limit: '250' } })
      transport.requests[0]?.answer(
        ok({ metadata: { resourceVersion: '7', continue: 'more' }, items: [object('a', 3)] }),
      )
      await settle()
      expect(transport.requests[1]?.query).toEqual({ limit: '250', continue: 'more' })
      expect(reader.synced).toBe(false)
      transport.requests[1]?.answer(ok({ metadata: { resourceVersion: '7' }, items: [object('b', 4)] }))
      await settle()
      expect(contents()).toEqual({ 'ns/a': 'x', 'ns/b': 'x' })
      expect(transport.last.req.query).toMatchObject({ resourceVersion: '7', watch: '1' })
      expect(transport.last.req.query).not.toHaveProperty('sendInitialEvents')
    },
  )

  test('starts again when a continue token expires', async () => {
    const transport = new FakeTransport()
    transport.refusals.push(refused)
    const { clock, contents } = await start({ transport })
    transport.requests[0]?.answer(
      ok({ metadata: { resourceVersion: '7', continue: 'c' }, items: [object('gone', 3)] }),
    )
    await settle()
    transport.requests[1]?.answer(err({ kind: 'expired', message: 'too old' }))
    await clock.advance(800)
    expect(transport.requests[2]?.query).toEqual({ limit: '250' })
    transport.requests[2]?.answer(ok({ metadata: { resourceVersion: '9' }, items: [object('b', 4)] }))
    await settle()
    expect(contents()).toEqual({ 'ns/b': 'x' })
  })

  test('is not complete when the stream breaks before the bookmark; pages are tried next', async () => {
    const { transport, clock, reader, states } = await start()
    transport.last.send(event('ADDED', 'a', 3))
    transport.last.break(broken)
    await settle()
    expect(states).toEqual(['listing', 'backingOff'])
    expect(reader.synced).toBe(false)
    await clock.advance(800)
    expect(transport.requests).toHaveLength(1)
  })

  test('is a streaming one again after pages have come', async () => {
    const { transport, clock } = await start()
    transport.last.break(broken)
    await clock.advance(800)
    transport.requests[0]?.answer(ok({ metadata: { resourceVersion: '7' }, items: [] }))
    await settle()
    expect(transport.last.req.query).toMatchObject({ watch: '1', resourceVersion: '7' })
    transport.last.send(bookmark(8), status(410))
    await settle()
    expect(transport.last.req.query).toHaveProperty('sendInitialEvents')
    expect(transport.requests).toHaveLength(1)
  })

  test('treats an answer that is no list as an error', async () => {
    const transport = new FakeTransport()
    transport.refusals.push(refused)
    const { reader, reflector } = await start({ transport })
    transport.requests[0]?.answer(ok({ hello: 'world' }))
    await settle()
    expect(reflector.state).toBe('backingOff')
    expect(reader.synced).toBe(false)
  })
})

test('a list is not held against its own objects, whatever their versions', async () => {
  const { transport, contents, reflector } = await start()
  transport.last.send(event('ADDED', 'a', 5), event('MODIFIED', 'b', 9), bookmark(7, true))
  await settle()
  expect(reflector.state).toBe('watching')
  expect(contents()).toEqual({ 'ns/a': 'x', 'ns/b': 'x' })
})

test.each([1, 2])('an object that goes while it is streamed is not in list %i', async (which) => {
  const { transport, contents, clock } = await start()
  if (which === 2) {
    transport.last.send(event('ADDED', 'a', 2), bookmark(3, true), status(410))
    await clock.advance(800)
  }
  transport.last.send(event('ADDED', 'a', 5), event('ADDED', 'b', 6), event('DELETED', 'a', 7))
  transport.last.send(bookmark(8, true))
  await settle()
  expect(contents()).toEqual({ 'ns/b': 'x' })
})

test('an own write that is answered while a list is read, and is newer than that, stays', async () => {
  const { transport, contents, writer } = await startWatching()
  transport.last.send(bookmark(20), status(410))
  await settle()
  writer.offer('ns/a', '40', 'mine')
  transport.last.send(event('ADDED', 'a', 5), bookmark(30, true))
  await settle()
  expect(contents()).toEqual({ 'ns/a': 'mine' })
})

describe('a list that is older than what was seen', () => {
  async function listOld(world: Awaited<ReturnType<typeof startWatching>>) {
    const before = world.transport.streams.length
    while (world.transport.streams.length === before && world.transport.requests.length === 0) {
      await world.clock.advance(400)
    }
    world.transport.last.send(event('ADDED', 'old', 2), bookmark(3, true))
    await settle()
  }

  test('is asked for again for a minute, then taken with a warning', async () => {
    const world = await startWatching()
    expect(world.log.lines).toEqual([])
    world.transport.last.send(bookmark(100), status(410))
    await settle()
    world.transport.last.send(event('ADDED', 'old', 2), bookmark(3, true))
    await settle()
    const since = world.clock.now()
    while (world.clock.now() - since < 60_000) {
      expect(world.contents()).toEqual({ 'ns/a': 'x' })
      await listOld(world)
    }
    expect(world.contents()).toEqual({ 'ns/old': 'x' })
    expect(world.log.lines.filter((line) => line.includes('restored'))).toHaveLength(1)
    world.transport.last.send(event('ADDED', 'new', 4))
    await settle()
    expect(world.contents()).toEqual({ 'ns/old': 'x', 'ns/new': 'x' })
  })

  test('is left aside once a good one comes', async () => {
    const world = await startWatching()
    world.writer.offer('ns/a', '200', 'own write')
    world.transport.last.send(bookmark(100), status(410))
    await settle()
    world.transport.last.send(event('ADDED', 'a', 2), bookmark(150, true))
    await world.clock.advance(800)
    world.transport.last.send(event('ADDED', 'a', 200, 'own write'), bookmark(201, true))
    await settle()
    expect(world.contents()).toEqual({ 'ns/a': 'own write' })
    expect(world.reflector.state).toBe('watching')
  })
})
