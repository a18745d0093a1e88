import { expect, it } from 'vitest'
import { AdminKit } from '../../admin/testing/kit.ts'
import { drainGauges } from './drain-readings.ts'
import type { DrainReading } from './drain-reports.ts'

const drain = (name: string, until: number, words: Partial<DrainReading> = {}): DrainReading => ({
  namespace: 'mesh',
  name,
  scope: 'all',
  spec: { from: [{ cluster: 'east' }], until, reason: 'a test', lastResort: 'Allow' },
  since: new Date(0),
  endedAt: undefined,
  routes: { moved: 0, left: 0 },
  ...words,
})

it('is of each Drain in effect its end, and how the best is that it takes out', () => {
  const kit = new AdminKit()
  const put = (name: string, by: string) => {
    kit.put(name, { [name]: 1, 'web-b': 0 })
    const record = kit.view.get(`TrafficSplit/shop/${name}`)
    if (!record) throw new Error(`${name} is there`)
    const drains = [{ lastResort: 'Allow', by } as const, undefined]
    kit.view.put(record.key, {
      ...record,
      decisions: record.decisions.map((decision) => ({ ...decision, drains })),
    })
  }
  put('web', 'mesh/east')
  put('api', 'mesh/east')
  put('old', 'mesh/west')
  kit.ready('shop/api', 1)
  const over = drain('over', 5_000, { endedAt: new Date(5_000) })
  const all = [drain('east', 70_000), drain('west', 40_000), drain('none', 10_000), over]
  expect(drainGauges(all, kit.view, 20_000)).toEqual([
    { drain: 'mesh/east', scope: 'all', seconds: 50, state: 'ready' },
    { drain: 'mesh/west', scope: 'all', seconds: 20, state: 'down' },
    { drain: 'mesh/none', scope: 'all', seconds: 0, state: 'none' },
  ])
})
