import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fastClock } from '../../src/kube/testing/fast-clock.ts'
import type { Operator } from '../../src/operator/operator.ts'
import { Cluster, eventually, type Replica } from './cluster.ts'

let cluster: Cluster
let patches: Record<string, number>
/** Who led, by the lease, at each patch. */
let ledBy: string[]
/** Whatever is held back is let go at the end, or the operators could not stop. */
let release: () => void
let released: Promise<void>
beforeEach(async () => {
  cluster = await Cluster.start()
  patches = {}
  ledBy = []
  const { promise, resolve } = Promise.withResolvers<void>()
  released = promise
  release = resolve
  for (const service of ['web', 'east', 'west']) cluster.slice(service, 1)
  cluster.split('web', { web: 1, east: 0 })
})
afterEach(async () => {
  release()
  await cluster.stop()
})

async function start(identity: string, options: Replica = {}): Promise<Operator> {
  patches[identity] = 0
  return cluster.readyOperator({
    identity,
    hedgeAfterMs: 500,
    // What was read is good for a second: on a busy machine a faster clock would not leave enough of it.
    clock: fastClock(3),
    beforePatch: () => {
      patches[identity] = (patches[identity] ?? 0) + 1
      ledBy.push(cluster.leader)
    },
    ...options,
  })
}

/** A leader `a` and then its standbys. */
async function replicas(leader: Replica, ...standbys: Replica[]) {
  const a = await start('a', leader)
  await eventually(() => cluster.leader === 'a')
  const others: Operator[] = []
  for (const [index, standby] of standbys.entries()) others.push(await start(`s${index}`, standby))
  return [a, ...others]
}

const weightsBecome = (name: string, ...weights: number[]) =>
  eventually(() => cluster.weights(name).join() === weights.join())
const said = (part: string) => cluster.log.lines.filter((line) => line.includes(part))
const counted = async (operator: Operator | undefined, series: string) => {
  const line = ((await operator?.metrics())?.text ?? '')
    .split('\n')
    .find((one) => one.startsWith(`${series} `))
  return Number(line?.split(' ')[1] ?? 0)
}
const hedges = (operator: Operator | undefined, outcome = 'written') =>
  counted(operator, `linkerd_failover_hedges_total{kind="TrafficSplit",outcome="${outcome}"}`)
const failovers = (operator: Operator | undefined) =>
  counted(operator, 'linkerd_failover_transitions_total{kind="TrafficSplit",direction="failover"}')

describe('a leader that is gone', () => {
  it('is not waited for if a move is needed; the next one reports the move, once', async () => {
    let isGone = false
    const [, b] = await replicas({ isCutOff: () => isGone }, {})
    isGone = true
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    await eventually(() => said('written by this standby').length === 1)
    expect([cluster.leader, await hedges(b), await failovers(b)]).toEqual(['a', 1, 0])
    expect(cluster.notes('web')).toEqual([])
    await eventually(() => cluster.notes('web').length > 0)
    expect(cluster.leader).toBe('s0')
    cluster.slice('web', 1)
    await weightsBecome('web', 1, 0)
    await eventually(() => cluster.notes('web').length === 2)
    expect(cluster.notes('web')[0]).toMatch(
      /^trafficsplit\/web failing over to fallbacks: shop\/web has 0 of 1/,
    )
    expect([await failovers(b), patches]).toEqual([1, { a: 0, s0: 2 }])
  })

  it('is waited for if the move is only better: a return, a share', async () => {
    let isGone = false
    cluster.split('shared', { web: 0, east: 1, west: 0 })
    cluster.slice('web', 0)
    await replicas({ isCutOff: () => isGone }, {})
    await weightsBecome('web', 0, 1)
    await weightsBecome('shared', 0, 1, 1)
    isGone = true
    ledBy = []
    cluster.slice('west', 0)
    cluster.slice('web', 1)
    await weightsBecome('web', 1, 0)
    await weightsBecome('shared', 1, 0, 0)
    expect(new Set(ledBy)).toEqual(new Set(['s0']))
  })

  it('is not waited for by several, and one of them makes the move', async () => {
    let isGone = false
    const all = await replicas({ isCutOff: () => isGone }, {}, {}, {})
    isGone = true
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    await eventually(() => cluster.notes('web').length > 0)
    const standbys = all.slice(1)
    const sum = async (of: (one: Operator) => Promise<number>) =>
      (await Promise.all(standbys.map((one) => of(one)))).reduce((a, b) => a + b, 0)
    expect([said('written by this standby').length, cluster.notes('web').length]).toEqual([1, 1])
    expect([await sum(hedges), await sum(failovers)]).toEqual([1, 1])
  })
})

describe('a leader that is there', () => {
  it('makes every move itself, and costs its standby no request', async () => {
    const [a, b] = await replicas({}, {})
    const asked = cluster.asked.filter((line) => line.startsWith('GET')).length
    cluster.slice('web', 0)
    await weightsBecome('web', 0, 1)
    const renewals = cluster.renewals
    await eventually(() => cluster.renewals >= renewals + 2)
    expect([patches, await failovers(a), await hedges(b)]).toEqual([{ a: 1, s0: 0 }, 1, 0])
    // What was reported before is read whenever there is time.
    const others = ['/leases/', '/events']
    const reads = cluster.asked.filter(
      (line) => line.startsWith('GET') && !others.some((other) => line.includes(other)),
    )
    expect(reads.length).toBeLessThanOrEqual(asked)
  })

  it('reports what its standby did, once, if it knew of the loss too late', async () => {
    let heard = Promise.resolve()
    const [a, b] = await replicas({ hearsOfSlices: () => heard }, {})
    heard = released
    cluster.slice('web', 0)
    await eventually(() => said('written by this standby').length === 1)
    await eventually(() => cluster.notes('web').length === 1)
    expect([await hedges(b), await failovers(a), await failovers(b)]).toEqual([1, 1, 0])
    release()
    const renewals = cluster.renewals
    await eventually(() => cluster.renewals >= renewals + 2)
    expect([cluster.notes('web'), patches]).toEqual([
      [expect.stringContaining('web failing over to fallbacks: ')],
      { a: 0, s0: 1 },
    ])
  })
})

it('a standby whose watch is late moves nothing away from a primary that is back', async () => {
  let isGone = false
  let heard = Promise.resolve()
  const [, b] = await replicas({ isCutOff: () => isGone }, { hearsOfSlices: () => heard })
  isGone = true
  cluster.slice('web', 0)
  await eventually(() => b?.view.get('TrafficSplit/shop/web')?.state === 'failover')
  heard = released
  cluster.slice('web', 1)
  await eventually(async () => (await hedges(b, 'unconfirmed')) > 0)
  expect([cluster.weights('web'), patches.s0]).toEqual([[1, 0], 0])
})

it('without a time for it no standby makes a move', async () => {
  let isGone = false
  await replicas({ isCutOff: () => isGone }, { hedgeAfterMs: 0 })
  isGone = true
  cluster.slice('web', 0)
  await weightsBecome('web', 0, 1)
  expect(ledBy).toEqual(['s0'])
})
