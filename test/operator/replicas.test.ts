import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Operator } from '../../src/operator/operator.ts'
import { Cluster, eventually } from './cluster.ts'

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
  for (const service of ['web', 'east']) cluster.slice(service, 1)
  cluster.split('web', { web: 1, east: 0 })
})
afterEach(() => cluster.stop())

const weightsBecome = async (name: string, ...weights: number[]) => {
  await eventually(() => cluster.weights(name).join() === weights.join())
}
const metric = async (operator: Operator, name: string) => {
  const { text } = await operator.metrics()
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1] ?? 0,
  )
}
const leads = (operator: Operator) => metric(operator, 'linkerd_failover_leader')
const transitions = (operator: Operator) =>
  metric(operator, 'linkerd_failover_transitions_total{kind="TrafficSplit",direction="failover"}')

/** A leader and a standby, both with full caches, and how often each sent a patch. */
async function pair() {
  const patches = { a: 0, b: 0 }
  const start = (identity: 'a' | 'b') =>
    cluster.readyOperator({ identity, beforePatch: () => (patches[identity] += 1) })
  const a = await start('a')
  await eventually(() => cluster.leader === 'a')
  const b = await start('b')
  return { a, b, patches }
}

describe('two replicas', () => {
  it('are both ready, and one of them says that it leads', async () => {
    const { a, b } = await pair()
    expect([a.ready(), b.ready(), await leads(a), await leads(b)]).toEqual([[], [], 1, 0])
    const standing = cluster.log.lines.filter((line) => line.includes('this replica leads'))
    expect(standing).toHaveLength(1)
    expect((await b.metrics()).text).not.toContain('linkerd_failover_routes{')
    expect([a.leadership().role, b.leadership()]).toEqual(['leader', { role: 'standby', leader: 'a' }])
  })

  it('both know how every route stands', async () => {
    const { b } = await pair()
    cluster.slice('web', 0)
    await eventually(() => b.view.get('TrafficSplit/shop/web')?.state === 'failover')
    expect([...b.view.timeline.newestFirst()]).toEqual([])
  })

  it('fail over once, not twice', async () => {
    const { a, b, patches } = await pair()
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    await eventually(async () => (await transitions(a)) === 1)
    expect([patches, await transitions(b)]).toEqual([{ a: 1, b: 0 }, 0])
  })

  it('hand over when the leader leaves; what it said is not said again, what it missed is seen', async () => {
    const { a, b, patches } = await pair()
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    await eventually(() => cluster.notes('web').length === 1)
    await a.stop()
    expect(cluster.leader).not.toBe('a')
    cluster.slice('api', 0)
    cluster.split('api', { api: 1, east: 0 })
    await weightsBecome('api', 0, 1)
    await eventually(() => cluster.notes('api').length === 1)
    expect([cluster.leader, patches]).toEqual(['b', { a: 1, b: 1 }])
    expect([await leads(b), await transitions(b), cluster.notes('web').length]).toEqual([1, 1, 1])
    expect((await b.metrics()).text).toContain(
      'linkerd_failover_routes{kind="TrafficSplit",state="failover"} 2',
    )
  })

  it('tell of a standing problem once, not once each', async () => {
    const { a } = await pair()
    // Services that are missing would be reported as well.
    for (const name of ['dark', 'bad', 'worse']) cluster.slice(name, 0)
    cluster.split('dark', { dark: 1 })
    cluster.split('bad', { bad: 'abc' })
    await eventually(() => cluster.notes('dark').length === 1 && cluster.notes('bad').length === 1)
    // What was seen shortly before the end may be told twice: two renewals are long enough.
    const before = cluster.renewals
    await eventually(() => cluster.renewals >= before + 2)
    await a.stop()
    await eventually(() => cluster.leader === 'b')
    cluster.split('worse', { worse: 'abc' })
    await eventually(() => cluster.notes('worse').length === 1)
    expect([cluster.notes('dark').length, cluster.notes('bad').length]).toEqual([1, 1])
  })

  it('tell of a finding that was made while nobody led', async () => {
    const { a } = await pair()
    cluster.editLease({ holderIdentity: 'gone', leaseDurationSeconds: 2 })
    await eventually(async () => (await leads(a)) === 0)
    cluster.split('zero', { web: 0, east: 0 })
    await eventually(() => cluster.weights('zero').join() === '1,0')
    const told = () => cluster.notes('zero').filter((note) => note.includes('no weight above zero'))
    await eventually(() => told().length === 1)
  })

  it('finish the writes in flight before they hand over', async () => {
    const { a, patches } = await pair()
    cluster.faults.slow(100)
    cluster.slice('web', 0)
    await eventually(() => patches.a > 0)
    await a.stop()
    expect(cluster.weights('web')).toEqual([0, 1])
    expect(await transitions(a)).toBe(1)
  })

  it('do not fight: whoever lost the lease writes nothing any more, and says so', async () => {
    const { a, patches } = await pair()
    cluster.editLease({ holderIdentity: 'thief', leaseDurationSeconds: 3600 })
    await eventually(async () => (await leads(a)) === 0)
    cluster.slice('web', 0)
    await eventually(() => cluster.log.lines.some((line) => line.includes('"thief" holds it now')))
    cluster.editLease({ holderIdentity: '' })
    await weightsBecome('web', 0, 1)
    expect(patches.a + patches.b).toBe(1)
  })
})

describe('a write whose answer was lost, of a leader that lost the lease after it', () => {
  let hear = () => {}
  afterEach(() => hear())

  /** Such a leader; it does not hear of the route as it wrote it before `hearOfIt` is called. */
  async function bereft() {
    let lost = 0
    let arrival = Promise.resolve()
    const a = await cluster.readyOperator({
      identity: 'a',
      losesAnswer: () => lost++ === 0,
      hearsOfSplits: () => arrival,
    })
    await eventually(async () => (await leads(a)) === 1)
    const heard = Promise.withResolvers<void>()
    arrival = heard.promise
    hear = heard.resolve
    cluster.faults.fail(503, { method: 'PUT', resource: 'leases' })
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    await eventually(() => cluster.log.lines.some((line) => line.includes('no longer leads')))
    const hearOfIt = async () => {
      hear()
      const splits = () => a.view.get('TrafficSplit/shop/web')?.route.splits ?? []
      await eventually(() => splits().some(({ backends }) => backends[0]?.weight === 0))
    }
    const leadAgain = async () => {
      cluster.faults.clear()
      await eventually(async () => (await leads(a)) === 1)
    }
    return { a, hearOfIt, leadAgain }
  }
  /** What was told of its moves, beside that its second try was refused. */
  const told = () => cluster.notes('web').filter((note) => note.startsWith('trafficsplit/web '))

  it.each(['before', 'after'])(
    'is told once if nobody else led, be it seen %s it leads again',
    async (when) => {
      const { a, hearOfIt, leadAgain } = await bereft()
      if (when === 'before') await hearOfIt()
      expect([await transitions(a), told()]).toEqual([0, []])
      await leadAgain()
      if (when === 'after') await hearOfIt()
      await eventually(() => told().length > 0)
      cluster.slice('web', 1)
      await eventually(() => told().length > 1)
      expect(told().sort()).toEqual([
        expect.stringContaining('failing over'),
        expect.stringContaining('switching traffic to primary'),
      ])
      expect(await transitions(a)).toBe(1)
    },
  )

  it('is told also if the route is gone when it leads again', async () => {
    const { a, hearOfIt, leadAgain } = await bereft()
    await hearOfIt()
    cluster.store.delete('trafficsplits', 'shop', 'web')
    await eventually(() => a.view.get('TrafficSplit/shop/web') === undefined)
    await leadAgain()
    await eventually(() => told().length === 1)
    expect(await transitions(a)).toBe(1)
  })

  it.each(['before', 'after'])(
    'is not told if another led, who may have made it, be it seen %s it leads again',
    async (when) => {
      const { a, hearOfIt, leadAgain } = await bereft()
      cluster.editLease({ holderIdentity: 'b', leaseDurationSeconds: 1 })
      await eventually(() => a.leadership().leader === 'b')
      if (when === 'before') await hearOfIt()
      await leadAgain()
      if (when === 'after') await hearOfIt()
      cluster.slice('web', 1)
      await eventually(() => told().length > 0)
      expect(told()).toEqual([expect.stringContaining('switching traffic to primary')])
      expect(await transitions(a)).toBe(0)
    },
  )
})

it('a leader that cannot renew stops before its time is over, and its standby goes on after it', async () => {
  const { a, b } = await pair()
  cluster.faults.fail(503, { method: 'PUT', resource: 'leases' })
  await eventually(async () => (await leads(a)) === 0)
  expect(await leads(b)).toBe(0)
  const warned = (line: string) => line.startsWith('warn') && line.includes('was not renewed for 10 s')
  await eventually(() => cluster.log.lines.some(warned))
  cluster.slice('web', 0)
  cluster.faults.clear()
  await weightsBecome('web', 0, 1)
  expect((await leads(a)) + (await leads(b))).toBe(1)
})
