import { afterEach, describe, expect, test } from 'vitest'
import { err, ok } from '../result.ts'
import type { KubeError } from './errors.ts'
import { type Reflector, type ReflectorOptions, type ReflectorState, startReflector } from './reflector.ts'
import { createStore, type StoreChange } from './store.ts'
import { FakeTransport } from './testing/fake-transport.ts'
import { createManualClock, settle } from './testing/manual-clock.ts'
import { createMemoryLog } from './testing/memory-log.ts'

const slices = { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' }
const path = '/apis/discovery.k8s.io/v1/endpointslices'

const object = (name: string, version: number, value = 'x') => ({
  metadata: { namespace: 'ns', name, resourceVersion: String(version) },
  value,
})
const event = (type: string, name: string, version: number, value = 'x') => ({
  type,
  object: object(name, version, value),
})
const bookmark = (version: number, ends = false) => ({
  type: 'BOOKMARK',
  object: {
    metadata: {
      resourceVersion: String(version),
      ...(ends ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    },
  },
})
const status = (code: number, message = 'said the server') => ({
  type: 'ERROR',
  object: { kind: 'Status', code, message },
})
const broken: KubeError = { kind: 'timeout', message: 'the connection broke' }
const refused: KubeError = { kind: 'invalid', message: 'sendInitialEvents is forbidden' }

function readValue(item: unknown): string {
  if (typeof item === 'object' && item !== null && 'value' in item && typeof item.value === 'string') {
    if (item.value === 'bad') throw new Error('bad value')
    return item.value
  }
  throw new Error('no value')
}

const running: Reflector[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((reflector) => reflector.stop()))
})

async function start(more: Partial<ReflectorOptions<string>> = {}) {
  const transport = new FakeTransport()
  const clock = createManualClock()
  const log = createMemoryLog()
  const changes: StoreChange<string>[] = []
  const states: ReflectorState[] = []
  const { reader, writer } = createStore<string>((change) => changes.push(change))
  const reflector = startReflector({
    name: 'slices',
    resource: async () => ok(slices),
    project: readValue,
    writer,
    transport,
    clock,
    random: () => 0,
    log,
    onState: (state) => states.push(state),
    ...more,
  })
  running.push(reflector)
  await settle()
  const contents = () => Object.fromEntries(reader.entries())
  return { transport, clock, log, changes, states, reader, writer, reflector, contents }
}

/** A reflector that has listed one object, `ns/a` at version 10, and watches. */
async function startWatching(more: Partial<ReflectorOptions<string>> = {}) {
  const world = await start(more)
  world.transport.last.send(event('ADDED', 'a', 5), bookmark(10, true))
  await settle()
  expect(world.states).toEqual(['listing', 'watching'])
  return world
}

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

  test.each([refused, { kind: 'rejected', status: 400, message: 'unknown parameter' } as const])(
    'asks for pages at once after $kind',
    async (refusal) => {
      const transport = new FakeTransport()
      transport.refusals.push(refusal)
      const { contents, reader } = await start({ transport })
      expect(transport.requests[0]).toMatchObject({ path, query: { limit: '500' } })
      transport.requests[0]?.answer(
        ok({ metadata: { resourceVersion: '7', continue: 'more' }, items: [object('a', 3)] }),
      )
      await settle()
      expect(transport.requests[1]?.query).toEqual({ limit: '500', continue: 'more' })
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
    expect(transport.requests[2]?.query).toEqual({ limit: '500' })
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
    const complaints = () => log.lines.filter((line) => line === 'warn may not watch').length
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

test('a streamed list whose objects change while it is read is taken as it is', async () => {
  const { transport, contents, reflector } = await start()
  transport.last.send(event('ADDED', 'a', 5), event('MODIFIED', 'b', 9), bookmark(7, true))
  await settle()
  expect(reflector.state).toBe('watching')
  expect(contents()).toEqual({ 'ns/a': 'x', 'ns/b': 'x' })
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
