import { beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../base/clock.ts'
import { createManualClock, type ManualClock } from '../kube/testing/manual-clock.ts'
import { readDrain } from './drain.ts'
import { DrainBook } from './drain-book.ts'
import { drainObject } from './testing/drain-objects.ts'

const start = Date.UTC(2026, 0, 1)
const hour = 3_600_000
const at = (ms: number) => new Date(start + ms).toISOString()

let manual: ManualClock
/** How far the wall clock has jumped (ms). */
let jumpMs: number
let book: DrainBook
let concerned: string[]
beforeEach(() => {
  manual = createManualClock(start)
  jumpMs = 0
  concerned = []
  const clock: Clock = { ...manual, wallTime: () => new Date(manual.wallTime().getTime() + jumpMs) }
  const placeOf = (service: string) => (service.endsWith('-east') ? 'east' : 'Local')
  book = new DrainBook({
    clock,
    scope: { rootNamespace: 'mesh', placeOf },
    onChange: (concerns) => {
      const services = ['shop/web', 'shop/web-east', 'shop/pay']
      concerned.push(services.filter((service) => concerns('shop', service)).join(' '))
    },
  })
})

const see = async (key: string, spec: Record<string, unknown> | undefined, generation = 1, uid?: string) => {
  book.see(key, spec && readDrain(drainObject(key, { until: at(hour), ...spec }, generation, uid)))
  await manual.advance(0)
}
const drained = (service: string) => book.of('shop')?.({ service, weight: 1 })

describe('a Drain', () => {
  it('is in effect at once, until its end, and says whom that concerns', async () => {
    await see('mesh/east', {})
    expect(drained('shop/web-east')).toEqual({ by: 'mesh/east', lastResort: 'Allow' })
    expect(drained('shop/web')).toBeUndefined()
    await manual.advance(hour - 1)
    expect(drained('shop/web-east')).toBeDefined()
    await manual.advance(1)
    expect(book.of('shop')).toBeUndefined()
    expect(concerned).toEqual(['shop/web-east', 'shop/web-east'])
  })

  it('that is over, or makes no sense, takes nothing out', async () => {
    await see('mesh/past', { until: at(-1) })
    await see('mesh/wrong', { from: [] })
    expect(book.of('shop')).toBeUndefined()
    expect(concerned).toEqual([])
  })

  it('that is only written to is the same', async () => {
    await see('mesh/east', {})
    await see('mesh/east', {})
    expect(concerned).toEqual(['shop/web-east'])
  })

  it('that is made longer ends later', async () => {
    await see('mesh/east', {})
    await see('mesh/east', { until: at(2 * hour) }, 2)
    await manual.advance(hour)
    expect(drained('shop/web-east')).toBeDefined()
    await manual.advance(hour)
    expect(drained('shop/web-east')).toBeUndefined()
  })
})

describe('a Drain that was deleted', () => {
  it('takes out for 10 s more, as the last resort', async () => {
    await see('mesh/east', { lastResort: 'Never' })
    await see('mesh/east', undefined)
    expect(drained('shop/web-east')).toMatchObject({ lastResort: 'Allow' })
    await manual.advance(9_999)
    expect(drained('shop/web-east')).toBeDefined()
    await manual.advance(1)
    expect(drained('shop/web-east')).toBeUndefined()
    expect(manual.pending).toBe(0)
  })

  it('and created again never stops to take out', async () => {
    await see('mesh/east', {})
    await see('mesh/east', undefined)
    await manual.advance(5_000)
    await see('mesh/east', {}, 2)
    await manual.advance(hour / 2)
    expect(drained('shop/web-east')).toBeDefined()
    await manual.advance(hour / 2)
    expect(drained('shop/web-east')).toBeUndefined()
  })

  it('takes out for 10 s more although another one of its name has come and gone meanwhile', async () => {
    await see('mesh/east', {})
    await see('mesh/east', undefined)
    await manual.advance(1_000)
    await see('mesh/east', { from: [{ service: { name: 'pay', namespace: 'shop' } }] }, 1, 'another')
    await manual.advance(1_000)
    await see('mesh/east', undefined)
    await manual.advance(7_999)
    expect(drained('shop/web-east')).toBeDefined()
    await manual.advance(1)
    expect(drained('shop/web-east')).toBeUndefined()
    expect(drained('shop/pay')).toBeDefined()
    await manual.advance(2_000)
    expect(drained('shop/pay')).toBeUndefined()
  })

  it('or takes out less than before, does so after 10 s', async () => {
    await see('mesh/both', { from: [{ cluster: 'east' }, { service: { name: 'pay', namespace: 'shop' } }] })
    await see('mesh/both', { from: [{ cluster: 'east' }] }, 2)
    await manual.advance(9_999)
    expect(drained('shop/pay')).toBeDefined()
    await manual.advance(1)
    expect(drained('shop/pay')).toBeUndefined()
    expect(drained('shop/web-east')).toBeDefined()
  })

  it('ends with its own end if that is sooner', async () => {
    await see('mesh/east', { until: at(3_000) })
    await see('mesh/east', undefined)
    await manual.advance(3_000)
    expect(drained('shop/web-east')).toBeUndefined()
  })

  it('takes out for as long as it is not certain that it was deleted on purpose, and 10 s more', async () => {
    await see('mesh/east', {})
    book.setSure(false)
    await see('mesh/east', undefined)
    await manual.advance(hour / 2)
    expect(drained('shop/web-east')).toBeDefined()
    expect(book.kept().map(({ name }) => name)).toEqual(['east'])
    book.setSure(true)
    await manual.advance(9_999)
    expect(drained('shop/web-east')).toBeDefined()
    await manual.advance(1)
    expect(drained('shop/web-east')).toBeUndefined()
    expect(book.kept()).toEqual([])
  })

  it('ends at its end although nothing is certain', async () => {
    await see('mesh/east', {})
    book.setSure(false)
    await see('mesh/east', undefined)
    await manual.advance(hour)
    expect(drained('shop/web-east')).toBeUndefined()
  })
})

describe('a jump of the wall clock', () => {
  it('ends a Drain within a minute', async () => {
    await see('mesh/east', {})
    jumpMs = 2 * hour
    await manual.advance(59_999)
    expect(drained('shop/web-east')).toBeDefined()
    await manual.advance(1)
    expect(drained('shop/web-east')).toBeUndefined()
  })

  it('brings one back within a minute', async () => {
    jumpMs = 2 * hour
    await see('mesh/east', {})
    expect(drained('shop/web-east')).toBeUndefined()
    jumpMs = 0
    await manual.advance(60_000)
    expect(drained('shop/web-east')).toBeDefined()
  })
})

it('looks once at many that come together', async () => {
  for (let index = 0; index < 500; index += 1)
    book.see(`mesh/d-${index}`, readDrain(drainObject(`mesh/d-${index}`, { until: at(hour) })))
  await manual.advance(0)
  expect(concerned).toEqual(['shop/web-east'])
  expect(manual.pending).toBe(1)
})

it('sets no timer once it was stopped, so that the process can end', async () => {
  await see('mesh/east', {})
  book.stop()
  book.setSure(false)
  await see('mesh/west', {})
  expect(manual.pending).toBe(0)
})
