import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Operator } from '../../src/operator/operator.ts'
import { Cluster, eventually } from './cluster.ts'

const key = 'TrafficSplit/shop/web'

let cluster: Cluster
beforeEach(async () => {
  cluster = await Cluster.start()
  cluster.split('web', { web: 1, east: 0 })
  cluster.slice('web', 1)
  cluster.slice('east', 1)
})
afterEach(() => cluster.stop())

const entries = ({ view }: Operator) =>
  [...view.timeline.newestFirst()].map(({ id, what, fromEvents = false }) => ({ id, what, fromEvents }))

const lists = () => cluster.asked.filter((line) => line === 'GET /api/v1/events').length

/** An operator moves traffic away from `web`, reports it, and ends; answers with the id of that. */
async function failOver(): Promise<string> {
  const operator = await cluster.readyOperator()
  await eventually(() => lists() > 0)
  cluster.slice('web', 0)
  await eventually(() => cluster.notes('web').length > 0)
  const [entry] = entries(operator)
  await operator.stop()
  return entry?.id ?? ''
}

describe('an operator that starts', () => {
  it('knows what the one before it has reported, and since when', async () => {
    const id = await failOver()
    const at = cluster.store.list('events', 'shop')[0]?.eventTime
    const operator = await cluster.readyOperator()
    await eventually(() => entries(operator).length > 0)
    expect(entries(operator)).toEqual([{ id, what: 'failover', fromEvents: true }])
    const [past] = [...operator.view.timeline.newestFirst()]
    expect(past?.splits[0]?.backends).toMatchObject([
      { service: 'shop/web', from: 1, to: 0 },
      { service: 'shop/east', from: 0, to: 1 },
    ])
    const since = operator.view.get(key)?.since?.toISOString()
    expect(since).toBe(new Date(String(at)).toISOString())
    cluster.slice('web', 1)
    await eventually(() => entries(operator).length === 2)
    expect(entries(operator).map(({ what, fromEvents }) => [what, fromEvents])).toEqual([
      ['failback', false],
      ['failover', true],
    ])
  })

  it('moves traffic before it reads them, and does not have its own twice', async () => {
    const first = await cluster.readyOperator()
    await eventually(() => lists() > 0)
    await first.stop()
    cluster.slice('web', 0)
    const operator = await cluster.readyOperator()
    await eventually(() => lists() > 1)
    const place = (line: RegExp) => cluster.asked.findLastIndex((asked) => line.test(asked))
    expect(place(/^PATCH .*trafficsplits/)).toBeLessThan(place(/^GET \/api\/v1\/events/))
    await eventually(() => cluster.notes('web').length > 0)
    expect(entries(operator).map(({ what, fromEvents }) => [what, fromEvents])).toEqual([['failover', false]])
  })

  it('goes on with one line in the log if it must not list Events', async () => {
    await failOver()
    cluster.faults.fail(403, { resource: 'events' })
    const operator = await cluster.readyOperator()
    const lines = () => cluster.log.lines.filter((line) => line.includes('the timeline begins now'))
    await eventually(() => lines().length > 0)
    cluster.slice('web', 1)
    await eventually(() => cluster.weights('web')[0] === 1)
    await eventually(() => entries(operator).length > 0)
    expect(lines()).toEqual([expect.stringMatching(/^warn the timeline begins now, .* 403/)])
  })
})

it('a new leader knows what the one before it has reported while this one stood by', async () => {
  const leader = await cluster.readyOperator({ identity: 'a' })
  await eventually(() => leader.leadership().role === 'leader')
  const standby = await cluster.readyOperator({ identity: 'b' })
  await eventually(() => lists() > 1)
  cluster.slice('web', 0)
  await eventually(() => cluster.notes('web').length > 0)
  await leader.stop()
  await eventually(() => entries(standby).length > 0)
  expect(entries(standby)).toEqual([{ id: entries(leader)[0]?.id, what: 'failover', fromEvents: true }])
})
