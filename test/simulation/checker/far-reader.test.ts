import { describe, expect, it } from 'vitest'
import { FakeTransport } from '../../../src/kube/testing/fake-transport.ts'
import { settle } from '../../../src/kube/testing/manual-clock.ts'
import { Timeline } from '../network/timeline.ts'
import { FarReader } from './far-reader.ts'
import { FarView } from './far-view.ts'

const path = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices'
const end = (version: number) => ({
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
})
const modified = (version: number) => ({
  type: 'MODIFIED',
  object: { metadata: { resourceVersion: String(version) } },
})
const expired = { type: 'ERROR', object: { code: 410 } }
const broken = { kind: 'timeout', message: 'the connection broke' } as const

/** A process that reads two Services by one connection, and does nothing with what it reads. */
function reading() {
  const [view, server] = [new FarView(), new FakeTransport()]
  const time = { now: 1_000 }
  const atEnd: (() => void)[] = []
  const reader = new FarReader({
    view,
    credentials: 'one',
    now: () => time.now,
    later: (work) => atEnd.push(work),
    timeline: () => new Timeline(0),
  })
  view.connected('one', time.now)
  const transport = reader.over(server)
  const pass = (ms: number) => {
    for (const work of atEnd.splice(0)) work()
    time.now += ms
  }
  const open = async (isList: boolean, names = 'api,web') => {
    const left = new AbortController()
    const query = { watch: '1', labelSelector: `kubernetes.io/service-name in (${names})` }
    const list = isList ? { sendInitialEvents: 'true' } : {}
    const opened = await transport.stream({
      method: 'GET',
      path,
      query: { ...query, ...list },
      signal: left.signal,
    })
    if (opened.ok) void exhaust(opened.value)
    return left
  }
  const known = () => {
    const last = view.at(time.now).at(-1)?.namespaces.get('shop')
    return last && { upTo: last.mark.version, isLost: last.isLost, isDoubtful: last.isDoubtful }
  }
  return { server, view, time, pass, open, known }
}

async function exhaust(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

/** Its first list is complete. */
async function listed() {
  const process = reading()
  await process.open(true)
  process.server.last.send(end(10))
  await settle()
  process.pass(1)
  return process
}

const sound = { isLost: false, isDoubtful: false }

describe('what a process knows of the other cluster', () => {
  it('begins with a complete list, and goes on with the watch', async () => {
    const { server, open, known } = reading()
    await open(true)
    server.last.send(modified(5))
    await settle()
    expect(known()).toBeUndefined()
    server.last.send(end(10), modified(12))
    await settle()
    expect(known()).toEqual({ upTo: 12, ...sound })
  })

  it('is two things at the moment of a change', async () => {
    const { server, open, view, time, pass } = reading()
    await open(true)
    pass(5)
    server.last.send(end(10))
    await settle()
    expect(view.at(time.now).map(({ namespaces }) => namespaces.size)).toEqual([0, 1])
    pass(1)
    expect(view.at(time.now).map(({ namespaces }) => namespaces.size)).toEqual([1])
  })

  it('is lost with the watch, until the next list', async () => {
    const { server, open, known } = await listed()
    server.last.break(broken)
    await settle()
    expect(known()).toEqual({ upTo: 10, isLost: true, isDoubtful: false })
    await open(true)
    server.last.send(end(20))
    await settle()
    expect(known()).toEqual({ upTo: 20, ...sound })
  })

  it('is in doubt after a watch that ended well, or has expired, until that goes on', async () => {
    const { server, open, known } = await listed()
    server.last.end()
    await settle()
    expect(known()).toEqual({ upTo: 10, isLost: false, isDoubtful: true })
    await open(false)
    expect(known()).toEqual({ upTo: 10, ...sound })
    server.last.send(modified(11), expired)
    await settle()
    expect(known()).toEqual({ upTo: 11, isLost: false, isDoubtful: true })
  })

  it('does not go back to an older list but after a minute of them', async () => {
    const { server, open, known, pass } = await listed()
    for (const [ms, isLost] of [
      [30_000, true],
      [30_000, true],
      [0, false],
    ] as const) {
      server.last.break(broken)
      await open(true)
      server.last.send(end(7))
      await settle()
      expect(known()).toMatchObject({ isLost, upTo: isLost ? 10 : 7 })
      pass(ms)
    }
  })

  it('stays while other Services are asked for, but not if nothing is asked for', async () => {
    const { server, open, known, pass } = reading()
    const first = await open(true)
    server.last.send(end(10))
    await settle()
    pass(1)
    first.abort()
    await settle()
    const second = await open(true, 'web')
    pass(1)
    expect(known()).toEqual({ upTo: 10, ...sound })
    second.abort()
    await settle()
    pass(1)
    expect(known()).toBeUndefined()
  })

  it('is that of the newest connection alone', async () => {
    const { server, view, time, known, pass } = await listed()
    view.connected('two', time.now)
    pass(1)
    server.last.send(modified(11))
    await settle()
    expect(known()).toBeUndefined()
  })
})
