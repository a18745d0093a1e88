import { describe, expect, it, test } from 'vitest'
import { type Clock, sleep } from '../../base/clock.ts'
import type { Transport } from '../http/transport.ts'
import { LeaseServer } from '../testing/lease-server.ts'
import { createManualClock, settle } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { type Lease, type LeaseOptions, startLease } from './lease.ts'

/** Replicas with a lease server between them, all on one clock unless told otherwise. */
function setUp() {
  const clock = createManualClock()
  const server = new LeaseServer(clock)
  const log = createMemoryLog()
  const changes: string[] = []
  const replica = (identity: string, options: Partial<LeaseOptions> = {}): Lease =>
    startLease({
      transport: server.transport(identity),
      clock,
      random: () => 0.5,
      log,
      namespace: 'ns',
      name: 'the-lease',
      identity,
      eligible: () => true,
      onChange: (leads) => changes.push(`${identity} ${leads ? 'leads' : 'rests'}`),
      onOtherLeader: () => {},
      ...options,
    })
  /** A clock that can be found to have run on while this process stood still. */
  const freezable = () => {
    let frozenMs = 0
    const own: Clock = { ...clock, now: () => clock.now() + frozenMs }
    return { own, freeze: (ms: number) => (frozenMs += ms) }
  }
  /** A way to the server on which every request travels for `ms`. */
  const slow = (identity: string, ms: number): Transport => {
    const transport = server.transport(identity)
    const request: Transport['request'] = async (req) => {
      await sleep(clock, ms)
      return transport.request(req)
    }
    return { ...transport, request }
  }
  return { clock, server, log, changes, replica, freezable, slow }
}

const unreachable = { kind: 'unreachable', message: 'nobody there' } as const

describe('who comes first', () => {
  it('makes the lease, and renews it every two seconds or so', async () => {
    const { clock, server, replica } = setUp()
    const a = replica('a')
    await settle()
    expect(a.state).toBe('leading')
    expect(server.lease).toEqual({
      metadata: { namespace: 'ns', name: 'the-lease', resourceVersion: '1' },
      spec: {
        holderIdentity: 'a',
        leaseDurationSeconds: 15,
        acquireTime: '2026-01-01T00:00:00.000000Z',
        renewTime: '2026-01-01T00:00:00.000000Z',
        leaseTransitions: 0,
      },
    })
    await clock.advance(2_200)
    expect(server.lease?.spec).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:02.200000Z',
      leaseTransitions: 0,
    })
    expect(server.asked).toEqual(['GET a', 'POST a', 'PUT a'])
  })

  it('is one of two, however they race', async () => {
    const { clock, server, replica } = setUp()
    const leases = [replica('a'), replica('b')]
    await clock.advance(60_000)
    expect(leases.map(({ state }) => state)).toEqual(['leading', 'standby'])
    expect(server.lease?.spec.leaseTransitions).toBe(0)
  })

  it('is nobody who is not eligible', async () => {
    const { clock, server, replica } = setUp()
    let eligible = false
    replica('a', { eligible: () => eligible })
    await clock.advance(5_000)
    expect(server.lease).toBeUndefined()
    eligible = true
    await clock.advance(1_000)
    expect(server.holder).toBe('a')
  })
})

describe('a standby', () => {
  it('takes the lease after it was not renewed for its duration, and counts the transition', async () => {
    const { clock, server, changes, replica } = setUp()
    replica('a')
    await settle()
    const b = replica('b')
    await settle()
    server.trouble('a', unreachable)
    await clock.advance(14_999)
    expect(b.state).toBe('standby')
    await clock.advance(1_000)
    expect(b.state).toBe('leading')
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 })
    expect(changes).toEqual(['a leads', 'a rests', 'b leads'])
  })

  it('goes by its own clock, whatever times the lease has in it', async () => {
    const { clock, server, replica } = setUp()
    server.edit({ holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: '1999-01-01T00:00:00.000000Z' })
    const b = replica('b')
    for (let renewal = 0; renewal < 10; renewal += 1) {
      await clock.advance(10_000)
      server.edit({ renewTime: `1999-01-01T00:00:0${renewal}.500000Z` })
    }
    expect(b.state).toBe('standby')
    await clock.advance(16_000)
    expect(b.state).toBe('leading')
  })

  it('waits as long as the holder asked for', async () => {
    const { clock, server, replica } = setUp()
    server.edit({ holderIdentity: 'a', leaseDurationSeconds: 60 })
    const b = replica('b')
    await clock.advance(59_000)
    expect(b.state).toBe('standby')
    await clock.advance(2_000)
    expect(b.state).toBe('leading')
  })

  it('does not take a deleted lease before its holder must have noticed', async () => {
    const { clock, server, replica } = setUp()
    const a = replica('a')
    await settle()
    const b = replica('b')
    await settle()
    server.lease = undefined
    await clock.advance(1_000)
    expect(server.lease).toBeUndefined()
    await clock.advance(2_000)
    expect([server.holder, a.state, b.state]).toEqual(['a', 'leading', 'standby'])
  })

  it('does not take a lease with its own name out of a backup before whoever led since must have noticed', async () => {
    const { clock, server, replica } = setUp()
    server.edit({ holderIdentity: 'b', leaseDurationSeconds: 15 })
    const a = replica('a')
    await clock.advance(1_000)
    server.edit({ holderIdentity: 'a' })
    await clock.advance(13_000)
    expect(a.state).toBe('standby')
    await clock.advance(2_000)
    expect(a.state).toBe('leading')
  })

  it('keeps what it does not know in a lease, and puts nonsense right', async () => {
    const { clock, server, replica } = setUp()
    server.edit({ leaseTransitions: 7, ...{ strategy: 'OldestEmulationVersion' } })
    Object.assign(server.lease?.spec ?? {}, { renewTime: 12, leaseDurationSeconds: 'long' })
    replica('a')
    await clock.advance(1_000)
    expect(server.lease?.spec).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 8,
      strategy: 'OldestEmulationVersion',
    })
  })

  it('whose creation was answered by nobody finds its own name, and leads', async () => {
    const { clock, server, replica } = setUp()
    const a = replica('a')
    server.trouble('a', 'lost')
    server.edit({ holderIdentity: 'a', leaseDurationSeconds: 15 })
    await clock.advance(5_000)
    expect(a.state).toBe('standby')
    server.trouble('a', undefined)
    await clock.advance(2_000)
    expect([a.state, server.lease?.spec.leaseTransitions]).toEqual(['leading', 0])
  })

  it('never gives up, and says once what is wrong and once that it is over', async () => {
    const { clock, server, log, replica } = setUp()
    const a = replica('a')
    server.trouble('a', { kind: 'forbidden', message: 'leases is forbidden' })
    await clock.advance(600_000)
    expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn could not acquire the lease ns/the-lease: leases is forbidden',
    ])
    server.trouble('a', undefined)
    await clock.advance(2_000)
    expect(a.state).toBe('leading')
    expect(log.lines.at(-1)).toContain('can be reached again')
  })
})

describe('a leader', () => {
  it('may write as long as nobody else can hold the lease, and no write may outlast that', async () => {
    const { clock, server, replica } = setUp()
    const a = replica('a')
    await settle()
    expect(a.writeBudgetMs()).toBe(14_000)
    server.trouble('a', 'silent')
    await clock.advance(9_999)
    expect(a.writeBudgetMs()).toBe(4_001)
    await clock.advance(1)
    expect([a.writeBudgetMs(), a.state]).toEqual([0, 'standby'])
  })

  it('counts from the moment that a renewal was sent, not answered', async () => {
    const { clock, replica, slow } = setUp()
    const a = replica('a', { transport: slow('a', 3_000) })
    await clock.advance(6_000)
    expect([a.state, a.writeBudgetMs()]).toEqual(['leading', 11_000])
  })

  it('frozen for longer than the lease may write nothing when it thaws, before any timer has fired', async () => {
    const { clock, server, changes, replica, freezable } = setUp()
    const { own, freeze } = freezable()
    const a = replica('a', { clock: own })
    await settle()
    expect(a.writeBudgetMs()).toBeGreaterThan(0)
    freeze(60_000)
    expect(a.writeBudgetMs()).toBe(0)
    server.edit({ holderIdentity: 'b' })
    await clock.advance(3_000)
    expect([a.state, changes]).toEqual(['standby', ['a leads', 'a rests']])
  })

  it('that was frozen during a renewal begins anew, though the renewal was answered well', async () => {
    const { clock, server, changes, replica, freezable, slow } = setUp()
    const { own, freeze } = freezable()
    replica('a', { clock: own, transport: slow('a', 100) })
    await clock.advance(2_450)
    expect(server.asked).toEqual(['GET a', 'POST a'])
    freeze(9_000)
    await clock.advance(50)
    expect(server.asked.at(-1)).toBe('PUT a')
    expect(changes).toEqual(['a leads', 'a rests'])
    await clock.advance(1_000)
    expect(changes.at(-1)).toBe('a leads')
  })

  it('goes on after renewals that failed for less than ten seconds', async () => {
    const { clock, server, changes, log, replica } = setUp()
    replica('a')
    await settle()
    server.trouble('a', { kind: 'server', status: 503, message: 'overloaded', retryAfterMs: 1_000 })
    await clock.advance(9_000)
    server.trouble('a', undefined)
    await clock.advance(5_000)
    expect(changes).toEqual(['a leads'])
    expect(log.lines).toContain('warn could not renew the lease ns/the-lease: overloaded')
  })

  it('that lost the lease waits as long as the server asked before it asks again', async () => {
    const { clock, server, changes, replica } = setUp()
    replica('a')
    await settle()
    server.trouble('a', { kind: 'server', status: 429, message: 'busy', retryAfterMs: 7_000 })
    await clock.advance(10_000)
    expect([changes.at(-1), server.asked]).toEqual(['a rests', ['GET a', 'POST a', 'PUT a', 'PUT a']])
    await clock.advance(6_100)
    expect(server.asked).toHaveLength(4)
    await clock.advance(1_000)
    expect(server.asked).toHaveLength(5)
  })

  it('goes on after a renewal that was applied and never answered', async () => {
    const { clock, server, changes, replica } = setUp()
    replica('a')
    await settle()
    server.trouble('a', 'lost')
    await clock.advance(3_000)
    server.trouble('a', undefined)
    await clock.advance(30_000)
    expect(changes).toEqual(['a leads'])
    expect(server.lease?.spec.leaseTransitions).toBe(0)
  })

  it('goes on after somebody edited or deleted its lease', async () => {
    const { clock, server, changes, replica } = setUp()
    replica('a')
    await settle()
    server.edit({ leaseDurationSeconds: 3 })
    await clock.advance(3_000)
    expect(server.lease?.spec.leaseDurationSeconds).toBe(15)
    server.lease = undefined
    await clock.advance(3_000)
    expect([server.holder, changes]).toEqual(['a', ['a leads']])
  })

  it('stops at once when another holds the lease', async () => {
    const { clock, server, changes, log, replica } = setUp()
    const a = replica('a')
    await settle()
    server.edit({ holderIdentity: 'thief' })
    await clock.advance(2_200)
    expect([a.writeBudgetMs(), changes.at(-1)]).toEqual([0, 'a rests'])
    expect(log.lines.at(-1)).toContain('"thief" holds it now')
  })
})

describe('when another was last seen to lead', () => {
  it('is not when the lease was read for the first time: its holder may be long dead', async () => {
    const { clock, server, replica } = setUp()
    server.edit({ holderIdentity: 'a', leaseDurationSeconds: 15 })
    await clock.advance(5_000)
    const b = replica('b')
    await clock.advance(16_000)
    expect(b.state).toBe('leading')
    expect(b.othersSeenAt).toBe(Number.NEGATIVE_INFINITY)
  })

  it('is not when the lease went back in time: that is a backup, and nobody renewed it', async () => {
    const { clock, server, replica } = setUp()
    const [early, late] = ['2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:09.000000Z']
    server.edit({ holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: early })
    const b = replica('b')
    await clock.advance(5_000)
    server.edit({ renewTime: late })
    await clock.advance(5_000)
    const seenAt = b.othersSeenAt
    server.edit({ renewTime: early })
    await clock.advance(5_000)
    expect(b.othersSeenAt).toBe(seenAt)
  })

  it('is when it was last seen to renew or release the lease', async () => {
    const { clock, server, replica } = setUp()
    server.edit({ holderIdentity: 'a', leaseDurationSeconds: 15 })
    const b = replica('b')
    await clock.advance(5_000)
    const renewedAt = clock.now()
    server.edit({ renewTime: '2026-01-01T00:00:05.000000Z' })
    await clock.advance(5_000)
    expect(b.othersSeenAt).toBeGreaterThanOrEqual(renewedAt)
    expect(b.othersSeenAt).toBeLessThan(renewedAt + 1_000)
    const releasedAt = clock.now()
    server.edit({ holderIdentity: '' })
    await clock.advance(1_000)
    expect(b.state).toBe('leading')
    expect(b.othersSeenAt).toBeGreaterThanOrEqual(releasedAt)
  })
})

describe('whether another may have held the lease is known', () => {
  /** A leader that lost the lease, and how often it heard since then that another may have held it. */
  async function loser() {
    const set = setUp()
    const heard = { count: 0 }
    const a = set.replica('a', { onOtherLeader: () => (heard.count += 1) })
    await settle()
    set.server.trouble('a', unreachable)
    await set.clock.advance(10_000)
    expect(a.state).toBe('standby')
    heard.count = 0
    const comeBack = async () => {
      set.server.trouble('a', undefined)
      await set.clock.advance(5_000)
      expect(set.changes.at(-1)).toBe('a leads')
    }
    return { ...set, heard, comeBack }
  }

  it('not to have been, where it is ours still, be it edited', async () => {
    const { server, heard, comeBack } = await loser()
    server.edit({ leaseDurationSeconds: 3 })
    await comeBack()
    expect(heard.count).toBe(0)
  })

  it('not to have been, where we took it by a write that nobody answered', async () => {
    const { clock, server, heard, comeBack } = await loser()
    server.trouble('a', 'lost')
    await clock.advance(20_000)
    await comeBack()
    expect(heard.count).toBe(0)
  })

  it.each([
    ['it has the name of another', { holderIdentity: 'b', leaseDurationSeconds: 1 }],
    ['it was given back', { holderIdentity: '', leaseDurationSeconds: 1 }],
    ['it is gone', undefined],
  ])('to have been, where %s', async (_, edit) => {
    const { server, heard, comeBack } = await loser()
    if (edit) server.edit(edit)
    else server.lease = undefined
    await comeBack()
    expect(heard.count).toBeGreaterThan(0)
  })
})

describe('the end', () => {
  it('gives the lease back, so that a standby has it within a second', async () => {
    const { clock, server, replica } = setUp()
    const a = replica('a')
    await settle()
    const b = replica('b')
    await settle()
    await a.release()
    expect(server.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
    expect([a.state, a.writeBudgetMs()]).toEqual(['released', 0])
    await clock.advance(700)
    expect([b.state, server.holder]).toEqual(['leading', 'b'])
  })

  it('of a standby leaves the lease to its holder', async () => {
    const { server, replica } = setUp()
    replica('a')
    await settle()
    const b = replica('b')
    await settle()
    const before = server.asked.length
    await b.release()
    expect([server.holder, server.asked.length]).toEqual(['a', before])
  })

  it('gives back what was taken without an answer', async () => {
    const { clock, server, replica } = setUp()
    const a = replica('a')
    await settle()
    server.trouble('a', 'lost')
    await clock.advance(2_200)
    server.trouble('a', undefined)
    await a.release()
    expect(server.holder).toBe('')
  })

  it('asks nothing of a server that said to wait for longer than that', async () => {
    const { clock, server, log, replica } = setUp()
    const a = replica('a')
    await settle()
    server.trouble('a', { kind: 'server', status: 429, message: 'busy', retryAfterMs: 9_000 })
    await clock.advance(2_300)
    const done = a.release()
    await clock.advance(2_000)
    await done
    expect([server.asked.length, log.lines.at(-1)]).toEqual([3, expect.stringContaining('asked us to wait')])
  })

  it('waits a moment where the server asked for no more', async () => {
    const { clock, server, replica } = setUp()
    const a = replica('a')
    await settle()
    server.trouble('a', { kind: 'server', status: 429, message: 'busy', retryAfterMs: 1_500 })
    await clock.advance(2_300)
    server.trouble('a', undefined)
    const done = a.release()
    await clock.advance(1_500)
    await done
    expect(server.holder).toBe('')
  })

  it('does not wait for a server that is away', async () => {
    const { clock, server, log, replica } = setUp()
    const a = replica('a')
    await settle()
    server.trouble('a', 'silent')
    const done = a.release()
    await clock.advance(2_000)
    await done
    expect(log.lines.at(-1)).toContain('it will expire')
  })
})

test('two leaders never: many replicas, random troubles, clocks of different speed', async () => {
  let seed = 7
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed / 2 ** 31
  }
  const { clock, server, replica } = setUp()
  const speeds = [1, 1.03, 0.97, 1.01]
  const leases = speeds.map((speed, index) => {
    const own: Clock = {
      now: () => clock.now() * speed,
      wallTime: () => new Date(clock.now() * speed + index * 3_600_000),
      after: (ms, callback) => clock.after(ms / speed, callback),
    }
    return replica(`r${index}`, { clock: own })
  })
  let handOvers = 0
  let last = -1
  for (let step = 0; step < 3_000; step += 1) {
    if (step % 10 === 0) {
      const troubles = ['lost', 'silent', unreachable, undefined, undefined] as const
      server.trouble(`r${Math.floor(random() * 4)}`, troubles[Math.floor(random() * 5)])
    }
    await clock.advance(500)
    const writers = leases.flatMap((lease, index) => (lease.writeBudgetMs() > 0 ? [index] : []))
    expect(writers.length).toBeLessThan(2)
    const [writer = last] = writers
    if (writer !== last) handOvers += 1
    last = writer
  }
  expect(handOvers).toBeGreaterThan(10)
})

describe('a lease whose holder has another scope', () => {
  const annotation = 'example.com/works-on'
  const scoped = (value: string, told: string[]): Partial<LeaseOptions> => ({
    scope: { annotation, value, onOther: (scope, holder) => told.push(`${holder}: ${scope}`) },
  })

  it('is reported once, after a minute', async () => {
    const { clock, server, replica } = setUp()
    const told: string[] = []
    replica('a', scoped('shop', told))
    await settle()
    expect(server.lease?.metadata.annotations).toEqual({ [annotation]: 'shop' })
    replica('b', scoped('bank', told))
    await clock.advance(59_000)
    expect(told).toEqual([])
    await clock.advance(120_000)
    expect(told).toEqual(['a: shop'])
  })

  it('is not reported while a rollout changes it: the old one leaves in time', async () => {
    const { clock, server, replica } = setUp()
    const told: string[] = []
    const old = replica('a', scoped('shop', told))
    await settle()
    const young = replica('b', scoped('bank', told))
    await clock.advance(30_000)
    await old.release()
    await clock.advance(120_000)
    expect([young.state, told]).toEqual(['leading', []])
    expect(server.lease?.metadata.annotations).toEqual({ [annotation]: 'bank' })
  })

  it('is not assumed of a holder that writes no scope, and other annotations stay', async () => {
    const { clock, server, replica } = setUp()
    const told: string[] = []
    const first = replica('a')
    await settle()
    replica('b', scoped('bank', told))
    await clock.advance(120_000)
    expect(told).toEqual([])
    server.annotate({ 'example.com/owner': 'mesh' })
    await first.release()
    await clock.advance(5_000)
    expect(server.lease?.metadata.annotations).toEqual({ [annotation]: 'bank', 'example.com/owner': 'mesh' })
  })
})
