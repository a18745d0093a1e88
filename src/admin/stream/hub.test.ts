import { connect, type Socket } from 'node:net'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { eventually } from '../../../test/operator/cluster.ts'
import { streamEvents } from '../../api/schema.ts'
import { AdminKit } from '../testing/kit.ts'
import { Hub, maxClients } from './hub.ts'

interface Event {
  readonly event: string
  readonly id: string | undefined
  readonly data: unknown
}

let kit: AdminKit
let readers: Reader[]
beforeEach(async () => {
  kit = new AdminKit({ capacity: 50 })
  await kit.start()
  readers = []
})
afterEach(async () => {
  for (const reader of readers) reader.leave()
  await kit.stop()
})

/** Follows the stream as a browser does, but sees every byte. */
class Reader {
  text = ''
  status: number | undefined
  ended = false
  readonly #left = new AbortController()

  static async join(headers: Record<string, string> = {}): Promise<Reader> {
    const reader = new Reader()
    readers.push(reader)
    const answer = await fetch(`${kit.url}/api/v1/stream`, { headers, signal: reader.#left.signal })
    reader.status = answer.status
    void reader.#read(answer)
    return reader
  }

  async #read(answer: Response): Promise<void> {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of answer.body ?? []) this.text += decoder.decode(chunk, { stream: true })
    } catch {
      // The server went, or this reader left.
    }
    this.ended = true
  }

  get events(): Event[] {
    return this.text.split('\n\n').flatMap((block) => {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
      )
      const data = fields.get('data')
      return data === undefined
        ? []
        : [{ event: fields.get('event') ?? '', id: fields.get('id'), data: JSON.parse(data) }]
    })
  }

  get names(): string[] {
    return this.events.map(({ event }) => event)
  }

  /** Lets the gathering time pass, and waits until so many events are here. */
  async sees(count: number): Promise<Event[]> {
    await kit.clock.advance(100)
    await eventually(() => this.events.length >= count)
    return this.events
  }

  leave(): void {
    this.#left.abort()
  }
}

const key = (name: string) => `TrafficSplit/shop/${name}`

describe('a reader of the stream', () => {
  it('is told to load all, and how the operator is', async () => {
    kit.put('web', { web: 1 })
    const reader = await Reader.join()
    await reader.sees(2)
    expect(reader.status).toBe(200)
    expect(reader.names).toEqual(['reset', 'status'])
    expect(reader.events[0]).toMatchObject({ id: 'e1-1', data: { reason: 'start' } })
  })

  it('is told what changes from then on, in order, each event as its schema says', async () => {
    kit.put('web', { web: 1 })
    const reader = await Reader.join()
    kit.failedOver('web')
    kit.put('web', { web: 0 })
    kit.view.remove(key('web'))
    kit.put('api', { api: 1 })
    const events = await reader.sees(5)
    expect(events.slice(2).map(({ event, id }) => `${event} ${id}`)).toEqual([
      'timeline e1-2',
      'gone e1-4',
      'route e1-5',
    ])
    const schemas = new Map(Object.entries(streamEvents))
    for (const { event, data } of events) expect(data).toEqual(schemas.get(event)?.parse(data))
  })

  it('is told once of what changed often in a moment', async () => {
    const reader = await Reader.join()
    for (let time = 0; time < 1000; time += 1) kit.put('web', { web: time })
    const events = await reader.sees(3)
    expect(events.slice(2)).toMatchObject([{ event: 'route', id: 'e1-1000' }])
  })

  it('waits while many weights move, but not for long', async () => {
    await kit.stop()
    await kit.start({ busy: () => true })
    const reader = await Reader.join()
    await reader.sees(2)
    await kit.clock.advance(1000)
    kit.put('web', { web: 1 })
    await kit.clock.advance(450)
    expect(reader.names).not.toContain('route')
    await kit.clock.advance(50)
    await reader.sees(3)
    expect(reader.names).toContain('route')
  })

  it('goes on where it was when it comes back', async () => {
    kit.put('web', { web: 1 })
    kit.put('api', { api: 1 })
    kit.view.remove(key('web'))
    const reader = await Reader.join({ 'last-event-id': 'e1-1' })
    const events = await reader.sees(3)
    expect(events.map(({ event, id }) => `${event} ${id}`)).toEqual([
      'status undefined',
      'route e1-2',
      'gone e1-3',
    ])
  })

  test.each(['other-1', 'e1-99999', 'e1-', 'nonsense', 'e1-999999999999999999'])(
    'that comes back with the id %s loads all anew',
    async (id) => {
      for (let time = 0; time < 3; time += 1) kit.put('web', { web: time })
      const reader = await Reader.join({ 'last-event-id': id })
      await reader.sees(2)
      expect(reader.names.filter((name) => name === 'reset')).toHaveLength(1)
    },
  )

  it('that missed more than is remembered loads all anew', async () => {
    for (let time = 0; time < 60; time += 1) kit.failedOver('web')
    const reader = await Reader.join({ 'last-event-id': 'e1-3' })
    await reader.sees(2)
    expect(reader.names).toEqual(['status', 'reset'])
    expect(reader.events[1]).toMatchObject({ id: 'e1-60', data: { reason: 'forgotten' } })
  })

  it('hears a heartbeat while nothing happens', async () => {
    const reader = await Reader.join()
    await reader.sees(2)
    await kit.clock.advance(5000)
    await reader.sees(3)
    expect(reader.names).toEqual(['reset', 'status', 'status'])
  })

  it('sees the stream end with the server', async () => {
    const reader = await Reader.join()
    await kit.stop()
    await eventually(() => reader.ended)
  })
})

describe('many readers', () => {
  it('are told the same', async () => {
    const all = [await Reader.join(), await Reader.join(), await Reader.join()]
    kit.put('web', { web: 1 })
    for (const reader of all) expect((await reader.sees(3)).at(-1)).toMatchObject({ event: 'route' })
  })

  it('cost nothing once they have left', async () => {
    const reader = await Reader.join()
    await reader.sees(2)
    reader.leave()
    await eventually(() => kit.clock.pending === 0)
    kit.put('web', { web: 1 })
    expect(kit.clock.pending).toBe(0)
  })

  it('are not too many: one more is asked to come back later', async () => {
    for (let count = 0; count < maxClients; count += 1) await Reader.join()
    const refused = await fetch(`${kit.url}/api/v1/stream`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('10')
    await refused.text()
    readers[0]?.leave()
    await eventually(async () => (await Reader.join()).status === 200)
  })
})

describe('readers whose connections take nothing', () => {
  /** What waits for a connection is all that a reader costs. */
  const stuck = () => new Writable({ highWaterMark: 16_384, write: () => {} })

  const setUp = async (count: number) => {
    await kit.stop()
    kit = new AdminKit()
    const hub = new Hub(kit.sources())
    const connections = Array.from({ length: count }, stuck)
    for (const connection of connections) hub.join(connection, undefined)
    return { hub, connections }
  }
  const change = async () => {
    for (let route = 0; route < 100; route += 1) {
      kit.put(`web-${route}`, { web: 1, east: 0 })
      kit.failedOver(`web-${route}`)
    }
    await kit.clock.advance(50)
  }

  it('hold at most one batch each, whatever happens: 200,000 changes, 50 readers', async () => {
    const { connections } = await setUp(50)
    for (let round = 0; round < 1000; round += 1) await change()
    const waiting = connections.map(({ writableLength }) => writableLength)
    expect(kit.view.revision).toBe(200_000)
    expect(Math.max(...waiting)).toBeLessThan(256 * 1024)
    expect(Math.min(...waiting)).toBeGreaterThan(16_384)
  })

  it('cost no work: nothing is serialised for them', async () => {
    await setUp(50)
    for (let round = 0; round < 5; round += 1) await change()
    const asked = vi.spyOn(kit.view, 'after')
    for (let round = 0; round < 100; round += 1) await change()
    expect(asked).not.toHaveBeenCalled()
  })

  it('are dropped after 15 s', async () => {
    const { hub, connections } = await setUp(3)
    for (let round = 0; round < 5; round += 1) await change()
    await kit.clock.advance(14_000)
    expect(hub.size).toBe(3)
    await kit.clock.advance(6_000)
    expect([hub.size, ...connections.map(({ destroyed }) => destroyed)]).toEqual([0, true, true, true])
  })
})

describe('a reader that never reads', () => {
  let socket: Socket
  beforeEach(async () => {
    const url = new URL(kit.url)
    socket = connect(Number(url.port), url.hostname)
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.pause()
    socket.write(`GET /api/v1/stream HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`)
  })
  afterEach(() => socket.destroy())

  const change = async () => {
    for (let route = 0; route < 40; route += 1) kit.put(`web-${route}`, { web: 1, east: 0 })
    await kit.clock.advance(60)
  }

  it('does not keep others from being told', async () => {
    const reader = await Reader.join()
    for (let round = 0; round < 300; round += 1) await change()
    const last = `e1-${kit.view.revision}`
    await eventually(() => reader.events.at(-1)?.id === last)
  })

  it('is dropped in the end', async () => {
    const reader = await Reader.join()
    let closed = false
    socket.once('close', () => {
      closed = true
    })
    for (let round = 0; round < 600; round += 1) await change()
    await kit.clock.advance(60_000)
    socket.resume()
    await eventually(() => closed)
    expect(reader.ended).toBe(false)
  })
})
