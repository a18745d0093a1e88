import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../kube/testing/manual-clock.ts'
import { type Drain, readDrain } from '../../policies/drain.ts'
import { objectKey } from '../../policies/object.ts'
import { drainObject } from '../../policies/testing/drain-objects.ts'
import { DrainLog } from './drain-log.ts'

let clock: ManualClock
let deleted: string[]
let log: DrainLog
beforeEach(() => {
  clock = createManualClock()
  deleted = []
  log = new DrainLog({ clock, rootNamespace: 'mesh', onDeleted: (drain) => deleted.push(objectKey(drain)) })
})

const later = (ms: number) => new Date(clock.wallTime().getTime() + ms).toISOString()
/** A Drain that ends so many ms from now. */
const drain = (key: string, endsMs: number, uid = key): Drain => ({
  ...readDrain(drainObject(key, { until: later(endsMs) })),
  uid,
})
const shown = () =>
  [...log.shown()].map(
    ({ namespace, name, scope, endedAt }) => `${namespace}/${name} ${scope}${endedAt ? ' over' : ''}`,
  )

describe('what people see of Drains', () => {
  it('is those in effect, by their ends, and then those that are over', async () => {
    const [late, soon] = [drain('mesh/late', 60_000), drain('shop/soon', 30_000)]
    log.see([late, soon], [])
    expect(shown()).toEqual(['shop/soon namespace', 'mesh/late all'])
    await clock.advance(30_000)
    log.see([late, soon], [])
    expect(shown()).toEqual(['mesh/late all', 'shop/soon namespace over'])
    expect([...log.shown()][1]?.endedAt).toEqual(new Date(soon.spec?.until ?? 0))
    expect(deleted).toEqual([])
  })

  it('includes what was over before the operator started, and nothing that cannot be understood', () => {
    log.see([drain('mesh/old', -5_000), readDrain(drainObject('mesh/wrong', { until: 'soon' }))], [])
    expect(shown()).toEqual(['mesh/old all over'])
  })

  it('is a deleted one as long as it keeps traffic away, and when it no longer does', async () => {
    const one = drain('mesh/one', 60_000)
    log.see([one], [])
    log.see([], [one])
    expect([shown(), deleted]).toEqual([['mesh/one all'], []])
    await clock.advance(10_000)
    log.see([], [])
    log.see([], [])
    expect([shown(), deleted]).toEqual([['mesh/one all over'], ['mesh/one']])
    expect([...log.shown()][0]?.endedAt).toEqual(clock.wallTime())
  })

  it('is one again whose end was moved after it had come', async () => {
    log.see([drain('mesh/one', 1_000)], [])
    await clock.advance(2_000)
    log.see([drain('mesh/one', -1_000)], [])
    log.see([drain('mesh/one', 60_000)], [])
    expect(shown()).toEqual(['mesh/one all'])
  })

  it('is bounded', () => {
    const old = Array.from({ length: 80 }, (_, index) => drain(`mesh/d${index}`, index - 1_000))
    log.see(old, [])
    expect(shown()).toHaveLength(50)
    expect(shown()[0]).toBe('mesh/d79 all over')
  })
})
