import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { name as operatorName } from '../../src/install/manifest.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { courseOf, type History, startHistory } from './history.ts'
import { inParallel, upTo } from './in-parallel.ts'
import { type Operator, startOperator } from './operator.ts'

const routes = upTo(200).map((index) => `svc-${index}`)
const flags = ['--leader-elect', '--leader-elect-resource-namespace', operatorName]
const patches = 'linkerd_failover_patches_total'

let controlPlane: ControlPlane
let cluster: Cluster
let kubeconfig: string
let history: History
let operators: Operator[] = []

beforeAll(async () => {
  controlPlane = await startControlPlane()
  await controlPlane.installCrd()
  kubeconfig = await controlPlane.operatorKubeconfig()
  cluster = openCluster(controlPlane.api)
  await inParallel(routes, async (name) => {
    await cluster.addService(name, 1)
    await cluster.addService(`${name}-b`, 1)
    await cluster.addSplit(name, { [name]: 1, [`${name}-b`]: 0 })
  })
})
afterAll(() => controlPlane?.stop())

beforeEach(async () => {
  history = await startHistory(controlPlane)
})
afterEach(async () => {
  await Promise.all(operators.map((operator) => operator.kill()))
  operators = []
  await history.stop()
})

const leads = async (operator: Operator) => (await operator.metrics()).sum('linkerd_failover_leader') === 1

async function replica(): Promise<Operator> {
  const operator = startOperator(kubeconfig, flags)
  operators.push(operator)
  await operator.ready()
  return operator
}

/** A leader, and a standby that is ready. */
async function pair(): Promise<readonly [leader: Operator, standby: Operator]> {
  const leader = await replica()
  await eventually(async () => expect(await leads(leader)).toBe(true))
  const standby = await replica()
  expect(await leads(standby)).toBe(false)
  return [leader, standby]
}

const all = (work: (name: string) => Promise<void>) => inParallel(routes, work)
const becomes = (primary: number, timeout?: number) =>
  all((name) => cluster.weightsBecome(name, { [name]: primary, [`${name}-b`]: 1 - primary }, timeout))

/** How long after `since` the first split moved (s). */
const firstMove = (since: number): string => {
  const moved = history.states.find(({ at }) => at > since)
  return moved ? ((moved.at - since) / 1000).toFixed(2) : 'never'
}

it('hands over within a second when the leader is asked to leave', async () => {
  const [leader, standby] = await pair()
  const began = performance.now()
  const stopped = leader.stop()
  await all((name) => cluster.setReady(name, 0))
  await stopped
  await becomes(0)
  console.log(`replicas: planned hand-over: SIGTERM to the next leader's first write ${firstMove(began)} s`)
  expect(await leads(standby)).toBe(true)
  expect(leader.output()).toContain('released the lease')
  await all((name) => cluster.setReady(name, 1))
  await becomes(1)
  await history.complete()
  for (const name of routes) expect(courseOf(history, name)).toEqual(['1/0', '0/1', '1/0'])
})

it('goes on when the leader is killed in the middle of a mass failover', async () => {
  const [leader, standby] = await pair()
  await all((name) => cluster.setReady(name, 0))
  await eventually(() => expect(history.states.length).toBeGreaterThan(routes.length))
  await leader.kill()
  const began = performance.now()
  await eventually(async () => expect(await leads(standby)).toBe(true), 60_000)
  const leading = ((performance.now() - began) / 1000).toFixed(2)
  await becomes(0)
  const right = ((performance.now() - began) / 1000).toFixed(2)
  console.log(`replicas: kill -9 to the next leader ${leading} s, to all weights right ${right} s`)
  await all((name) => cluster.setReady(name, 1))
  await becomes(1)
  await history.complete()
  for (const name of routes) expect(courseOf(history, name)).toEqual(['1/0', '0/1', '1/0'])
})

it('does not wait for the lease of a leader that was killed, if a primary is lost then', async () => {
  const [leader, standby] = await pair()
  await leader.kill()
  await delay(500)
  const lost = performance.now()
  await cluster.setReady('svc-0', 0)
  await cluster.weightsBecome('svc-0', { 'svc-0': 0, 'svc-0-b': 1 }, 60_000)
  console.log(`replicas: kill -9, a primary lost 0.5 s later: weight seen after ${firstMove(lost)} s`)
  expect(await leads(standby)).toBe(false)
  expect((await standby.metrics()).sum('linkerd_failover_hedges_total', { outcome: 'written' })).toBe(1)
  await eventually(() => expect(standby.output()).toContain('written by this standby'))

  const began = performance.now()
  await all((name) => cluster.setReady(name, 0))
  await becomes(0, 60_000)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`replicas: ${routes.length} more primaries lost without a leader: right after ${seconds} s`)
  await eventually(async () => expect(await leads(standby)).toBe(true), 60_000)
  const failover = { split: 'svc-0', reason: 'Failover' }
  await eventually(async () => expect(await cluster.events(failover)).toHaveLength(1), 10_000)
  expect((await standby.metrics()).sum('linkerd_failover_transitions_total')).toBe(routes.length)
  await all((name) => cluster.setReady(name, 1))
  await becomes(1)
  await history.complete()
  for (const name of routes) expect(courseOf(history, name)).toEqual(['1/0', '0/1', '1/0'])
})

it('reports every move once beside a standby, whoever of the two made it', async () => {
  const [leader, standby] = await pair()
  await all((name) => cluster.setReady(name, 0))
  await becomes(0)
  await all((name) => cluster.setReady(name, 1))
  await becomes(1)
  const hedges = async (filter: Record<string, string>) =>
    (await standby.metrics()).sum('linkerd_failover_hedges_total', filter)
  const [tried, written] = [await hedges({}), await hedges({ outcome: 'written' })]
  console.log(
    `replicas: beside a leader, of ${routes.length} failovers the standby tried ${tried}, made ${written}`,
  )
  const reported = async () => (await leader.metrics()).sum('linkerd_failover_transitions_total')
  await eventually(async () => expect(await reported()).toBe(2 * routes.length))
  expect((await standby.metrics()).sum('linkerd_failover_transitions_total')).toBe(0)
})

it('never lets a leader write that was frozen for longer than its lease', async () => {
  const [leader, standby] = await pair()
  const before = history.states.length
  await all((name) => cluster.setReady(name, 0))
  await eventually(() => expect(history.states.length).toBeGreaterThan(before))
  leader.signal('SIGSTOP')
  const began = performance.now()
  await becomes(0, 60_000)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`replicas: SIGSTOP to all ${routes.length} routes right ${seconds} s`)
  await eventually(async () => expect(await leads(standby)).toBe(true), 60_000)
  await all((name) => cluster.setReady(name, 1))
  await becomes(1)
  await history.complete()
  const writtenByStandby = (await standby.metrics()).sum(patches, { outcome: 'written' })
  const states = history.states.length

  leader.signal('SIGCONT')
  await eventually(() => expect(leader.output()).toContain('no longer leads'))
  await cluster.fence()
  await history.complete()
  const after = history.states.slice(states).filter(({ name }) => routes.includes(name))
  expect(after, 'writes after the thaw').toEqual([])
  for (const name of routes) expect(courseOf(history, name)).toEqual(['1/0', '0/1', '1/0'])
  const written = history.states.slice(before, states).length
  const writtenByLeader = (await leader.metrics()).sum(patches, { outcome: 'written' })
  expect(writtenByLeader + writtenByStandby, 'writes that somebody answers for').toBeLessThanOrEqual(written)
})
